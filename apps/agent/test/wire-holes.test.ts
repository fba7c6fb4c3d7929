import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readErrorFields } from '../src/wire/codec/backend.js';
import { message } from '../src/wire/codec/bytes.js';
import {
  bindMessage,
  closeMessage,
  copyDataMessage,
  describeMessage,
  executeMessage,
  parseMessage,
  queryMessage,
  syncMessage,
} from '../src/wire/codec/frontend.js';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { PASSWORD, WireWorld } from './wire-fixture.js';
import { RawClient } from './wire-raw.js';

const P = parseMessage;
const B = bindMessage;
const E = executeMessage;
const C = closeMessage;
const S = syncMessage();
const Q = queryMessage;

let wire: WireWorld;
let url: string;
let client: RawClient;

const SLUG = 'shop';
const ofSam = (...permissions: Parameters<typeof rule>[1]) =>
  wire.publish(
    [
      rule(SLUG, ['read'], 'user:alex@acme.example'),
      ...(permissions.length === 0 ? [] : [rule(SLUG, permissions, 'user:sam@acme.example')]),
    ],
    { connections: [connection(SLUG, { rowCap: 10 })] },
  );
const FULL = ['read', 'write', 'export'] as const;

beforeAll(async () => {
  const server = await testServer();
  url = await createDatabase(server, uniqueName('wire_holes'));
  await asSuperuser(
    url,
    `create table item (id int); insert into item select generate_series(1, 50);
     create table made (id int);
     create function harmless() returns int language sql as 'select 1';
     create function acts() returns int language plpgsql as $$ begin insert into made values (99); return 1; end $$;
     create function checks(value int) returns boolean language plpgsql as $$ begin insert into made values (77); return true; end $$;
     create domain checked as int check (checks(value));
     create view shown as select id from item`,
  );
  wire = await WireWorld.create({ shop: url });
  await ofSam(...FULL);
  await wire.world.start();
  await until(() => wire.world.agent.policy.state === 'ok');
});
afterAll(() => wire.stop());

beforeEach(async () => {
  await ofSam(...FULL);
  client?.close();
  client = await signedIn('sam');
});

async function signedIn(who: string): Promise<RawClient> {
  const one = await RawClient.connect(wire.port);
  await one.signIn(`${who}@acme.example`, SLUG, PASSWORD);
  await answers(one);
  return one;
}

/** Errors up to ReadyForQuery, and how many rows came. */
async function answers(from = client): Promise<{ errors: string[]; rows: number; texts: string[] }> {
  const errors: string[] = [];
  const texts: string[] = [];
  let rows = 0;
  for (;;) {
    const { type, raw } = await from.next();
    if (type === 'D') rows += 1;
    if (type === 'E') {
      errors.push(readErrorFields(raw).get('C') ?? '');
      texts.push(readErrorFields(raw).get('M') ?? '');
    }
    if (type === 'Z') return { errors, rows, texts };
  }
}

const made = async () => (await asSuperuser(url, 'select count(*) from made'))[0]?.[0];

describe('what was allowed once', () => {
  it('is decided about again at Execute, and at Bind', async () => {
    client.send(P('w', 'insert into made values (1)'), S);
    expect((await answers()).errors).toEqual([]);
    client.send(Q('begin'), P('', 'insert into made values (1)'), B('p', ''), S);
    await answers();
    await answers();
    await wire.publish(
      [
        rule(SLUG, ['read', 'ddl', 'export'], 'user:sam@acme.example'),
        rule(SLUG, ['read'], 'user:alex@acme.example'),
      ],
      { connections: [connection(SLUG)] },
    );
    client.send(E('p'), S);
    expect((await answers()).errors).toEqual(['42501']);
    client.send(Q('rollback'));
    await answers();
    client.send(B('', 'w'), E(''), S);
    expect((await answers()).errors).toEqual(['42501']);
    expect(await made()).toBe('0');
  });

  it('is looked at anew when what it calls changed', async () => {
    const reader = await signedIn('alex');
    reader.send(P('h', 'select harmless()'), B('', 'h'), E(''), S);
    expect(await answers(reader)).toMatchObject({ errors: [], rows: 1 });
    await asSuperuser(
      url,
      `create or replace function harmless() returns int language plpgsql as $$ begin insert into made values (5); return 1; end $$`,
    );
    reader.send(B('', 'h'), E(''), S);
    expect((await answers(reader)).errors).toEqual(['42501']);
    reader.close();
    expect(await made()).toBe('0');
  });

  it('ends with the access to the connection, and with its wall', async () => {
    await ofSam('read');
    expect((await client.fatal()).C).toBe('57P01');
    const reader = await signedIn('sam');
    await ofSam();
    expect((await reader.fatal()).C).toBe('57P01');
  });
});

describe('names', () => {
  it('that code may have given to something else need execute', async () => {
    await ofSam('read', 'write', 'execute', 'export');
    client.send(P('n', 'select 1'), S);
    await answers();
    client.send(Q('select acts()'));
    expect((await answers()).errors).toEqual([]);
    await ofSam('read', 'write', 'export');
    client.send(B('', 'n'), E(''), S);
    expect((await answers()).errors).toEqual(['42501']);
    await asSuperuser(url, 'truncate made');
  });

  it('of SQL do not outlive what the protocol made of them', async () => {
    client.send(Q('prepare s as select 1'));
    await answers();
    client.send(C({ kind: 'statement', name: 's' }), P('s', 'insert into made values (3)'), S);
    expect((await answers()).errors).toEqual([]);
    await wire.publish([rule(SLUG, ['read', 'ddl', 'export'], 'user:sam@acme.example')], {
      connections: [connection(SLUG)],
    });
    client.send(Q('execute s'));
    expect((await answers()).errors).toEqual(['42501']);
    expect(await made()).toBe('0');
  });

  it('that a server would cut off are not taken', async () => {
    const long = 'n'.repeat(64);
    for (const bad of [long, 'ä']) {
      client.send(P(bad, 'select 1'), S);
      expect((await answers()).errors).toEqual(['42622']);
      client.send(P('', 'select 1'), B(bad, ''), S);
      expect((await answers()).errors).toEqual(['42622']);
    }
  });
});

describe('ways around the text', () => {
  it('lead nowhere by a parameter of a type that runs code', async () => {
    const [[oid = '0'] = []] = await asSuperuser(url, `select 'checked'::regtype::oid`);
    const reader = await signedIn('alex');
    reader.send(P('', 'select $1', [Number(oid)]), B('', '', ['4']), E(''), S);
    expect((await answers(reader)).errors).toEqual(['42501']);
    reader.send(P('', 'select $1', [4_000_000_000]), B('', '', ['4']), E(''), S);
    expect((await answers(reader)).errors).toEqual(['42501']);
    reader.close();
    expect(await made()).toBe('0');
  });

  it('lead nowhere by the fast path', async () => {
    client.send(message(0x46, Buffer.from('000006a800000000000000', 'hex')));
    expect((await answers()).errors).toEqual(['0A000']);
  });

  it('lead nowhere by COPY data that pretends to be messages', async () => {
    const hidden = Q('insert into made values (6)');
    // The header of a CopyData message that is longer than what follows: the next Query is its content.
    const header = Buffer.from([0x64, 0, 0, 0, 0]);
    header.writeInt32BE(4 + hidden.length + 3, 1);
    client.send(header, hidden, Buffer.from('xyz'), Q('select 1'));
    expect(await answers()).toMatchObject({ errors: [], rows: 1 });
    client.send(Q('copy made from stdin'));
    const first = await client.next();
    expect(first.type).toBe('G');
    client.send(copyDataMessage(Buffer.from('bad\n')), header);
    client.send(hidden, Buffer.from('xyz'), message(0x63));
    expect((await answers()).errors).toEqual(['22P02']);
    expect(await made()).toBe('0');
  });

  it('lead nowhere by messages that belong elsewhere', async () => {
    client.send(message(0x70, Buffer.from('secret\0')));
    expect((await client.fatal()).C).toBe('08P01');
  });

  it('lead nowhere by text that is not UTF-8', async () => {
    client.send(message(0x51, Buffer.from([0x73, 0xff, 0x00])));
    expect((await answers()).errors).toEqual(['22021']);
    client.send(message(0x50, Buffer.from([0, 0x73, 0xff, 0, 0, 0])), S);
    expect((await answers()).errors).toEqual(['22021']);
  });
});

describe('rows above the cap', () => {
  it('are not sent, however they are asked for', async () => {
    const reader = await signedIn('alex');
    const asks: [string, Buffer[]][] = [
      ['simple', [Q('select * from item')]],
      ['extended', [P('', 'select * from item'), B('', ''), E(''), S]],
      ['with a limit above', [P('', 'select * from item'), B('', ''), E('', 11), S]],
      ['in parts', [P('', 'select * from item'), B('', ''), E('', 6), E('', 6), E('', 6), S]],
      [
        'described',
        [P('', 'select * from item'), B('', ''), describeMessage({ kind: 'portal', name: '' }), E(''), S],
      ],
      ['negative', [P('', 'select * from item'), B('', ''), E('', -1), S]],
    ];
    for (const [how, send] of asks) {
      reader.send(...send);
      const said = await answers(reader);
      expect({ how, errors: said.errors }).toEqual({ how, errors: ['42501'] });
      expect(said.rows).toBeLessThanOrEqual(10);
      expect(said.texts[0]).toBe('the result is longer than 10 rows, which needs export');
    }
    reader.send(Q('select * from item limit 10'));
    expect(await answers(reader)).toMatchObject({ errors: [], rows: 10 });
    reader.close();
  });

  it('take back what the statement did', async () => {
    await ofSam('read', 'write');
    client.send(Q('insert into made select id from item returning id'));
    expect((await answers()).errors).toEqual(['42501']);
    client.send(P('', 'insert into made select id from item returning id'), B('', ''), E(''), S);
    expect((await answers()).errors).toEqual(['42501']);
    expect(await made()).toBe('0');
  });
});

it('a transaction can not be held open for ever, whatever SET says', async () => {
  await wire.publish([rule(SLUG, [...FULL], 'user:sam@acme.example')], {
    connections: [connection(SLUG, { idleInTransactionTimeoutMs: 200 })],
  });
  const one = await signedIn('sam');
  one.send(Q('set idle_in_transaction_session_timeout = 0'), Q('begin; select 1'));
  await answers(one);
  await answers(one);
  expect((await one.fatal()).C).toBe('25P03');
});

describe('FETCH and MOVE of a portal that Bind made', () => {
  const open = async (sql: string) => {
    client.send(Q('begin'), P('s', sql), B('p', 's'), S);
    await answers();
    expect((await answers()).errors).toEqual([]);
  };

  it('reads on what only reads', async () => {
    client.close();
    client = await signedIn('alex');
    await open('select id from item');
    client.send(Q('fetch 2 from p'), Q('move 3 in p'), E('p', 2), S);
    expect(await answers()).toMatchObject({ errors: [], rows: 2 });
    expect(await answers()).toMatchObject({ errors: [], rows: 0 });
    expect(await answers()).toMatchObject({ errors: [], rows: 2 });
  });

  it('is nobody’s without admin where it writes, or may', async () => {
    const before = await made();
    await open('insert into made values (5) returning id');
    client.send(Q('fetch all from p'));
    expect(await answers()).toMatchObject({ errors: ['42501'], rows: 0 });
    expect(await made()).toBe(before);
  });

  it('is another one’s once the name was taken, closed or lost with its transaction', async () => {
    client.close();
    client = await signedIn('alex');
    for (const away of [[C({ kind: 'portal', name: 'p' }), S], [Q('rollback')], [B('p', 'none'), S]]) {
      await open('select id from item');
      client.send(...away);
      await answers();
      client.send(Q('fetch 1 from p'));
      const { errors, rows } = await answers();
      expect(errors.length === 1 && rows === 0).toBe(true);
      client.send(Q('rollback'), C({ kind: 'statement', name: 's' }), S);
      await answers();
      await answers();
    }
  });

  it('is not known before the server has it', async () => {
    client.close();
    client = await signedIn('alex');
    client.send(Q('begin'), P('s', 'select id from item'), S);
    await answers();
    await answers();
    client.send(B('p', 's'), P('', 'fetch 1 from p'), B('', ''), E(''), S);
    expect(await answers()).toMatchObject({ errors: ['42501'], rows: 0 });
  });
});
