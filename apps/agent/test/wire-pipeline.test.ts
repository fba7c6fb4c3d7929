import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readErrorFields } from '../src/wire/codec/backend.js';
import {
  bindMessage,
  closeMessage,
  copyDataMessage,
  copyDoneMessage,
  copyFailMessage,
  describeMessage,
  executeMessage,
  flushMessage,
  parseMessage,
  queryMessage,
  syncMessage,
} from '../src/wire/codec/frontend.js';
import { startupMessage } from '../src/wire/codec/startup.js';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { PASSWORD, WireWorld } from './wire-fixture.js';
import { RawClient } from './wire-raw.js';

const P = parseMessage;
const B = bindMessage;
const E = executeMessage;
const S = syncMessage();
const H = flushMessage();
const Q = queryMessage;
const D = (kind: 'statement' | 'portal', name = '') => describeMessage({ kind, name });
const C = (kind: 'statement' | 'portal', name = '') => closeMessage({ kind, name });
const run = (sql: string, ...values: string[]) => [P('', sql), B('', '', values), D('portal'), E(''), S];

/** `permission denied` stands for what the agent refuses: directly, the same statement is one that fails to parse. */
const FORBIDDEN = 'create table forbidden (a int)';

let wire: WireWorld;
let server: Awaited<ReturnType<typeof testServer>>;
let direct: string;
let governed: string;

beforeAll(async () => {
  server = await testServer();
  direct = await createDatabase(server, uniqueName('pipe_direct'));
  governed = await createDatabase(server, uniqueName('pipe_governed'));
  for (const url of [direct, governed]) {
    await asSuperuser(
      url,
      `create table item (id int, name text); insert into item select i, 'i' || i from generate_series(1, 30) i`,
    );
  }
  wire = await WireWorld.create({ shop: governed });
  await wire.publish(
    [
      rule('shop', ['read', 'write', 'export'], 'user:sam@acme.example'),
      rule('shop', ['read', 'write'], 'user:alex@acme.example'),
    ],
    { connections: [connection('shop', { rowCap: 1_000 })] },
  );
  await wire.world.start();
  await until(() => wire.world.agent.policy.state === 'ok');
});
afterAll(() => wire.stop());

async function governedClient(who: string): Promise<RawClient> {
  const client = await RawClient.connect(wire.port);
  await client.signIn(`${who}@acme.example`, 'shop', PASSWORD);
  await ready(client);
  return client;
}

async function directClient(): Promise<RawClient> {
  const { port, hostname, username, password, pathname } = new URL(direct);
  const client = await RawClient.connect(Number(port), hostname);
  const user = decodeURIComponent(username);
  if (password === '') client.send(startupMessage({ user, database: pathname.slice(1) }));
  else await client.signIn(user, pathname.slice(1), decodeURIComponent(password)).catch(() => undefined);
  await ready(client);
  return client;
}

/** All messages up to and with ReadyForQuery, as text without what differs by chance. */
async function ready(client: RawClient): Promise<string[]> {
  const said: string[] = [];
  for (;;) {
    const { type, raw } = await client.next();
    if (type === 'E') {
      const fields = readErrorFields(raw);
      if (fields.get('V') === 'FATAL') throw new Error(`ended: ${fields.get('M')}`);
      said.push(`E ${fields.get('C')}`);
    }
    if (type !== 'E' && type !== 'S' && type !== 'K' && type !== 'N' && type !== 'T')
      said.push(`${type} ${raw.subarray(5).toString('latin1')}`);
    else if (type === 'T') said.push('T');
    if (type === 'Z') return said;
  }
}

/** Each step is sent at once; a step ends when as many ReadyForQuery came as it has. */
type Step = { send: Buffer[]; ready: number };
const step = (ready: number, ...send: Buffer[]): Step => ({ send, ready });

const scripts: Readonly<Record<string, (forbidden: string) => Step[]>> = {
  'one statement': () => [step(1, ...run('select 1'))],
  'several before a Sync': () => [
    step(1, P('', 'select 1'), B('', ''), E(''), P('', 'select 2'), B('', ''), E(''), S),
  ],
  'several Syncs at once': () => [step(3, ...run('select 1'), ...run('select 2'), ...run('select 3'))],
  'a refused one in the middle': (forbidden) => [
    step(
      1,
      ...run(`insert into item values (100, 'x')`).slice(0, -1),
      P('', forbidden),
      B('', ''),
      E(''),
      P('', 'select 3'),
      B('', ''),
      E(''),
      S,
    ),
    step(1, ...run('select count(*) from item where id = 100')),
  ],
  'a refused one, with the next Sync behind it': (forbidden) => [
    step(2, P('', forbidden), B('', ''), D('portal'), E(''), S, ...run('select 2')),
  ],
  'a refused named one defines nothing': (forbidden) => [
    step(1, P('n', forbidden), S),
    step(1, B('', 'n'), E(''), S),
    step(1, P('n', 'select 5'), S),
    step(1, B('', 'n'), E(''), S),
    step(1, P('n', 'select 6'), S),
    step(1, B('', 'n'), E(''), S),
    step(1, C('statement', 'n'), B('', 'n'), E(''), S),
  ],
  'a refused unnamed one takes the one before it away': (forbidden) => [
    step(1, P('', 'select 1'), S),
    step(1, P('', forbidden), S),
    step(1, B('', ''), E(''), S),
  ],
  'a skipped one leaves the one before it': (forbidden) => [
    step(1, P('a', 'select 1'), S),
    step(1, P('x', forbidden), C('statement', 'a'), P('a', 'select 2'), S),
    step(1, B('', 'a'), E(''), S),
  ],
  'in a transaction': (forbidden) => [
    step(1, ...run('begin')),
    step(1, ...run(`insert into item values (200, 'x')`)),
    step(1, P('', forbidden), S),
    step(1, ...run('select 1')),
    step(1, ...run('rollback')),
    step(1, ...run('select count(*) from item where id = 200')),
  ],
  'simple, refused, in a transaction': (forbidden) => [
    step(1, Q('begin')),
    step(1, Q(forbidden)),
    step(1, Q('select 1')),
    step(1, Q('commit')),
  ],
  'several statements in one simple message': (forbidden) => [
    step(1, Q('select 1; select 2')),
    step(1, Q(`insert into item values (300, 'x'); select 1/0; select 3`)),
    step(1, Q('select count(*) from item where id = 300')),
    step(1, Q(`select 1; ${forbidden}`)),
    step(1, Q('')),
    step(1, Q(' ; ; -- nothing')),
    step(1, Q('begin; select 1')),
    step(1, Q('commit')),
  ],
  'portals in parts': () => [
    step(1, ...run('begin')),
    step(1, P('', 'select id from item order by id limit 7'), B('p', ''), E('p', 3), E('p', 3), S),
    step(1, E('p', 3), E('p', 3), S),
    step(1, D('portal', 'p'), C('portal', 'p'), E('p', 1), S),
    step(1, ...run('rollback')),
  ],
  'portals end with their transaction': () => [
    step(1, P('', 'select 1'), B('q', ''), E('q', 0), S),
    step(1, E('q', 0), S),
    step(2, P('', 'select 1'), B('q', ''), S, E('q', 0), S),
  ],
  'names of SQL and of the protocol': () => [
    step(1, Q('prepare s1 as select 41')),
    step(1, B('', 's1'), E(''), S),
    step(1, P('s1', 'select 2'), S),
    step(1, Q('deallocate s1')),
    step(1, P('s1', 'select 3'), S),
    step(1, B('', 's1'), E(''), S),
    step(1, Q('deallocate all')),
    step(1, B('', 's1'), E(''), S),
    step(1, Q('begin; declare c1 cursor for select generate_series(1, 3)')),
    step(1, E('c1', 1), S),
    step(1, Q('fetch 1 from c1')),
    step(1, Q('commit')),
    step(1, E('c1', 1), S),
  ],
  'a simple message takes the unnamed statement away': () => [
    step(1, P('', 'select 1'), S),
    step(1, Q('select 2')),
    step(1, B('', ''), E(''), S),
  ],
  'a syntax error and an unknown table': () => [
    step(1, P('', 'selec'), B('', ''), E(''), S),
    step(1, ...run('select * from no_such_table')),
    step(1, P('', 'select 1; select 2'), S),
    step(1, P('', ''), B('', ''), D('portal'), E(''), S),
    step(1, B('', 'never'), S),
    step(1, E('never'), S),
    step(1, D('statement', 'never'), S),
  ],
  parameters: () => [
    step(1, P('', 'select $1::int + $2', [23, 23]), D('statement'), B('', '', ['1', '2']), E(''), S),
    step(1, P('', 'select $1::int'), B('', '', ['no number']), E(''), S),
  ],
  'copy in, simple': () => [
    step(
      1,
      Q('copy item from stdin'),
      copyDataMessage(Buffer.from('400\ta\n40')),
      copyDataMessage(Buffer.from('1\tb\n')),
      copyDoneMessage(),
    ),
    step(1, Q('copy item from stdin'), copyDataMessage(Buffer.from('402\ta\n')), copyFailMessage('no more')),
    step(1, Q('copy item from stdin; select 1'), copyDataMessage(Buffer.from('bad')), copyDoneMessage()),
    step(1, Q('select count(*) from item where id >= 400')),
  ],
  'copy in, extended, as libpq sends it': () => [
    step(
      1,
      P('', 'copy item from stdin'),
      B('', ''),
      D('portal'),
      E(''),
      S,
      copyDataMessage(Buffer.from('500\ta\n')),
      copyDoneMessage(),
      S,
    ),
    step(
      1,
      P('', 'copy item from stdin'),
      B('', ''),
      D('portal'),
      E(''),
      S,
      copyDataMessage(Buffer.from('bad\n')),
      copyDoneMessage(),
      S,
    ),
    step(1, ...run('select count(*) from item where id >= 500')),
  ],
  flush: () => [step(1, P('', 'select 1'), H, B('', ''), H, E(''), H, S)],
};

/** What must be the same: every message, in its order, through the agent and without it. */
describe.each(['sam', 'alex'])('what %s gets is what a server answers', (who) => {
  it.each(Object.keys(scripts))('%s', async (name) => {
    const script = scripts[name];
    if (!script) throw new Error(name);
    const [through, without] = await Promise.all([governedClient(who), directClient()]);
    try {
      const forbidden = script(FORBIDDEN);
      // Without the agent, what it refuses is a text that fails in the same way: by not being one.
      const plain = script('postern refused this statement');
      for (const [index, { send, ready: count }] of forbidden.entries()) {
        through.send(...send);
        without.send(...(plain[index]?.send ?? []));
        for (let each = 0; each < count; each++) {
          const theirs = (await ready(without)).map((line) => line);
          const ours = await ready(through);
          expect({ step: index, said: ours }).toEqual({
            step: index,
            said:
              index >= 0 && send !== plain[index]?.send
                ? theirs.map((line, at) => (ours[at] === 'E 42501' && line === 'E 42601' ? 'E 42501' : line))
                : theirs,
          });
        }
      }
    } finally {
      through.close();
      without.close();
    }
  });
});
