import type { PostgresServer } from '@postern/infra/postgres';
import { createDatabase } from '@postern/infra/test-server';
import pg from 'pg';

/** A database of many equal schemas, and what a manifest says about it. */
export interface RolesWorld {
  readonly url: string;
  /** The manifest of its first `schemas` schemas; what it says is what is there, unless `extra` says more. */
  manifest(schemas: number, extra?: { readonly privilege: string }): string;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** A statement a schema: one for all of them would need more locks than a server has. */
async function makeSchemas(client: pg.Client, schemas: number, tables: number): Promise<void> {
  for (let schema = 0; schema < schemas; schema += 1)
    await client.query(
      `do $$ begin create schema s${schema};
       for i in 1 .. ${tables} loop execute format('create table s${schema}.t%s (id int)', i); end loop; end $$`,
    );
}

/** What a company has: two profiles a schema, and people who are members of what comes of them. */
export async function companyWorld(
  server: PostgresServer,
  { schemas, tables, people }: { schemas: number; tables: number; people: number },
): Promise<RolesWorld> {
  const url = await createDatabase(server, 'company');
  const client = await connect(url);
  const login = Array.from({ length: people }, (_, i) => `person${i}`);
  await client.query('create role company_owner');
  await client.query(login.map((name) => `create role ${name} login`).join(';'));
  await makeSchemas(client, schemas, tables);
  for (let i = 0; i < schemas; i += 1) {
    const comment = (profile: string) => `'Generated from profile ''${profile}'' for schema ''s${i}'''`;
    const members = login.filter((_, person) => person % schemas === i);
    await client.query(`
      create role "s${i}-reader"; create role "s${i}-writer"; alter schema s${i} owner to company_owner;
      comment on role "s${i}-reader" is ${comment('reader')}; comment on role "s${i}-writer" is ${comment('writer')};
      grant usage on schema s${i} to "s${i}-reader", "s${i}-writer";
      grant select on all tables in schema s${i} to "s${i}-reader";
      grant select, insert, update, delete on all tables in schema s${i} to "s${i}-writer";
      alter default privileges for role company_owner in schema s${i} grant select on tables to "s${i}-reader";
      grant "s${i}-reader", "s${i}-writer" to ${members.join(', ')};`);
  }
  await client.end();
  return {
    url,
    manifest: (count, extra) => companyManifest(count, schemas, login, extra?.privilege),
  };
}

function companyManifest(
  count: number,
  schemas: number,
  people: readonly string[],
  extra: string | undefined,
): string {
  const names = Array.from({ length: count }, (_, i) => `s${i}`);
  const more = extra === undefined ? '' : `, ${extra}`;
  return `default_owner: company_owner
profiles:
  reader:
    grants:
      - privileges: [USAGE]
        object: { type: schema }
      - privileges: [SELECT${more}]
        object: { type: table, name: "*" }
    default_privileges:
      - privileges: [SELECT]
        on_type: table
  writer:
    grants:
      - privileges: [USAGE]
        object: { type: schema }
      - privileges: [SELECT, INSERT, UPDATE, DELETE${more}]
        object: { type: table, name: "*" }
schemas:
${names.map((name) => `  - name: ${name}\n    profiles: [reader, writer]\n`).join('')}roles:
  - name: company_owner
${people.map((name) => `  - name: ${name}\n    login: true\n`).join('')}memberships:
${names
  .flatMap((name, i) =>
    ['reader', 'writer'].map(
      (profile) =>
        `  - role: ${name}-${profile}\n    members:\n${people
          .filter((_, person) => person % schemas === i)
          .map((person) => `      - name: ${person}\n`)
          .join('')}`,
    ),
  )
  .join('')}`;
}

/** The worst case: every role has rights on every table by itself. */
export async function denseWorld(
  server: PostgresServer,
  { schemas, tables, roles }: { schemas: number; tables: number; roles: number },
): Promise<RolesWorld> {
  const url = await createDatabase(server, 'dense');
  const client = await connect(url);
  const names = Array.from({ length: roles }, (_, i) => `dense${i}`);
  await client.query(names.map((name) => `create role ${name}`).join(';'));
  await makeSchemas(client, schemas, tables);
  // Granted once and copied: a GRANT on each table would take minutes, and write the same lists.
  await client.query('set allow_system_table_mods = on');
  for (let i = 0; i < schemas; i += 1)
    await client.query(`
      grant usage on schema s${i} to ${names.join(', ')};
      grant select, insert on s${i}.t1 to ${names.join(', ')};
      update pg_class set relacl = (select relacl from pg_class where oid = 's${i}.t1'::regclass)
      where relnamespace = 's${i}'::regnamespace and relkind = 'r';`);
  await client.query('vacuum analyze pg_class');
  await client.end();
  return {
    url,
    manifest: (count, extra) => {
      const more = extra === undefined ? '' : `, ${extra.privilege}`;
      const grants = (schema: number) =>
        names.map(
          (role) => `  - role: ${role}
    privileges: [USAGE]
    object: { type: schema, name: s${schema} }
  - role: ${role}
    privileges: [SELECT, INSERT${more}]
    object: { type: table, schema: s${schema}, name: "*" }
`,
        );
      return `roles:\n${names.map((name) => `  - name: ${name}\n`).join('')}grants:\n${Array.from(
        { length: count },
        (_, i) => grants(i).join(''),
      ).join('')}`;
    },
  };
}
