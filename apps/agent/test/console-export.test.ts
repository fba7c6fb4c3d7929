import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { strFromU8, unzipSync } from 'fflate';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsoleError, ExportProgress, ExportRequest } from '../src/console/contract.js';
import { asSuperuser, type Browser, rule, until, World } from './fixture.js';

const ODD = `select 1 as id, -5 as n, 1.10::numeric as price, 'say "hi", you' as "te xt", null as nothing, '' as empty,
  9007199254740993::int8 as big, true as yes, '{"a":1.0}'::jsonb as j, 'a|b' || chr(10) || 'c' as lines, 'NaN'::float8 as odd, 2 as id`;

describe('exports', () => {
  let world: World;
  let url: string;
  let dana: Browser;
  const RULES = [rule('shop', ['read'], 'user:alex@acme.example'), rule('*', ['*'], 'group:dba')];

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('export'));
    world = await World.create({ shop: url });
    await world.publish(RULES);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    dana = await world.signIn('dana');
  });
  afterAll(() => world.stop());

  const ask = async (who: Browser, more: Partial<ExportRequest>) => {
    const request = { connection: 'shop', tab: 'tab-1', sql: ODD, format: 'csv', ...more };
    const answer = await who.post('/api/export', request);
    return {
      status: answer.status,
      ...((await answer.json()) as { id: string; url: string } & ConsoleError),
    };
  };
  const fetched = async (more: Partial<ExportRequest>): Promise<Buffer> => {
    const { url: path } = await ask(dana, more);
    return Buffer.from(await (await dana.get(path)).arrayBuffer());
  };
  const progress = async (id: string) =>
    (await (await dana.get(`/api/export/${id}/progress`)).json()) as ExportProgress;

  it('writes CSV as RFC 4180 has it, with NULL and the empty string apart and -5 as it is', async () => {
    const text = (await fetched({})).toString('utf8');
    expect(text.split('\r\n')).toEqual([
      'id,n,price,te xt,nothing,empty,big,yes,j,lines,odd,id',
      '1,-5,1.10,"say ""hi"", you",,"",9007199254740993,t,"{""a"": 1.0}","a|b\nc",NaN,2',
      '',
    ]);
  });

  it.each([
    [
      'tsv',
      'id\tn\tprice\tte xt\tnothing\tempty\tbig\tyes\tj\tlines\todd\tid\n1\t-5\t1.10\t"say ""hi"", you"\t\t""\t9007199254740993\tt\t"{""a"": 1.0}"\t"a|b\nc"\tNaN\t2\n',
    ],
    [
      'jsonl',
      '{"id":1,"n":-5,"price":1.10,"te xt":"say \\"hi\\", you","nothing":null,"empty":"","big":9007199254740993,"yes":true,"j":{"a": 1.0},"lines":"a|b\\nc","odd":"NaN","id_2":2}\n',
    ],
    [
      'json',
      '[\n{"id":1,"n":-5,"price":1.10,"te xt":"say \\"hi\\", you","nothing":null,"empty":"","big":9007199254740993,"yes":true,"j":{"a": 1.0},"lines":"a|b\\nc","odd":"NaN","id_2":2}\n]\n',
    ],
    [
      'markdown',
      '| id | n | price | te xt | nothing | empty | big | yes | j | lines | odd | id |\n| ---: | ---: | ---: | --- | --- | --- | ---: | --- | --- | --- | ---: | ---: |\n| 1 | -5 | 1.10 | say "hi", you | _NULL_ |  | 9007199254740993 | t | {"a": 1.0} | a\\|b<br>c | NaN | 2 |\n',
    ],
  ] as const)('writes %s', async (format, text) => {
    expect((await fetched({ format })).toString('utf8')).toBe(text);
  });

  it('writes INSERT statements that PostgreSQL takes back', async () => {
    await asSuperuser(
      url,
      'create table copy (id int, price numeric, "te xt" text, ok bool, at timestamptz)',
    );
    const sql = `select n as id, n * 1.10 as price, case when n % 2 = 0 then null else E'it''s \\\\ ' || n end as "te xt", n > 3 as ok, '2026-01-02 03:04:05.678901+00'::timestamptz as at from generate_series(1, 250) n`;
    const text = (await fetched({ sql, format: 'sql', table: 'copy' })).toString('utf8');
    await asSuperuser(url, text);
    expect(await asSuperuser(url, `select count(*) from (${sql} except all select * from copy) d`)).toEqual([
      ['0'],
    ]);
    expect(await asSuperuser(url, 'select count(*) from copy')).toEqual([['250']]);
  });

  it('writes Excel: numbers that a double holds as numbers, the rest as text', async () => {
    const file = await fetched({ format: 'excel' });
    const sheet = inflated(file, 'xl/worksheets/sheet1.xml');
    expect(sheet).toContain('<c><v>-5</v></c><c><v>1.10</v></c>');
    expect(sheet).toContain('<t xml:space="preserve">9007199254740993</t>');
    expect(sheet).toContain('<c/><c t="inlineStr"><is><t xml:space="preserve"></t></is></c>');
  });

  it('writes Parquet with its types', async () => {
    const sql = `${ODD} from generate_series(1, 45000)`;
    const file = await fetched({ sql, format: 'parquet' });
    const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
    const rows = await parquetReadObjects({ file: buffer });
    expect(rows).toHaveLength(45_000);
    expect(rows[44_999]).toMatchObject({
      ...{ id: 1, n: -5, price: '1.10', nothing: null, empty: '', big: 9007199254740993n, yes: true },
      ...{ j: '{"a": 1.0}', odd: Number.NaN, id_2: 2 },
    });
  });

  it('takes `export`, at the agent, and says so in the trail', async () => {
    const alex = await world.signIn('alex');
    const refused = await ask(alex, {});
    expect(refused).toMatchObject({ status: 403, error: { code: 'sql.denied', missing: ['export'] } });
    expect(await world.event(refused.error.auditId)).toMatchObject({
      decision: 'denied',
      missing: ['export'],
    });
    const { id } = await ask(dana, {});
    expect((await alex.get(`/api/export/${id}`)).status).toBe(400);
    for (const sql of ['select 1; select 2', 'create table x ()', '']) {
      expect((await ask(dana, { sql })).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('sends all rows, counts them, and serves a file once', async () => {
    const { id, url: path } = await ask(dana, {
      sql: "select n, repeat('x', 100) from generate_series(1, 300000) n",
    });
    expect(await progress(id)).toMatchObject({ state: 'waiting' });
    const text = await (await dana.get(path)).text();
    expect(text.split('\r\n')).toHaveLength(300_002);
    const end = await progress(id);
    expect(end).toMatchObject({ state: 'done', rows: 300_000, transaction: 'idle' });
    const finished = await until(() =>
      world.received('statement.finished').find(({ outcome }) => outcome?.rows === 300_000),
    );
    expect(finished.outcome).toMatchObject({ status: 'succeeded', bytes: end.bytes });
    expect((await dana.get(path)).status).toBe(400);
  });

  it('says what the database said before there is a file, and breaks one off that can not be whole', async () => {
    const early = await ask(dana, { sql: 'select 1 / 0 from pg_sleep(0)' });
    const answer = await dana.get(early.url);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ error: { message: 'division by zero' } });
    const late = await ask(dana, { sql: 'select 1 / (1000 - n) from generate_series(1, 2000) n' });
    await expect((async () => (await dana.get(late.url)).text())()).rejects.toThrow();
    expect(await progress(late.id)).toMatchObject({ state: 'failed', message: 'division by zero' });
    const long = await ask(dana, { sql: "select repeat('x', 40000)", format: 'excel' });
    // Whether its head is on its way by then is a matter of time.
    await expect((async () => (await dana.get(long.url)).arrayBuffer())()).rejects.toThrow();
    expect(await progress(long.id)).toMatchObject({
      state: 'failed',
      message: 'a value is longer than a cell of Excel may be',
    });
  });

  it('is cancelled by the person and by a browser that goes, and leaves nothing running', async () => {
    for (const how of ['cancel', 'leave'] as const) {
      const sql = `select '${how}', repeat('x', 1000), generate_series(1, 10000000)`;
      const { id, url: path } = await ask(dana, { sql });
      const file = await dana.get(path);
      const reader = file.body?.getReader();
      await reader?.read();
      if (how === 'cancel') await dana.post('/api/cancel', { tab: 'tab-1' });
      else await reader?.cancel();
      await until(async () => (await progress(id)).state === 'cancelled');
      const asked = await until(() =>
        world.received('statement.decided').find(({ statement }) => statement?.text === sql),
      );
      expect((await world.outcome(asked.id)).outcome).toMatchObject({ status: 'cancelled' });
      await until(
        async () =>
          (
            await asSuperuser(
              url,
              "select 1 from pg_stat_activity where state = 'active' and query like 'select ''leave%'",
            )
          ).length === 0,
      );
    }
  });
});

/** A file of a zip archive. */
const inflated = (archive: Buffer, name: string): string =>
  strFromU8(unzipSync(archive)[name] ?? new Uint8Array());
