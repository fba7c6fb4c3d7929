import { execFileSync } from 'node:child_process';
import { createHash, pbkdf2Sync, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresServer } from '@postern/infra/postgres';
import { testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointHash, makeSelfSigned, selfSigned } from '../src/wire/certificate.js';
import { Failures, networkOf } from '../src/wire/failures.js';
import { mockVerifier, parseVerifier, ScramError, ScramExchange } from '../src/wire/scram.js';
import { asSuperuser, HandClock } from './fixture.js';
import { ScramClient, verifierOf } from './wire-raw.js';

const knownVerifier = (text: string) => {
  const verifier = parseVerifier(text);
  if (!verifier) throw new Error(`not taken for a verifier: ${text}`);
  return verifier;
};

describe('SCRAM', () => {
  it('answers the exchange of RFC 7677 to the letter', () => {
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    const exchange = new ScramExchange(
      knownVerifier(verifierOf('pencil', salt)),
      undefined,
      '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    );
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const first = exchange.first('SCRAM-SHA-256', Buffer.from('n,,n=user,r=rOprNGfwEbeRWgbNEkqO'));
    expect(first.toString()).toBe(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`);
    const proof = 'p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
    const final = exchange.final(Buffer.from(`c=biws,r=${nonce},${proof}`));
    expect(final?.toString()).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  const tryWith = (verifier: string, client: ScramClient, endpoint?: Buffer, mechanism = 'SCRAM-SHA-256') => {
    const exchange = new ScramExchange(knownVerifier(verifier), endpoint);
    const { message, answer } = client.final(exchange.first(mechanism, client.first()));
    const final = exchange.final(message)?.toString();
    return final === undefined ? 'wrong' : final === answer ? 'right' : 'forged';
  };

  it('takes the right password only, whatever the iterations', () => {
    const verifier = verifierOf('correct horse', randomBytes(16), 5000);
    expect(tryWith(verifier, new ScramClient('correct horse'))).toBe('right');
    for (const wrong of ['', 'correct horse ', 'Correct horse', 'correct']) {
      expect(tryWith(verifier, new ScramClient(wrong))).toBe('wrong');
    }
  });

  it('binds to the certificate, and notices that somebody in between hid it', () => {
    const verifier = verifierOf('pw');
    const endpoint = randomBytes(32);
    const bound = (hash: Buffer) => new ScramClient('pw', 'p=tls-server-end-point,,', hash);
    const PLUS = 'SCRAM-SHA-256-PLUS';
    expect(tryWith(verifier, bound(endpoint), endpoint, PLUS)).toBe('right');
    expect(() => tryWith(verifier, bound(randomBytes(32)), endpoint, PLUS)).toThrow('channel binding');
    expect(() => tryWith(verifier, new ScramClient('pw', 'y,,'), endpoint)).toThrow(ScramError);
    expect(tryWith(verifier, new ScramClient('pw', 'n,,'), endpoint)).toBe('right');
    expect(tryWith(verifier, new ScramClient('pw', 'y,,'))).toBe('right');
    // Without TLS it is not offered, and with it only as offered.
    expect(() => tryWith(verifier, bound(endpoint), undefined, PLUS)).toThrow(ScramError);
    expect(() => tryWith(verifier, bound(endpoint), endpoint)).toThrow(ScramError);
    expect(() => tryWith(verifier, new ScramClient('pw'), endpoint, PLUS)).toThrow(ScramError);
    const unique = new ScramClient('pw', 'p=tls-unique,,', endpoint);
    expect(() => tryWith(verifier, unique, endpoint, PLUS)).toThrow(ScramError);
  });

  it('refuses what is not SCRAM', () => {
    const verifier = knownVerifier(verifierOf('pw'));
    const firsts = ['', 'n', 'n,,', 'n,,r=abc', 'n,,n=,r=', 'x,,n=,r=abc', 'n=1,,n=,r=a', 'p,,n=,r=a'];
    for (const first of [...firsts, 'n,a=admin,n=,r=abc', 'n,,m=ext,n=,r=abc', 'n,,n=,r=a b']) {
      const exchange = new ScramExchange(verifier, undefined);
      expect(() => exchange.first('SCRAM-SHA-256', Buffer.from(first)), first).toThrow(ScramError);
    }
    expect(() => new ScramExchange(verifier, undefined).first('PLAIN', Buffer.from('n,,n=,r=abc'))).toThrow(
      ScramError,
    );
    const finals = (nonce: string) => [
      '',
      'p=AAAA',
      `c=biws,r=${nonce}`,
      `c=biws,r=${nonce},p=`,
      `c=biws,r=${nonce},p=AAAA`,
      `c=biws,r=${nonce}x,p=${'A'.repeat(43)}=`,
      `c=eSws,r=${nonce},p=${'A'.repeat(43)}=`,
      `c=biws,r=${nonce},p=${'*'.repeat(43)}=`,
    ];
    for (const index of finals('').keys()) {
      const exchange = new ScramExchange(verifier, undefined, 'server');
      exchange.first('SCRAM-SHA-256', Buffer.from('n,,n=,r=client'));
      const text = finals('clientserver')[index] ?? '';
      expect(() => exchange.final(Buffer.from(text)), text).toThrow(ScramError);
    }
  });

  it('reads verifiers strictly', () => {
    const good = verifierOf('pw');
    expect(parseVerifier(good)).toMatchObject({ iterations: 4096 });
    const bad = ['', 'md5abc', good.replace('4096', '0'), good.replace('4096', '-1'), `${good}:x`];
    for (const text of [...bad, good.slice(0, -2), good.replace('SHA-256', 'SHA-1'), `${good}\n`]) {
      expect(parseVerifier(text), text).toBeUndefined();
    }
  });

  it('shows a stranger one salt, another for each, and lets nobody in', () => {
    const secret = randomBytes(32);
    const [first, again, other] = ['a', 'a', 'b'].map((user) => mockVerifier(secret, user));
    expect(first).toEqual(again);
    expect(first?.salt).not.toEqual(other?.salt);
    expect(first?.salt).toHaveLength(16);
    expect(mockVerifier(randomBytes(32), 'a').salt).not.toEqual(first?.salt);
    // Nobody can find a password for it: its stored key is no hash of anything known.
    const key = pbkdf2Sync('a', first?.salt ?? '', 4096, 32, 'sha256');
    expect(createHash('sha256').update(key).digest()).not.toEqual(first?.storedKey);
  });
});

describe('SCRAM with PostgreSQL’s own verifiers', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await testServer();
  });
  afterAll(() => server.stop());

  it('takes the password that the server made them of', async () => {
    const role = uniqueName('scram');
    const url = server.superuserUrl();
    await asSuperuser(url, `create role ${role} password 'Tr0ub4dor&3'`);
    const [row] = await asSuperuser(url, `select rolpassword from pg_authid where rolname = '${role}'`);
    await asSuperuser(url, `drop role ${role}`);
    for (const [password, expected] of [
      ['Tr0ub4dor&3', 'in'],
      ['Tr0ub4dor&4', 'out'],
    ] as const) {
      const exchange = new ScramExchange(knownVerifier(row?.[0] ?? ''), undefined);
      const client = new ScramClient(password);
      const { message } = client.final(exchange.first('SCRAM-SHA-256', client.first()));
      expect(exchange.final(message) === undefined ? 'out' : 'in').toBe(expected);
    }
  });
});

describe('the certificate', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'postern-cert-'));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('is made so that OpenSSL verifies it', () => {
    const { cert } = makeSelfSigned(Date.now());
    const file = join(dir, 'made.pem');
    writeFileSync(file, cert);
    const verify = ['verify', '-x509_strict', '-verify_hostname', 'localhost', '-CAfile', file, file];
    expect(execFileSync('openssl', verify).toString()).toContain('OK');
    const parsed = new X509Certificate(cert);
    expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(parsed.verify(parsed.publicKey)).toBe(true);
  });

  it('stays the same from start to start, until it is broken or about to end', async () => {
    const now = Date.now();
    const first = await selfSigned(dir, now);
    expect(await selfSigned(dir, now)).toEqual(first);
    const years = (count: number) => now + count * 365 * 86_400_000;
    expect(await selfSigned(dir, years(9))).toEqual(first);
    const renewed = await selfSigned(dir, years(11));
    expect(renewed.cert).not.toBe(first.cert);
    writeFileSync(join(dir, 'wire-key.pem'), first.key);
    const repaired = await selfSigned(dir, years(11));
    expect([first.cert, renewed.cert]).not.toContain(repaired.cert);
  });

  it.each([
    ['rsa:2048', 'sha1', 'sha256'],
    ['rsa:2048', 'sha256', 'sha256'],
    ['rsa:2048', 'sha384', 'sha384'],
    ['rsa:2048', 'sha512', 'sha512'],
    ['ec', 'sha384', 'sha384'],
    ['ed25519', 'none', undefined],
  ])('of %s signed with %s is bound to by %s', (key, digest, hash) => {
    const file = join(dir, 'openssl.pem');
    const curve = key === 'ec' ? ['-pkeyopt', 'ec_paramgen_curve:P-256'] : [];
    const signed = digest === 'none' ? [] : [`-${digest}`];
    const subject = ['-subj', '/CN=x', '-keyout', join(dir, 'k.pem'), '-out', file];
    execFileSync('openssl', ['req', '-x509', '-newkey', key, ...curve, '-nodes', ...signed, ...subject], {
      stdio: 'pipe',
    });
    const pem = readFileSync(file, 'utf8');
    const expected = hash && createHash(hash).update(new X509Certificate(pem).raw).digest('hex');
    expect(endpointHash(pem)?.toString('hex')).toBe(expected);
  });
});

describe('failed sign-ins', () => {
  it('stop a pair of person and address for a minute, and only that', () => {
    const clock = new HandClock();
    const failures = new Failures(clock);
    for (let count = 0; count < 5; count++) {
      expect(failures.isLimited('alex', '10.0.0.1')).toBe(false);
      failures.add('alex', '10.0.0.1');
    }
    expect(failures.isLimited('alex', '10.0.0.1')).toBe(true);
    expect(failures.isLimited('alex', '10.0.0.2')).toBe(false);
    expect(failures.isLimited('dana', '10.0.0.1')).toBe(false);
    expect(failures.isNews('alex', '10.0.0.1')).toBe(true);
    expect(failures.isNews('alex', '10.0.0.1')).toBe(false);
    clock.advance(60_001);
    expect(failures.isLimited('alex', '10.0.0.1')).toBe(false);
    expect(failures.isNews('alex', '10.0.0.1')).toBe(false);
  });

  it('stop somebody who tries many people, or one person from many addresses', () => {
    const failures = new Failures(new HandClock());
    for (let count = 0; count < 50; count++) failures.add(`person-${count}`, '10.0.0.1');
    expect(failures.isLimited('alex', '10.0.0.1')).toBe(true);
    expect(failures.isLimited('alex', '10.0.0.2')).toBe(false);
    for (let count = 0; count < 20; count++) failures.add('dana', `10.1.0.${count}`);
    expect(failures.isLimited('dana', '10.9.0.1')).toBe(true);
  });

  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('from %s are those of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('forget the oldest when there are too many', () => {
    const failures = new Failures(new HandClock());
    for (let count = 0; count < 5; count++) failures.add('first', '10.0.0.1');
    for (let count = 0; count < 8_000; count++)
      failures.add(`p${count}`, `10.${count >> 8}.${count & 255}.9`);
    expect(failures.isLimited('first', '10.0.0.1')).toBe(false);
  });
});
