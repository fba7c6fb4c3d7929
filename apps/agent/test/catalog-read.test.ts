import type { CatalogData } from '@postern/core/sql';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatalogReader } from '../src/targets/catalog/catalog-reader.js';
import { EXTENSIONS, SCHEMA } from './catalog-schema.js';
import { asSuperuser } from './fixture.js';

describe('the catalog of a database', () => {
  let url: string;
  let data: CatalogData;
  const reader = () => CatalogReader.open('shop', url);
  const read = async () => {
    const opened = await reader();
    try {
      return (await opened.read()).data;
    } finally {
      await opened.close();
    }
  };
  const fn = (name: string, schema = 'app') =>
    data.functions.find((one) => one.schema === schema && one.name === name);
  const rel = (name: string) => data.relations.find((one) => one.schema === 'app' && one.name === name);
  const type = (name: string) => data.types.find((one) => one.schema === 'app' && one.name === name);

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('catalog'));
    await asSuperuser(url, SCHEMA + EXTENSIONS);
    data = await read();
  });
  afterAll(() => undefined);

  it('says where names are looked for, and by whom', () => {
    expect(data).toMatchObject({ user: 'postgres', searchPath: ['public'] });
    expect(data.serverVersion).toBeGreaterThanOrEqual(140000);
    expect(fn('now', 'pg_catalog')).toBeUndefined();
    expect(data.relations.some(({ schema }) => schema === 'information_schema')).toBe(false);
  });

  it('has functions with all that a call depends on', () => {
    expect(fn('total')).toMatchObject({
      kind: 'function',
      signature: 'app.total(integer, integer)',
      language: 'sql',
      minArgs: 1,
      maxArgs: 2,
      isSecurityDefiner: false,
      config: [],
      definition: expect.stringContaining('DEFAULT 10'),
    });
    expect(fn('owner_only')).toMatchObject({
      isSecurityDefiner: true,
      config: ['search_path=app, pg_temp'],
    });
    expect(fn('many')).toMatchObject({ minArgs: 1, maxArgs: null });
    expect(fn('work')).toMatchObject({ kind: 'procedure', minArgs: 1, maxArgs: 2 });
    expect(fn('atomic')?.definition).toContain('FROM app.items');
    expect(fn('long')?.definition).toBeUndefined();
    expect(fn('sum_moved')).toMatchObject({
      kind: 'aggregate',
      calls: expect.arrayContaining([
        expect.objectContaining({ schema: 'pg_catalog', name: 'int4pl' }),
        expect.objectContaining({ schema: 'app', name: 'doubled' }),
      ]),
    });
    expect(fn('hstore_to_json', 'public')).toMatchObject({ extension: 'hstore', language: 'c' });
    expect(fn('is_fine')?.types).toEqual([]);
    expect(fn('to_money')?.types).toEqual([type('money_like')?.oid]);
  });

  it('has operators and casts with their functions', () => {
    const functionOf = (name: string) => data.operators.find((one) => one.name === name)?.function.name;
    expect(functionOf('#+#')).toBe('moving_add');
    expect(functionOf('@@@')).toBe('int4pl');
    expect(data.casts).toContainEqual({
      source: 23,
      target: type('money_like')?.oid,
      context: 'assignment',
      function: expect.objectContaining({ name: 'to_money', oid: fn('to_money')?.oid }),
    });
  });

  it('has the types that run code, and what is made of them', () => {
    const guarded = type('guarded');
    expect(guarded).toMatchObject({ kind: 'domain', expressions: ['app.is_fine(VALUE)'] });
    expect(type('pair')).toMatchObject({ kind: 'composite', parts: [guarded?.oid] });
    expect(type('_guarded')).toMatchObject({ kind: 'array', parts: [guarded?.oid] });
    expect(type('span')).toMatchObject({ kind: 'range', parts: [guarded?.oid] });
    expect(type('spanmulti') ?? type('span_multirange')).toMatchObject({ kind: 'multirange' });
    expect(type('plain')).toBeUndefined();
    expect(type('mood')).toBeUndefined();
    expect(type('items')).toBeUndefined();
    const citext = data.types.find(({ name }) => name === 'citext');
    expect(citext?.functions.map(({ name }) => name)).toContain('citextin');
    expect(rel('emails')?.types).toEqual([citext?.oid]);
    expect(rel('guarded_rows')?.types.length).toBe(2);
  });

  it('has what reading and writing relations runs', () => {
    expect(rel('pure')).toMatchObject({ kind: 'view', query: expect.stringContaining('FROM app.items') });
    expect(rel('moving')?.query).toContain("nextval('app.moved'::regclass)");
    expect(rel('on_view')?.query).toContain('FROM app.moving');
    expect(rel('kept')).toMatchObject({ kind: 'materialized_view' });
    expect(rel('items')?.writeExpressions).toEqual(['app.doubled(id)', '(app.doubled(id) > 4)']);
    expect(rel('watched')).toMatchObject({
      writeExpressions: ["(app.dynamic('app.items'::text))::text"],
      triggers: [
        {
          events: ['insert', 'update'],
          function: { schema: 'app', name: 'noticed', oid: fn('noticed')?.oid },
          when: "((new.note IS DISTINCT FROM 'a'') WHEN ('::text) AND (app.doubled(new.id) > 0))",
        },
      ],
    });
    expect(rel('ruled')?.rules).toEqual([
      { event: 'insert', definition: expect.stringContaining('app.lying()') },
    ]);
    expect(rel('policed')?.policies).toEqual([
      { event: 'select', expressions: ['app.is_fine(id)'] },
      { expressions: ['app.is_fine(id)', '(id > 0)'] },
    ]);
    expect(rel('lines')?.foreign).toEqual({ wrapper: 'file_fdw', isProgram: true });
    expect(rel('parts')?.children).toEqual([rel('parts_old')?.oid]);
    expect(rel('parent')?.cascades).toEqual([rel('child')?.oid]);
    expect(rel('parts_now')).toBeUndefined();
  });

  it('is the same when nothing changed, and another when something did', async () => {
    expect((await read()).version).toBe(data.version);
    await asSuperuser(
      url,
      'create or replace function app.doubled(n int) returns int language plpgsql immutable as $$ begin return n + n; end $$',
    );
    expect((await read()).version).not.toBe(data.version);
  });

  it('of somebody else’s session: temporary objects of the same login only, all of them in `pg_temp`', async () => {
    const opened = await reader();
    const seen = await asSuperuserSeeing(
      opened,
      'create temp view fleeting as select pg_terminate_backend(-1)',
    );
    expect(seen.relations.find(({ name }) => name === 'fleeting')).toMatchObject({ schema: 'pg_temp' });
    const other = `create role ${uniqueName('other')}`;
    await asSuperuser(url, other);
    const role = other.slice('create role '.length);
    const unseen = await asSuperuserSeeing(
      opened,
      `set role ${role}; create temp view fleeting as select pg_terminate_backend(-1)`,
    );
    expect(unseen.relations.find(({ name }) => name === 'fleeting')).toBeUndefined();
    await opened.close();
  });

  /** What is read while another session has what `sql` made in it. */
  async function asSuperuserSeeing(opened: CatalogReader, sql: string): Promise<CatalogData> {
    const client = new (await import('pg')).default.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(sql);
      return (await opened.read()).data;
    } finally {
      await client.end();
    }
  }

  it('locked tables are not waited for: what could not be read counts as not understood', async () => {
    const client = new (await import('pg')).default.Client({ connectionString: url });
    await client.connect();
    await client.query('begin; lock table app.items');
    const opened = await reader();
    const { data: partial, isPartial } = await opened.read();
    await client.query('rollback');
    expect(isPartial).toBe(true);
    const view = (name: string) => partial.relations.find((one) => one.name === name)?.query;
    expect(view('pure')).toBe(') not read (');
    expect(view('moving')).toContain('nextval');
    expect((await opened.read()).isPartial).toBe(false);
    await Promise.all([client.end(), opened.close()]);
  });
});
