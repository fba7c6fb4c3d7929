import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readErrorFields } from '../src/wire/codec/backend.js';
import {
  bindMessage,
  executeMessage,
  parseMessage,
  queryMessage,
  syncMessage,
} from '../src/wire/codec/frontend.js';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { PASSWORD, WireWorld } from './wire-fixture.js';
import { RawClient } from './wire-raw.js';

const ME = 'postern:alex@acme.example';
let wire: WireWorld;
let url: string;

beforeAll(async () => {
  const server = await testServer();
  url = await createDatabase(server, uniqueName('wire_name'));
  await asSuperuser(
    url,
    `create function renames() returns text language sql as $$ select set_config('application_name', 'code', false) $$`,
  );
  wire = await WireWorld.create({ shop: url });
  await wire.publish(
    [
      rule('shop', ['read'], 'user:alex@acme.example'),
      rule('shop', ['read', 'write', 'execute', 'export', 'admin'], 'user:sam@acme.example'),
    ],
    { connections: [connection('shop', { rowCap: 10 })] },
  );
  await wire.world.start();
  await until(() => wire.world.agent.policy.state === 'ok');
});
afterAll(() => wire.stop());

const names = async () =>
  (
    await asSuperuser(
      url,
      `select application_name from pg_stat_activity where datname = current_database() and application_name !~ 'catalog|health'
         and pid <> pg_backend_pid() and backend_type = 'client backend' order by 1`,
    )
  ).map(([name]) => name);

async function as<T>(
  who: string,
  use: (client: pg.Client) => Promise<T>,
  more: pg.ClientConfig = {},
): Promise<T> {
  const client = await wire.client(who, 'shop', more);
  try {
    return await use(client);
  } finally {
    await client.end();
    await until(async () => (await names()).length === 0);
  }
}

const shown = async (client: pg.Client) =>
  (await client.query('show application_name')).rows[0].application_name;

describe('the name that the database shows', () => {
  it('is the person’s, and behind it the client’s own', async () => {
    await as(
      'alex',
      async (client) => {
        expect(await names()).toEqual([`${ME} nightly`]);
        await client.query('reset application_name');
        await client.query('discard plans');
        expect(await shown(client)).toBe(`${ME} nightly`);
      },
      { application_name: 'nightly' },
    );
  });

  it.each(['alex', 'sam'])('stays in front whatever %s sets, by every way', async (who) => {
    const me = ME.replace('alex', who);
    await as(who, async (client) => {
      const sets: [string, string[]?][] = [
        [`set application_name = 'DBeaver 24 - Main'`],
        [`set session application_name to dbeaver`],
        [`select set_config('application_name', 'x', false)`],
        [`select pg_catalog.set_config($1, 'x', false)`.replace('$1', `'application_name'`)],
        [`set U&"\\0061pplication_name" = 'hidden'`],
        [`set application_name = 'postern:dana@acme.example'`],
        [`set application_name = '${me}.uk'`],
        [`set application_name = ''`],
        [`set application_name = '${'long '.repeat(40)}'`],
        [`begin; set local application_name = 'x'; commit`],
        [`select set_config('application_name', $1, false)`, ['bound']],
      ];
      for (const [sql, values] of sets) {
        await client.query(sql, values ?? []).catch(async () => client.query(sql));
        const [name = ''] = await names();
        expect(`${name} `.startsWith(`${me} `), `${sql}: ${name}`).toBe(true);
      }
      await client.query(`set application_name = 'DBeaver 24 - Main'`);
      expect(await names()).toEqual([`${me} DBeaver 24 - Main`]);
      expect(await shown(client)).toBe(`${me} DBeaver 24 - Main`);
    });
  });

  it('stays through transactions, savepoints and what code does', async () => {
    const me = ME.replace('alex', 'sam');
    await as('sam', async (client) => {
      await client.query(`set application_name = 'one'`);
      await client.query('begin');
      await client.query(`set application_name = 'two'`);
      expect(await names()).toEqual([`${me} two`]);
      await client.query('savepoint a');
      await client.query(`set application_name = 'three'`);
      await client.query('rollback to a');
      expect(await names()).toEqual([`${me} two`]);
      await client.query('rollback');
      expect(await names()).toEqual([`${me} one`]);
      await client.query('begin');
      await client.query(`set application_name = 'gone'`);
      await expect(client.query('select 1/0')).rejects.toThrow('division by zero');
      await client.query('rollback');
      expect(await names()).toEqual([`${me} one`]);
      await client.query('select renames()');
      expect(await names()).toEqual([`${me} code`]);
      await client.query(`do $$ begin perform set_config('application_name', 'block', false); end $$`);
      expect(await names()).toEqual([`${me} block`]);
    });
  });

  it('tells the client, and nothing else of it', async () => {
    const client = await RawClient.connect(wire.port);
    await client.signIn('alex@acme.example', 'shop', PASSWORD);
    while ((await client.next()).type !== 'Z') {}
    client.send(parseMessage('kept', 'select 1'), parseMessage('', 'select 2'), syncMessage());
    expect(await types(client)).toBe('11Z');
    client.send(
      parseMessage('n', `set application_name = 'raw'`),
      bindMessage('', 'n'),
      executeMessage(''),
      syncMessage(),
    );
    expect((await types(client)).replaceAll('S', '')).toBe('12CZ');
    client.send(
      bindMessage('', ''),
      executeMessage(''),
      bindMessage('', 'kept'),
      executeMessage(''),
      syncMessage(),
    );
    // Executing under the other name used the unnamed portal only: both statements are still there.
    expect(await types(client)).toBe('2DC2DCZ');
    client.send(queryMessage(`set application_name = 'simple'`));
    expect((await types(client)).replaceAll('S', '')).toBe('CZ');
    // Several at once: each is answered, in order.
    client.send(
      queryMessage(`set application_name = 'a'`),
      queryMessage('select 1'),
      queryMessage('select 1'),
    );
    const all = `${await types(client)}${await types(client)}${await types(client)}`;
    expect(all.replaceAll('S', '')).toBe('CZTDCZTDCZ');
    expect(await names()).toEqual([`${ME} a`]);
    client.close();
    await until(async () => (await names()).length === 0);
  });

  it.each(['alex', 'sam'])('stands while what comes behind in the same message of %s runs', async (who) => {
    const me = ME.replace('alex', who);
    const client = await RawClient.connect(wire.port);
    await client.signIn(`${who}@acme.example`, 'shop', PASSWORD);
    while ((await client.next()).type !== 'Z') {}
    const during = async () => {
      await until(
        async () =>
          (
            await asSuperuser(
              url,
              `select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()`,
            )
          ).length > 0,
      );
      return names();
    };
    client.send(queryMessage(`set application_name = 'batch'; select pg_sleep(0.5)`));
    expect(await during()).toEqual([`${me} batch`]);
    expect((await types(client)).replaceAll('S', '')).toBe('CTDCZ');
    client.send(
      ...[parseMessage('', `set application_name = 'pipe'`), bindMessage('', ''), executeMessage('')],
      ...[parseMessage('', `select pg_sleep(0.5)`), bindMessage('', ''), executeMessage(''), syncMessage()],
    );
    expect(await during()).toEqual([`${me} pipe`]);
    expect((await types(client)).replaceAll('S', '')).toBe('12C12DCZ');
    client.close();
    await until(async () => (await names()).length === 0);
  });

  it('stands in the console too', async () => {
    const browser = await wire.world.signIn('alex');
    await browser.run('shop', `set application_name = 'tab'; select 1`);
    expect(await names()).toEqual([`${ME} tab`]);
    expect((await browser.run('shop', 'show application_name')).results[0]?.rows).toEqual([[`${ME} tab`]]);
    await browser.post('/api/close', { tab: 'tab-1' });
  });
});

/** Types of the answers up to ReadyForQuery. */
async function types(client: RawClient): Promise<string> {
  let all = '';
  for (;;) {
    const { type, raw } = await client.next();
    if (type === 'E') throw new Error(readErrorFields(raw).get('M'));
    all += type;
    if (type === 'Z') return all;
  }
}
