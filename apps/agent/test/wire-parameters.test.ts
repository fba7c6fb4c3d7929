import { createHash } from 'node:crypto';
import type { AuditEvent } from '@postern/core/audit';
import { KEEP_ALL } from '@postern/core/audit';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionConfig } from '../src/config.js';
import { int16, int32, message } from '../src/wire/codec/bytes.js';
import { bindMessage, executeMessage, parseMessage, syncMessage } from '../src/wire/codec/frontend.js';
import { asSuperuser, rule, until } from './fixture.js';
import { PASSWORD, WireWorld } from './wire-fixture.js';
import { RawClient } from './wire-raw.js';

let wire: WireWorld;
const urls: Record<string, string> = {};

beforeAll(async () => {
  const server = await testServer();
  for (const slug of ['shop', 'quiet']) {
    urls[slug] = await createDatabase(server, uniqueName('parameters'));
    await asSuperuser(
      urls[slug],
      `create type mood as enum ('sad', 'ok'); create table item (id int, name text, token text)`,
    );
  }
  const of = (slug: string) => ({
    slug,
    url: urls[slug] ?? '',
    maxSessions: 20,
    maxSessionsPerPerson: 20,
    catalogWaitMs: 20_000,
  });
  wire = await WireWorld.create(urls, {
    connections: new Map<string, ConnectionConfig>([
      ['shop', { ...of('shop'), keep: { ...KEEP_ALL, values: 'all' as const } }],
      ['quiet', of('quiet')],
    ]),
  });
  await wire.publish([rule('*', ['read', 'write'], 'user:alex@acme.example')]);
  await wire.world.start();
  await until(() => wire.world.agent.policy.state === 'ok');
});
afterAll(() => wire.stop());

/** What was recorded of the only statement with that text, in that decision. */
async function recorded(start: string, decision = 'allowed'): Promise<AuditEvent['statement']> {
  const found = await until(() =>
    wire.world
      .received('statement.decided')
      .find((event) => event.decision === decision && event.statement?.text.startsWith(start)),
  );
  return found.statement;
}

describe('values bound to a statement', () => {
  it('are in the audit trail by number and type, always', async () => {
    const client = await wire.client('alex', 'quiet');
    await client.query('select $1::int4 + 1 as quiet, $2::text[], $3::mood', [1, ['a'], 'ok']);
    const kept = await recorded('select $1::int4 + 1 as quiet');
    expect(kept).toMatchObject({
      parameters: 3,
      parameterTypes: ['int4', 'text[]', expect.stringMatching(/^type \d+$/)],
    });
    expect(kept?.parameterValues).toBeUndefined();
    await client.query(`select 'costs $1' as literal`, []);
    expect(await recorded(`select 'costs $1'`)).not.toHaveProperty('parameterValues');
    await client.query('insert into item (id) values ($1)', [7]);
    expect(await recorded('insert into item (id) values')).toMatchObject({
      parameters: 1,
      parameterTypes: ['int4'],
    });
    await client.end();
  });

  it('and by value where the connection says so, without secrets', async () => {
    const client = await wire.client('alex', 'shop');
    const long = 'long ü'.repeat(1_000);
    await client.query('select $1::int4 as kept, $2::text, $3::text, $4::text', [41, "it's", null, long]);
    const { parameterTypes, parameterValues = [] } = (await recorded('select $1::int4 as kept')) ?? {};
    expect(parameterTypes).toEqual(['int4', 'text', 'text', 'text']);
    expect(parameterValues.slice(0, 3)).toEqual([{ text: '41' }, { text: "it's" }, { text: null }]);
    expect(parameterValues[3]).toMatchObject({
      bytes: Buffer.byteLength(long),
      sha256: createHash('sha256').update(long).digest('hex'),
    });
    expect(long.startsWith(parameterValues[3]?.text ?? 'nothing')).toBe(true);
    await client.query('update item set token = $1 where id = $2', ['hunter2', 3]);
    expect((await recorded('update item set token'))?.parameterValues).toEqual([
      { text: '***' },
      { text: '***' },
    ]);
    await client.query('select $1::text as url', ['postgres://me:hunter2@db/x']);
    expect((await recorded('select $1::text as url'))?.parameterValues).toEqual([{ text: '***' }]);
    expect(JSON.stringify(wire.world.received())).not.toContain('hunter2');
    await client.end();
  });

  it('read from binary, and belong to the statement that they were bound to', async () => {
    const client = await RawClient.connect(wire.port);
    await client.signIn('alex@acme.example', 'shop', PASSWORD);
    while ((await client.next()).type !== 'Z') {}
    const binary = (portal: string, statement: string, ...values: Buffer[]) =>
      message(
        0x42,
        Buffer.from(`${portal}\0${statement}\0`),
        int16(1),
        int16(1),
        int16(values.length),
        ...values.flatMap((value) => [int32(value.length), value]),
        int16(0),
      );
    client.send(
      parseMessage('a', 'select $1::int8 as binary, $2::uuid, $3::bytea'),
      binary(
        'p',
        'a',
        Buffer.from([0, 0, 0, 0, 0, 0, 1, 0]),
        Buffer.alloc(16, 0x11),
        Buffer.from('ff00', 'hex'),
      ),
      parseMessage('', 'select $1::text as second'),
      bindMessage('', '', ['second']),
      executeMessage(''),
      executeMessage('p'),
      syncMessage(),
    );
    const types: string[] = [];
    for (let next = await client.next(); ; next = await client.next()) {
      types.push(next.type);
      if (next.type === 'Z') break;
    }
    // Nothing of what the agent asked for itself.
    expect(types.join('')).toBe('1212DCDCZ');
    expect(await recorded('select $1::text as second')).toMatchObject({
      parameterTypes: ['text'],
      parameterValues: [{ text: 'second' }],
    });
    expect(await recorded('select $1::int8 as binary')).toMatchObject({
      parameterTypes: ['int8', 'uuid', 'bytea'],
      parameterValues: [
        { text: '256' },
        { text: '11111111-1111-1111-1111-111111111111' },
        { text: '\\xff00' },
      ],
    });
    client.close();
  });

  it('are told of refused statements as far as they are known', async () => {
    const client = await wire.client('alex', 'shop');
    await expect(client.query('select pg_terminate_backend($1)', [1])).rejects.toThrow();
    const kept = await recorded('select pg_terminate_backend', 'denied');
    expect(kept).not.toHaveProperty('parameterValues');
    await client.end();
  });
});
