import type { CatalogRows, InspectionScope } from '@postern/core/roles';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RolesConnection } from '../src/targets/roles/connection.js';
import { readCatalog } from '../src/targets/roles/read-catalog.js';
import { MAJORS } from './postgres-majors.js';

const SCHEMAS_ONLY: InspectionScope = {
  schemas: null,
  schemaOwners: new Set(),
  leavers: new Set(),
  database: false,
  others: new Map(),
  rowSecurity: null,
};

describe.each(MAJORS)('the catalog as rows: PostgreSQL %i', (major) => {
  const owner = uniqueName('owner');
  const reader = uniqueName('reader');
  const names = { owner, reader };
  let server: Awaited<ReturnType<typeof testServer>>;
  let url: string;
  let admin: pg.Client;

  beforeAll(async () => {
    server = await testServer({ major });
    url = await createDatabase(server, uniqueName('inspect'));
    admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query(setup(names));
  });
  afterAll(async () => {
    await admin.query(
      `drop owned by ${reader} cascade; drop owned by ${owner} cascade; drop role ${owner}, ${reader}`,
    );
    await admin.end();
    await server.stop();
  });

  const read = async (
    scope: Partial<InspectionScope> = {},
    verifiersOf: string[] = [],
  ): Promise<CatalogRows> => {
    const connection = await RolesConnection.open(url);
    try {
      return await connection.transaction('rollback', () =>
        readCatalog(connection, { ...SCHEMAS_ONLY, ...scope }, verifiersOf),
      );
    } finally {
      await connection.close();
    }
  };

  it('has every kind of relation, function and type, by the name that GRANT takes', async () => {
    const { objects } = await read({ schemas: new Set(['s']) });
    expect(objects.map(({ type, schema, name }) => `${type} ${schema ?? '-'}.${name}`).sort()).toEqual(
      [
        'schema -.s',
        'table s.plain',
        'table s.parted',
        'table s.part_1',
        'table s.with "quotes"',
        'view s.v',
        'materialized_view s.m',
        'foreign_table s.remote',
        'sequence s.plain_id_seq',
        'sequence s.seq',
        'function s.f(integer, text[])',
        'function s.f()',
        'function s.takes(s.mood, s."Strange")',
        'function s.agg(integer)',
        // What a range type brings along.
        'function s.span(integer, integer)',
        'function s.span(integer, integer, text)',
        'function s.span_multirange()',
        'function s.span_multirange(s.span)',
        'function s.span_multirange(s.span[])',
        'procedure s.p(integer)',
        'type s.mood',
        'type s.pair',
        'type s.span',
        'type s._own',
        'domain s.Strange',
      ].sort(),
    );
  });

  it('takes each distinct list of rights apart once, with grantors, grant options and PUBLIC', async () => {
    const { objects, aclEntries } = await read({ schemas: new Set(['s']) });
    const entriesOf = (wanted: string) => {
      const acl = objects.find(({ type, name }) => type !== 'schema' && name === wanted)?.acl;
      return aclEntries
        .filter((entry) => entry.acl === acl)
        .map(({ grantee, grantor, privileges, grantable }) => ({
          grantee,
          grantor,
          privileges: [...privileges].sort(),
          grantable: [...grantable].sort(),
        }));
    };
    expect(entriesOf('plain')).toContainEqual({
      grantee: reader,
      grantor: owner,
      privileges: ['INSERT', 'SELECT'],
      grantable: ['SELECT'],
    });
    expect(entriesOf('v')).toContainEqual({
      grantee: null,
      grantor: owner,
      privileges: ['SELECT'],
      grantable: [],
    });
    // Never granted on, so the catalog holds NULL: what holds is PostgreSQL's default.
    expect(entriesOf('f()')).toContainEqual({
      grantee: null,
      grantor: owner,
      privileges: ['EXECUTE'],
      grantable: [],
    });
    const tables = objects.filter(({ type }) => type === 'table').map(({ name, acl }) => [name, acl]);
    const ofName = new Map(tables as [string, string][]);
    expect(ofName.get('parted')).toBe(ofName.get('part_1'));
    expect(ofName.get('plain')).not.toBe(ofName.get('parted'));
  });

  it('reads roles with settings and comments, memberships, columns, default privileges and policies', async () => {
    const rows = await read({ schemas: new Set(['s']) }, [reader]);
    expect(rows.roles.find(({ name }) => name === reader)).toMatchObject({
      login: true,
      connectionLimit: 7,
      validUntil: '2031-02-03T03:05:06.500Z',
      comment: 'reads',
      config: ['statement_timeout=5s'],
      databaseConfig: ['work_mem=8MB'],
      verifier: expect.stringMatching(/^SCRAM-SHA-256\$/),
    });
    expect(rows.roles.find(({ name }) => name === owner)).toMatchObject({ validUntil: null, comment: null });
    expect(rows.roles.find(({ name }) => name === owner)).not.toHaveProperty('verifier');
    expect(rows.memberships).toContainEqual({
      group: owner,
      member: reader,
      grantor: rows.facts.bootstrapUser,
      admin: true,
      inherit: true,
      set: true,
    });
    expect(rows.columns).toEqual([
      { type: 'table', schema: 's', table: 'plain', column: 'secret', acl: expect.any(String) },
    ]);
    expect(
      rows.defaults
        .filter((row) => row.owner === owner)
        .map(({ schema, on }) => `${schema} ${on}`)
        .sort(),
    ).toEqual(['null function', 's table']);
    expect(rows.rowSecurity).toEqual([
      {
        schema: 's',
        table: 'plain',
        enabled: true,
        forced: false,
        policies: [
          {
            name: 'own',
            permissive: true,
            command: 'SELECT',
            roles: [reader],
            using: '(id > 0)',
            check: null,
          },
        ],
      },
    ]);
  });

  it('keeps to its scope', async () => {
    const { objects, rowSecurity } = await read({
      schemas: new Set(),
      schemaOwners: new Set(['s']),
      database: true,
      others: new Map([
        ['language', new Set(['plpgsql'])],
        ['foreign_server', null],
        ['tablespace', null],
      ]),
    });
    expect(objects.map(({ type, name }) => `${type} ${name}`).sort()).toEqual(
      [
        'schema s',
        `database ${new URL(url).pathname.slice(1)}`,
        'language plpgsql',
        'foreign_server elsewhere',
      ].sort(),
    );
    expect(rowSecurity).toEqual([]);
  });

  it('leaves the system alone unless it is named', async () => {
    const { objects } = await read({ schemas: null });
    const schemas = new Set(objects.map(({ schema, name, type }) => (type === 'schema' ? name : schema)));
    expect([...schemas].sort()).toEqual(['public', 's']);
    const { objects: named } = await read({ schemas: new Set(['pg_catalog']) });
    expect(named.some(({ name }) => name === 'pg_read_file(text)')).toBe(true);
  });
});

const setup = ({ owner, reader }: Record<'owner' | 'reader', string>): string => `
create role ${owner};
create role ${reader} login connection limit 7 password 'x' valid until '2031-02-03 04:05:06.5+01';
comment on role ${reader} is 'reads';
grant ${owner} to ${reader} with admin option;
alter role ${reader} set statement_timeout = '5s';
do $$ begin execute format('alter role ${reader} in database %I set work_mem = ''8MB''', current_database()); end $$;
create schema s authorization ${owner};
set role ${owner};
create table s.plain (id int generated always as identity, secret text);
create table s.parted (id int) partition by range (id);
create table s.part_1 partition of s.parted for values from (1) to (2);
create table s."with ""quotes""" ();
create view s.v as select 1 as one;
create materialized view s.m as select 1 as one;
create sequence s.seq;
create type s.mood as enum ('good');
create type s.pair as (a int, b int);
create type s.span as range (subtype = int4);
create type s._own as enum ('x');
create domain s."Strange" as text;
create function s.f() returns int language sql as 'select 1';
create function s.f(named int, variadic rest text[]) returns int language sql as 'select 1';
create function s.takes(s.mood, s."Strange") returns int language sql as 'select 1';
create aggregate s.agg(int) (sfunc = int4pl, stype = int4);
create procedure s.p(in a int, out b int) language sql as 'select 1';
grant select on s.plain to ${reader} with grant option;
grant insert on s.plain to ${reader};
grant update (secret) on s.plain to ${reader};
grant select on s.parted, s.part_1 to ${reader};
grant select on s.v to public;
alter default privileges in schema s grant select on tables to ${reader};
alter default privileges revoke execute on functions from public;
alter table s.plain enable row level security;
create policy own on s.plain for select to ${reader} using (id > 0);
reset role;
create foreign data wrapper nowhere;
create server elsewhere foreign data wrapper nowhere;
create foreign table s.remote (id int) server elsewhere;
alter foreign table s.remote owner to ${owner};
grant usage on foreign server elsewhere to ${reader};
`;
