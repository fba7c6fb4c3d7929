import { readdirSync, readFileSync } from 'node:fs';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readErrorFields, readParameterStatus } from '../src/wire/codec/backend.js';
import { cstring, int16, int32, message } from '../src/wire/codec/bytes.js';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { PASSWORD, WireWorld } from './wire-fixture.js';
import { type Answer, RawClient } from './wire-raw.js';

/**
 * What programs send from their first byte on, replayed directly and through the agent as somebody who may only read: every answer must
 * be the same. DBeaver, DataGrip and Metabase: recorded from pgjdbc 42.5.5 with each one's settings (application name, autocommit, read
 * only, fetch sizes, how it asks: prepared or not) while it said that program's own statements (packages/core/corpus/sql/tools-*.json)
 * and asked DatabaseMetaData what the program asks. Grafana: as lib/pq sends it, written by hand. `bind` is base64 of what
 * follows the names.
 */
const FOLDER = new URL('./tools/', import.meta.url);
const tools = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => name.replace('.jsonl', ''));

interface Line {
  readonly startup?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly parse?: string;
  readonly types?: readonly number[];
  readonly bind?: string;
  readonly portal?: string;
  readonly name?: string;
  readonly describe?: string;
  readonly execute?: string;
  readonly rows?: number;
  readonly close?: string;
  readonly flush?: true;
  readonly sync?: true;
}

const SCHEMA = `
  create table customers (id int primary key, name text, email text, status text default 'active', country text);
  create table orders (id int primary key, customer_id int references customers, total numeric(10, 2), status text, created_at timestamptz not null);
  create table logs (line text);
  create index orders_created on orders (created_at);
  create view paid as select * from orders where status = 'paid';
  create type mood as enum ('sad', 'ok');
  comment on table orders is 'what was bought';
  insert into customers select i, 'name ' || i, 'c' || i || '@example.org', 'active', (array['DE', 'FR', 'US'])[1 + i % 3] from generate_series(1, 50) i;
  insert into orders select i, 1 + i % 50, i / 4.0, case when i % 2 = 0 then 'paid' else 'open' end, timestamptz '2026-01-01' + i * interval '1 hour' from generate_series(1, 900) i;
  insert into logs values ('started');
  analyze;`;

let wire: WireWorld;
let url: URL;

beforeAll(async () => {
  const server = await testServer();
  const database = uniqueName('tools');
  const superuser = await createDatabase(server, database);
  await asSuperuser(superuser, SCHEMA);
  // As agents have it: a login that owns nothing. Read only without the agent too, which readers' sessions are with it.
  const role = uniqueName('tools_role');
  await asSuperuser(
    superuser,
    `create role ${role} login password '${PASSWORD}'; alter role ${role} set default_transaction_read_only = on; grant select on all tables in schema public to ${role}`,
  );
  url = new URL(superuser);
  url.username = role;
  url.password = PASSWORD;
  wire = await WireWorld.create({ shop: url.href });
  await wire.publish([rule('shop', ['read'], 'user:alex@acme.example')], {
    connections: [connection('shop', { rowCap: 10_000 })],
  });
  await wire.world.start();
  await until(() => wire.world.agent.policy.state === 'ok');
});
afterAll(() => wire.stop());

/** One tool's session: what was sent up to each ReadyForQuery, and what came of it. */
async function replay(lines: readonly Line[], port: number, user: string, database: string) {
  const client = await RawClient.connect(port);
  const startup = lines[0]?.startup ?? {};
  await client.signIn(user, database, PASSWORD, undefined, undefined, startup);
  const answers = [{ asked: 'start-up', answer: await untilReady(client) }];
  let asked: Line[] = [];
  for (const line of lines.slice(1)) {
    asked.push(line);
    if (line.sync === undefined && line.query === undefined) continue;
    client.send(...asked.map(bytesOf));
    const sql = asked.map(({ query, parse }) => query ?? parse).filter((text) => text !== undefined);
    answers.push({ asked: sql.join('; '), answer: await untilReady(client) });
    asked = [];
  }
  client.close();
  return answers;
}

async function untilReady(client: RawClient): Promise<string[]> {
  const answers: string[] = [];
  for (;;) {
    const answer = await client.next();
    const shown = show(answer);
    if (shown !== undefined) answers.push(shown);
    if (answer.type === 'Z') return answers;
  }
}

/** As text, without what is a session's own: its key, and in whose name the agent opened it. */
function show({ type, raw }: Answer): string | undefined {
  if (type === 'K') return undefined;
  if (type === 'S') {
    const { name, value } = readParameterStatus(raw);
    return name === 'application_name' ? undefined : `${name}=${value}`;
  }
  // With the person in front, a program's long name is cut; the server says so.
  if (type === 'N' && readErrorFields(raw).get('C') === '42622') return undefined;
  if (type === 'E' || type === 'N') return `${type} ${JSON.stringify([...readErrorFields(raw)])}`;
  return `${type} ${raw.subarray(5).toString('latin1')}`;
}

function bytesOf(line: Line): Buffer {
  const name = cstring(line.name ?? '');
  if (line.query !== undefined) return message(0x51, cstring(line.query));
  if (line.parse !== undefined) {
    const { types = [] } = line;
    return message(0x50, name, cstring(line.parse), int16(types.length), ...types.map((oid) => int32(oid)));
  }
  if (line.bind !== undefined)
    return message(0x42, cstring(line.portal ?? ''), name, Buffer.from(line.bind, 'base64'));
  if (line.describe !== undefined) return message(0x44, cstring(line.describe));
  if (line.execute !== undefined) return message(0x45, cstring(line.execute), int32(line.rows ?? 0));
  if (line.close !== undefined) return message(0x43, cstring(line.close));
  return message(line.flush ? 0x48 : 0x53);
}

/** Which messages came, rows of any number as one. */
const kinds = (answer: readonly string[]): string =>
  answer
    .map((one) => one.slice(0, 1))
    .join('')
    .replaceAll(/D+/g, 'D');

/** Who is connected, and how a session is set: the agent's own name and limits are among them. */
const OF_SESSIONS = /pg_stat_activity|pg_settings ORDER BY/;

describe.each(tools)('%s', (tool) => {
  it('starts and browses through the agent as it does without, with no more than read', async () => {
    const text = readFileSync(new URL(`${tool}.jsonl`, FOLDER), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const database = url.pathname.slice(1);
    const direct = () => replay(lines, Number(url.port), url.username, database);
    const once = await direct();
    const through = await replay(lines, wire.port, 'alex@acme.example', 'shop');
    const again = await direct();
    expect(through.length).toBe(once.length);
    let same = 0;
    for (const [index, { asked, answer }] of once.entries()) {
      // What the server itself answers otherwise the second time (process ids, instants) has the same messages.
      const isSteady =
        !OF_SESSIONS.test(asked) && JSON.stringify(again[index]?.answer) === JSON.stringify(answer);
      const got = through[index]?.answer ?? [];
      if (isSteady) {
        expect({ asked, answer: got }).toEqual({ asked, answer });
        same += 1;
      } else expect({ asked, answer: kinds(got) }).toEqual({ asked, answer: kinds(answer) });
    }
    expect(same).toBeGreaterThan(once.length / 2);
  });
});
