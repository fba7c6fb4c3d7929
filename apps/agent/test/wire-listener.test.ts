import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import type { AuditEvent } from '@postern/core/audit';
import type { Principal } from '@postern/core/policy';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Recorder } from '../src/audit/recorder.js';
import { createLog } from '../src/log.js';
import { CancelKeys } from '../src/wire/cancel-keys.js';
import { makeSelfSigned } from '../src/wire/certificate.js';
import type { SignedInClient } from '../src/wire/client.js';
import {
  backendKeyData,
  commandComplete,
  parameterStatus,
  readErrorFields,
  readyForQuery,
} from '../src/wire/codec/backend.js';
import { FrameSplitter } from '../src/wire/codec/frames.js';
import { queryMessage, saslInitialMessage, saslResponseMessage } from '../src/wire/codec/frontend.js';
import { cancelRequest, gssencRequest, sslRequest, startupMessage } from '../src/wire/codec/startup.js';
import { WireListener } from '../src/wire/listener.js';
import type { WireConfig } from '../src/wire/wire-config.js';
import { rule, until, World } from './fixture.js';
import { type Answer, RawClient, ScramClient, verifierOf } from './wire-raw.js';

const run = promisify(execFile);

const PASSWORD = 'a password, as minted';
const FAR = '2099-01-01T00:00:00.000Z';
const VERIFIER = verifierOf(PASSWORD);
const RULES = [rule('shop', ['read'], 'user:alex@acme.example')];

const person = (id: string, expiresAt?: string): Principal => ({
  id,
  email: `${id}@acme.example`,
  name: id,
  ...(expiresAt === undefined ? {} : { databasePassword: { verifier: VERIFIER, expiresAt } }),
});
const PEOPLE = [
  person('alex', FAR),
  person('dana', FAR),
  person('sam'),
  person('late', '2020-01-01T00:00:00Z'),
];

describe('the wire’s front door', () => {
  let world: World;
  const listeners: WireListener[] = [];
  const clients: SignedInClient[] = [];
  const raws: RawClient[] = [];
  const cancels = new CancelKeys();

  beforeAll(async () => {
    // No statement is run here, so no database is needed.
    world = await World.create({ shop: 'postgres://nobody:nothing@127.0.0.1:1/none' });
    await world.publish(RULES, { principals: PEOPLE });
    await world.start();
    await until(() => world.agent.policy.version > 0);
  });
  afterEach(async () => {
    for (const raw of raws.splice(0)) raw.close();
    for (const client of clients.splice(0)) client.socket.destroy();
    for (const listener of listeners.splice(0)) await listener.stop();
    // The next test begins with a clean sheet.
    world.clock.advance(61_000);
    await until(() => world.agent.spool.depth === 0);
  });
  afterAll(() => world.stop());

  /** Signs in for real and then answers every query with nothing, which is all that clients need to be content. */
  function onSession(client: SignedInClient): void {
    clients.push(client);
    const { socket } = client;
    const key = cancels.issue(async () => void socket.write(commandComplete('CANCEL')));
    socket.write(
      Buffer.concat([
        ...[...client.parameters].map(([name, value]) => parameterStatus(name, value)),
        parameterStatus('server_version', '18.4'),
        parameterStatus('client_encoding', 'UTF8'),
        parameterStatus('standard_conforming_strings', 'on'),
        backendKeyData(key.processId, key.secretKey),
        readyForQuery('I'),
      ]),
    );
    const splitter = new FrameSplitter({ streamed: new Set(), maxBytes: () => 1_000_000 });
    const take = (chunk: Buffer) => {
      splitter.push(chunk);
      for (let frame = splitter.next(); frame; frame = splitter.next()) {
        if (frame.type === 0x58) socket.end();
        else socket.write(Buffer.concat([commandComplete('SELECT 0'), readyForQuery('I')]));
      }
    };
    take(client.rest);
    socket.on('data', take);
    socket.resume();
  }

  async function listen(
    config: Partial<WireConfig> = {},
    more: { authenticateMs?: number } = {},
  ): Promise<WireListener> {
    const log = createLog('debug', { write: (line: string) => void world.logs.push(line) });
    const listener = await WireListener.start({
      config: {
        host: '127.0.0.1',
        port: 0,
        tls: 'off',
        requireTls: false,
        publicHost: undefined,
        publicPort: 6432,
        ...config,
      },
      dataDir: world.dir,
      policy: world.agent.policy,
      recorder: new Recorder(world.agent.spool, world.clock, { type: 'agent', id: 'a', label: 'a' }),
      clock: world.clock,
      log,
      cancels,
      onSession,
      ...more,
    });
    listeners.push(listener);
    return listener;
  }

  async function raw(listener: WireListener): Promise<RawClient> {
    const client = await RawClient.connect(listener.port);
    raws.push(client);
    return client;
  }

  const psql = (listener: WireListener, dsn: string, password = PASSWORD) =>
    run('psql', [`host=localhost hostaddr=127.0.0.1 port=${listener.port} ${dsn}`, '-XAtc', 'select'], {
      env: { PATH: process.env.PATH, PGPASSWORD: password, HOME: world.dir },
      timeout: 30_000,
    });
  const ALEX = 'user=alex@acme.example dbname=shop';
  const psqlFails = (listener: WireListener, dsn: string, password?: string) =>
    psql(listener, dsn, password).then(
      () => 'it succeeded',
      (error: { stderr: string }) => error.stderr,
    );
  const failures = () => world.received('wire.sign_in_failed');
  const nextFailure = (from: number): Promise<AuditEvent> => until(() => failures()[from]);

  describe('for psql', () => {
    it('opens without TLS, and tells the session who came', async () => {
      const listener = await listen();
      await psql(listener, `${ALEX} sslmode=disable application_name=nightly options='-c geqo=off'`);
      expect(clients).toHaveLength(1);
      const [client] = clients;
      expect(client).toMatchObject({
        principal: { id: 'alex' },
        connection: { slug: 'shop' },
        application: 'nightly',
        tls: undefined,
      });
      expect(client?.address).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(Object.fromEntries(client?.parameters ?? [])).toMatchObject({ options: '-c geqo=off' });
      expect([...(client?.parameters.keys() ?? [])]).not.toContain('user');
    });

    it('encrypts with a certificate that can be pinned, and binds the sign-in to it', async () => {
      const listener = await listen({ tls: 'self-signed', requireTls: true });
      const root = join(world.dir, 'wire-certificate.pem');
      await psql(listener, `${ALEX} sslmode=verify-full sslrootcert=${root} channel_binding=require`);
      await psql(listener, `${ALEX} sslmode=prefer`);
      await psql(listener, `${ALEX} sslmode=require channel_binding=disable`);
      expect(clients.map(({ tls }) => tls)).toEqual(['TLSv1.3', 'TLSv1.3', 'TLSv1.3']);
      const error = await psqlFails(listener, `${ALEX} sslmode=disable`);
      expect(error).toContain('FATAL:  this agent takes encrypted connections only');
      expect(error).toContain('sslmode=require');
    });

    it('says what is wrong in a way that helps, and tells nothing', async () => {
      const listener = await listen();
      const error = await psqlFails(listener, ALEX, 'wrong');
      expect(error).toContain('FATAL:  password authentication failed for user "alex@acme.example"');
      expect(error).toContain('HINT:  the user is your e-mail address');
    });
  });

  it('opens for node-postgres, with and without TLS', async () => {
    const listener = await listen({ tls: 'self-signed' });
    const base = { host: '127.0.0.1', port: listener.port, user: 'Alex@ACME.example', database: 'shop' };
    for (const more of [{}, { ssl: { rejectUnauthorized: false }, enableChannelBinding: true }]) {
      const client = new pg.Client({ ...base, password: PASSWORD, ...more });
      await client.connect();
      await client.query('select');
      await client.end();
    }
    expect(clients.map(({ tls }) => tls)).toEqual([undefined, 'TLSv1.3']);
  });

  describe('whatever is wrong', () => {
    /** What an outsider sees: types, lengths and salt; and the error without the name that was given. */
    const seen = (answers: readonly Answer[], user: string) =>
      answers.map(({ type, raw: bytes }) => {
        const text = bytes.toString('latin1');
        if (type === 'E') return text.replace(user, 'USER').slice(5);
        return `${type} ${bytes.length} ${text.slice(9).replace(/^r=[^,]+,s=[^,]+/, 'r,s')}`;
      });

    it('gets one answer, and its own reason in the audit', async () => {
      const listener = await listen();
      const cases: readonly [string, string, string, string][] = [
        ['alex@acme.example', 'shop', 'wrong', 'wrong password'],
        ['nobody@acme.example', 'shop', PASSWORD, 'no person of this e-mail address is in the policy'],
        ['sam@acme.example', 'shop', PASSWORD, 'this person has no database password'],
        ['late@acme.example', 'shop', PASSWORD, 'the database password has expired'],
        ['alex@acme.example', 'nowhere', PASSWORD, 'there is no such connection'],
        ['alex@acme.example', 'secret', PASSWORD, 'no rule lets this person see the connection'],
        ['dana@acme.example', 'shop', PASSWORD, 'no rule lets this person see the connection'],
      ];
      const answers = new Set<string>();
      for (const [user, database, password, reason] of cases) {
        const before = failures().length;
        const client = await raw(listener);
        const got = await client.signIn(user, database, password);
        expect(got.map(({ type }) => type)).toEqual(['R', 'R', 'E']);
        expect(Object.fromEntries(readErrorFields(got[2]?.raw ?? Buffer.alloc(0)))).toMatchObject({
          S: 'FATAL',
          C: '28P01',
        });
        answers.add(JSON.stringify(seen(got, user)));
        const event = await nextFailure(before);
        expect(event).toMatchObject({
          actor: { type: 'anonymous', label: user },
          connection: { slug: database },
          decision: 'denied',
          path: 'wire',
          reason,
        });
        expect(event.client?.address).toMatch(/^127\.0\.0\.1:/);
        expect(event.target?.id).toBe(user.startsWith('nobody') ? undefined : user.split('@')[0]);
      }
      expect([...answers]).toHaveLength(1);
      expect(clients).toHaveLength(0);
    });

    it('has a salt that stays, for people who exist and for those who do not', async () => {
      const listener = await listen();
      const saltOf = async (user: string) => {
        const answers = await (await raw(listener)).signIn(user, 'shop', 'wrong');
        return /,s=([^,]+),/.exec(answers[1]?.raw.toString() ?? '')?.[1];
      };
      const [known, stranger] = [await saltOf('alex@acme.example'), await saltOf('nobody@acme.example')];
      expect(await saltOf('ALEX@acme.example')).toBe(known);
      expect(await saltOf('NOBODY@acme.example')).toBe(stranger);
      expect(await saltOf('sam@acme.example')).not.toBe(stranger);
      expect(stranger).toHaveLength(known?.length ?? 0);
    });

    it('is refused after five failures, the right password too, until a minute has passed', async () => {
      const listener = await listen();
      const before = failures().length;
      const user = 'alex@acme.example';
      const attempt = async (password: string) => {
        const answers = await (await raw(listener)).signIn(user, 'shop', password);
        return { last: answers.at(-1)?.type, seen: JSON.stringify(seen(answers, user)) };
      };
      const wrong = [];
      for (let count = 0; count < 5; count++) wrong.push(await attempt('wrong'));
      const limited = [await attempt(PASSWORD), await attempt(PASSWORD), await attempt('wrong')];
      expect(new Set([...wrong, ...limited].map((one) => one.seen)).size).toBe(1);
      world.clock.advance(61_000);
      expect((await attempt(PASSWORD)).last).toBe('R');
      await until(() => failures().length === before + 6);
      const reasons = failures()
        .slice(before)
        .map(({ reason }) => reason);
      expect(reasons.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'wrong password'));
      expect(reasons[5]).toContain('too many failures');
    });

    it('is a revoked or replaced password, also in the middle of a sign-in', async () => {
      const listener = await listen();
      const user = 'alex@acme.example';
      const scram = new ScramClient(PASSWORD);
      const client = (await raw(listener)).send(startupMessage({ user, database: 'shop' }));
      await client.next();
      client.send(saslInitialMessage('SCRAM-SHA-256', scram.first()));
      const challenge = await client.next();
      const before = failures().length;
      await world.publish(RULES, { principals: [person('alex'), ...PEOPLE.slice(1)] });
      client.send(saslResponseMessage(scram.final(challenge.raw.subarray(9)).message));
      expect(await client.fatal()).toMatchObject({ C: '28P01' });
      expect((await nextFailure(before)).reason).toBe('the database password was revoked');
      const again = await (await raw(listener)).signIn(user, 'shop', PASSWORD);
      expect(again.at(-1)?.type).toBe('E');
      await world.publish(RULES, { principals: PEOPLE });
      expect((await (await raw(listener)).signIn(user, 'shop', PASSWORD)).at(-1)?.type).toBe('R');
    });

    it('is a policy that nobody has confirmed for too long', async () => {
      await world.publish(RULES, { principals: PEOPLE, leaseSeconds: 300 });
      const listener = await listen();
      const before = failures().length;
      await world.plane.down();
      world.clock.advance(301_000);
      expect((await (await raw(listener)).signIn('alex@acme.example', 'shop', PASSWORD)).at(-1)?.type).toBe(
        'E',
      );
      await world.plane.up();
      await world.publish(RULES, { principals: PEOPLE });
      expect((await nextFailure(before)).reason).toBe('no policy is in force (lease_expired)');
    });
  });

  describe('for bytes', () => {
    const START = startupMessage({ user: 'alex@acme.example', database: 'shop' });

    it('answers requests for encryption as a server does', async () => {
      const plain = await raw(await listen());
      expect(await plain.send(gssencRequest()).byte()).toBe('N');
      expect(await plain.send(sslRequest()).byte()).toBe('N');
      expect((await plain.signIn('alex@acme.example', 'shop', PASSWORD)).at(-1)?.type).toBe('R');

      const encrypted = await raw(await listen({ tls: 'self-signed' }));
      expect(await encrypted.send(gssencRequest()).byte()).toBe('N');
      await encrypted.encrypt();
      const answers = await encrypted.signIn('alex@acme.example', 'shop', PASSWORD);
      expect(answers[0]?.raw.toString('latin1')).toContain('SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0');
      expect(answers.at(-1)?.raw).toEqual(Buffer.from('R\0\0\0\x08\0\0\0\0'));
    });

    it('binds a sign-in to its certificate only', async () => {
      const listener = await listen({ tls: 'self-signed' });
      const pem = await readFile(join(world.dir, 'wire-certificate.pem'), 'utf8');
      const hash = createHash('sha256').update(new X509Certificate(pem).raw).digest();
      const attempt = async (scram: ScramClient, mechanism: string) => {
        const client = await (await raw(listener)).encrypt();
        return (await client.signIn('alex@acme.example', 'shop', PASSWORD, scram, mechanism)).at(-1);
      };
      const GS2 = 'p=tls-server-end-point,,';
      const PLUS = 'SCRAM-SHA-256-PLUS';
      expect((await attempt(new ScramClient(PASSWORD, GS2, hash), PLUS))?.type).toBe('R');
      const other = Buffer.alloc(32, 1);
      const between = await attempt(new ScramClient(PASSWORD, GS2, other), PLUS);
      expect(between?.raw.toString('latin1')).toContain('channel binding check failed');
      const hidden = await attempt(new ScramClient(PASSWORD, 'y,,'), 'SCRAM-SHA-256');
      expect(hidden?.raw.toString('latin1')).toContain('channel binding was left out');
    });

    it('takes up a renewed certificate, and keeps the old one while the files do not fit', async () => {
      const certFile = join(world.dir, 'own.pem');
      const keyFile = join(world.dir, 'own-key.pem');
      const [first, second] = [makeSelfSigned(Date.now()), makeSelfSigned(Date.now())];
      await writeFile(certFile, first.cert);
      await writeFile(keyFile, first.key);
      const listener = await listen({ tls: { certFile, keyFile } });
      const shown = async () => {
        const { socket } = await (await raw(listener)).encrypt();
        return (socket as TLSSocket).getPeerX509Certificate()?.toString();
      };
      expect(await shown()).toBe(first.cert);
      await writeFile(certFile, second.cert);
      listener.renewCertificate();
      listener.renewCertificate();
      expect(await shown()).toBe(first.cert);
      expect(world.logs.filter((line) => line.includes('certificate on disk'))).toHaveLength(1);
      await writeFile(keyFile, second.key);
      listener.renewCertificate();
      expect(await shown()).toBe(second.cert);
    });

    it('does not take bytes from before the encryption for encrypted ones', async () => {
      const listener = await listen({ tls: 'self-signed' });
      const client = (await raw(listener)).send(sslRequest(), START);
      expect(await client.fatal()).toMatchObject({
        C: '08P01',
        M: 'received unencrypted data after SSL request',
      });
    });

    it('takes TLS from the first byte, when it is meant for PostgreSQL', async () => {
      const listener = await listen({ tls: 'self-signed' });
      const direct = await (await raw(listener)).handshake(['postgresql']);
      expect((await direct.signIn('alex@acme.example', 'shop', PASSWORD)).at(-1)?.type).toBe('R');
      const nameless = await (await raw(listener)).handshake();
      expect(await nameless.fatal()).toMatchObject({ C: '08P01' });
    });

    it('survives a client that speaks no TLS after asking for it', async () => {
      const listener = await listen({ tls: 'self-signed' });
      const client = await raw(listener);
      expect(await client.send(sslRequest()).byte()).toBe('S');
      client.send(Buffer.from('not a TLS hello, whatever one makes of it'));
      await client.rest();
      expect((await (await raw(listener)).signIn('alex@acme.example', 'shop', PASSWORD)).at(-1)?.type).toBe(
        'R',
      );
    });

    it('talks newer protocols down to 3.0', async () => {
      const listener = await listen();
      const user = 'alex@acme.example';
      const parameters = { user, database: 'shop', '_pq_.compression': 'zstd', '_pq_.other': '1' };
      for (const minor of [2, 9999]) {
        const client = (await raw(listener)).send(startupMessage(parameters, minor));
        const { type, raw: bytes } = await client.next();
        expect(type).toBe('v');
        expect(bytes.subarray(5).toString('latin1')).toBe(
          '\0\x03\0\0\0\0\0\x02_pq_.compression\0_pq_.other\0',
        );
        expect((await client.next()).type).toBe('R');
      }
    });

    it('takes a start-up that comes byte by byte, and a query that comes with the password', async () => {
      const listener = await listen();
      const client = await raw(listener);
      for (const byte of START) {
        client.send(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const scram = new ScramClient(PASSWORD);
      await client.next();
      const challenge = (await client.send(saslInitialMessage('SCRAM-SHA-256', scram.first())).next()).raw;
      const { message } = scram.final(challenge.subarray(9));
      client.send(saslResponseMessage(message), queryMessage('select 1'));
      const types: string[] = [];
      while (types.filter((type) => type === 'Z').length < 2) types.push((await client.next()).type);
      expect(types.join('')).toBe('RRSSSKZCZ');
    });

    it('sends away what it can not serve, with a reason', async () => {
      const listener = await listen();
      const user = 'alex@acme.example';
      const number = (value: number) => Buffer.of(value >>> 24, value >>> 16, value >>> 8, value);
      const cases: readonly [Buffer, string, RegExp][] = [
        [startupMessage({ user, database: 'shop', replication: 'database' }), '0A000', /replication/],
        [startupMessage({ user, database: 'shop', replication: 'true' }), '0A000', /replication/],
        [startupMessage({ database: 'shop' }), '28000', /no user name/],
        [Buffer.concat([number(8), number(131_072)]), '0A000', /unsupported frontend protocol 2\.0/],
        [Buffer.concat([number(10_001), number(196_608)]), '08P01', /invalid length/],
        [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), '08P01', /invalid length/],
        [Buffer.concat([sslRequest(), sslRequest()]), '08P01', /twice/],
      ];
      for (const [packet, code, message] of cases) {
        const client = (await raw(listener)).send(packet);
        if (message.source === 'twice') await client.byte();
        const error = await client.fatal();
        expect(error).toMatchObject({ S: 'FATAL', C: code });
        expect(error.M).toMatch(message);
      }
      const off = (await raw(listener)).send(
        startupMessage({ user, database: 'shop', replication: 'false' }),
      );
      expect((await off.next()).type).toBe('R');
    });

    it('sends away who does not sign in as asked', async () => {
      const listener = await listen();
      const attempts: readonly [Buffer, RegExp][] = [
        [queryMessage('select 1'), /expected SASL response/],
        [saslInitialMessage('PLAIN', Buffer.from('n,,n=,r=abc')), /not offered/],
        [saslInitialMessage('SCRAM-SHA-256-PLUS', Buffer.from('n,,n=,r=abc')), /not offered/],
        [saslInitialMessage('SCRAM-SHA-256', Buffer.from('rubbish')), /malformed/],
        [Buffer.from('p\0\x01\0\0'), /longer than allowed/],
        [Buffer.from('p\0\0\0\x01'), /invalid message length/],
      ];
      for (const [bytes, message] of attempts) {
        world.clock.advance(61_000);
        const before = failures().length;
        const client = (await raw(listener)).send(START);
        await client.next();
        const error = await client.send(bytes).fatal();
        expect(error.C).toBe('08P01');
        expect(error.M).toMatch(message);
        expect((await nextFailure(before)).reason).toBe(error.M);
      }
      const before = failures().length;
      const leaving = (await raw(listener)).send(START);
      await leaving.next();
      leaving.close();
      const wrong = await (await raw(listener)).signIn('alex@acme.example', 'shop', 'wrong');
      expect(wrong.at(-1)?.type).toBe('E');
      // psql leaves like that to ask for the password: no failure. The next event is the one after it.
      expect((await nextFailure(before)).reason).toBe('wrong password');
    });

    it('hands cancel requests to whom the key was given', async () => {
      const listener = await listen({ tls: 'self-signed' });
      const session = await raw(listener);
      await session.signIn('alex@acme.example', 'shop', PASSWORD);
      let key: Buffer | undefined;
      for (let answer = await session.next(); answer.type !== 'Z'; answer = await session.next()) {
        if (answer.type === 'K') key = answer.raw.subarray(5);
      }
      const processId = key?.readInt32BE(0) ?? 0;
      const secret = Buffer.from(key?.subarray(4) ?? '');
      const wrong = Buffer.from(secret.map((byte) => byte ^ 1));
      const request = async (bytes: Buffer, isEncrypted: boolean) => {
        const client = await raw(listener);
        if (isEncrypted) await client.encrypt();
        expect(await client.send(bytes).rest()).toEqual([]);
      };
      await request(cancelRequest(processId, wrong), false);
      await request(cancelRequest(processId, Buffer.concat([secret, secret])), false);
      await request(cancelRequest(processId ^ 1, secret), false);
      session.send(queryMessage('select 1'));
      expect((await session.next()).raw.toString()).toContain('SELECT 0');
      expect((await session.next()).type).toBe('Z');
      for (const isEncrypted of [false, true]) {
        await request(cancelRequest(processId, secret), isEncrypted);
        expect((await session.next()).raw.toString()).toContain('CANCEL');
      }
    });

    it('cuts off who says nothing, and tells who stops half-way', async () => {
      const listener = await listen({}, { authenticateMs: 1_500 });
      const silent = await raw(listener);
      const half = (await raw(listener)).send(START);
      expect(await silent.rest()).toEqual([]);
      expect(await half.fatal()).toMatchObject({ C: '57014', M: 'canceling authentication due to timeout' });
    });

    it('lets only so many strangers wait, and forgets those who leave', async () => {
      const listener = await listen();
      const waiting = await Promise.all(Array.from({ length: 100 }, () => raw(listener)));
      for (const client of waiting) client.send(START);
      await Promise.all(waiting.map((client) => client.next()));
      expect(await (await raw(listener)).fatal()).toMatchObject({ C: '53300' });
      for (const client of waiting) client.close();
      await until(async () => {
        const client = (await raw(listener)).send(START);
        return (await client.next()).type === 'R';
      });
    });

    it('stops with clients in every state', async () => {
      const listener = await listen({ tls: 'self-signed' });
      const silent = await raw(listener);
      const half = (await raw(listener)).send(START);
      await half.next();
      const encrypted = (await (await raw(listener)).encrypt()).send(START);
      await encrypted.next();
      const session = await raw(listener);
      await session.signIn('alex@acme.example', 'shop', PASSWORD);
      await listener.stop();
      expect(await silent.rest()).toEqual([]);
      await half.rest();
      await encrypted.rest();
      session.send(queryMessage('select 1'));
      // A session is not the listener's to end.
      let types = '';
      while (!types.endsWith('ZCZ')) types += (await session.next()).type;
      await expect(RawClient.connect(listener.port)).rejects.toThrow('ECONNREFUSED');
    });
  });

  it('says so when its port is taken', async () => {
    const { port } = await listen();
    await expect(listen({ port })).rejects.toThrow(`can not be served at \`127.0.0.1:${port}\` (EADDRINUSE)`);
  });

  it('is not upset by any bytes', async () => {
    const listener = await listen({ tls: 'self-signed' });
    let seed = 20_261_122;
    const random = () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed >>> 8;
    };
    const starts = [Buffer.alloc(0), sslRequest(), startupMessage({ user: 'alex@acme.example' })];
    const rounds = Array.from({ length: 300 }, () => {
      const noise = Buffer.from(Array.from({ length: random() % 400 }, () => random() & 0xff));
      if (random() % 2 === 0 && noise.length > 8) noise.writeUInt32BE(noise.length, 0);
      if (random() % 4 === 0 && noise.length > 8) noise.writeUInt32BE(196_608, 4);
      return Buffer.concat([starts[random() % starts.length] ?? noise, noise]);
    });
    for (const bytes of rounds) {
      const client = await raw(listener);
      client.send(bytes).socket.end();
      await client.rest().catch(() => undefined);
    }
    world.clock.advance(61_000);
    const answers = await (await raw(listener)).signIn('alex@acme.example', 'shop', PASSWORD);
    expect(answers.at(-1)?.type).toBe('R');
    expect(world.logs.filter((line) => line.includes('could not be served'))).toEqual([]);
  });

  it('never writes a password or a verifier anywhere', () => {
    const everything = `${world.logs.join('\n')}${JSON.stringify(world.received())}`;
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain(VERIFIER.split('$')[2]);
  });
});
