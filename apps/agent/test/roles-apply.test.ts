import { loadManifest } from '@postern/core/roles';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyRoles } from '../src/targets/roles/apply.js';
import { RolesConnection } from '../src/targets/roles/connection.js';
import { makePlan } from '../src/targets/roles/plan.js';
import { MAJORS } from './postgres-majors.js';
import { RolesLab } from './roles-fixture.js';

/** What happens when a database is not as the plan hopes: nothing, and a text that says what to do. */
describe.each(MAJORS)('applying a manifest: PostgreSQL %i', (major) => {
  let lab: RolesLab;
  beforeAll(async () => {
    lab = await RolesLab.start(major);
    await lab.sql('create schema shop; create table shop.orders (id int)');
  });
  afterAll(() => lab.stop());

  const roleExists = async (role: string) =>
    (await lab.sql(`select 1 from pg_roles where rolname = '${role}'`)).length === 1;

  it('refuses to run beside another run', async () => {
    const role = lab.role('beside');
    await lab.file('beside.yaml', `roles:\n  - name: ${role}\n`);
    await lab.sql('select pg_advisory_lock(1347375956, 1380928581)');
    try {
      const { code, stderr } = await lab.run(['apply', '-f', 'beside.yaml']);
      expect(code).toBe(1);
      expect(stderr).toContain('another run of postern');
      expect(stderr).toMatch(/it is pid \d+/);
      expect(await roleExists(role)).toBe(false);
    } finally {
      await lab.sql('select pg_advisory_unlock_all()');
    }
    expect((await lab.run(['apply', '-f', 'beside.yaml'])).code).toBe(0);
  });

  it('rolls everything back when a statement can not get its lock, and says how to try again', async () => {
    const role = lab.role('waits');
    await lab.file(
      'waits.yaml',
      `roles:\n  - name: ${role}\nrow_security:\n  - schema: shop\n    table: orders\n    policies: [{ name: all_rows, roles: [${role}], using: "id > 0" }]\n`,
    );
    const other = new pg.Client({ connectionString: lab.url });
    await other.connect();
    try {
      await other.query('begin; lock table shop.orders in access share mode');
      const { code, stderr } = await lab.run(['apply', '-f', 'waits.yaml', '--lock-timeout', '0.2']);
      expect(code).toBe(1);
      expect(stderr).toContain('SQLSTATE: 55P03');
      expect(stderr).toContain('--lock-timeout');
      expect(stderr).toMatch(/server: 127\.0\.0\.1:\d+, PostgreSQL/);
      expect(await roleExists(role)).toBe(false);
    } finally {
      await other.end();
    }
    const applied = await lab.run(['apply', '-f', 'waits.yaml']);
    expect(applied.stderr).toContain('applied');
    expect((await lab.run(['diff', '-f', 'waits.yaml', '--exit-code'])).stdout).toContain('in sync');
  });

  it('says what keeps a role from being dropped, before anything runs', async () => {
    const old = lab.role('old');
    const heir = lab.role('heir');
    const extra = lab.role('extra');
    await lab.sql(
      `create role ${old} login password 'x'; create role ${heir}; create table shop.theirs (); alter table shop.theirs owner to ${old};
       create policy names_it on shop.orders to ${old} using (true); grant select on shop.orders to ${old}`,
    );
    const session = new pg.Client({ connectionString: lab.urlAs(old, 'x') });
    await session.connect();
    session.on('error', () => undefined);
    const retire = (options: string) =>
      lab.file(
        'retire.yaml',
        `roles:\n  - name: ${heir}\n  - name: ${extra}\nretirements:\n  - role: ${old}\n${options}`,
      );
    try {
      await retire('');
      const bare = await lab.run(['apply', '-f', 'retire.yaml']);
      expect(bare.code).toBe(1);
      for (const text of [
        'owns 1 object',
        'table shop.theirs',
        '`reassign_owned_to`',
        'row polic',
        '1 open session',
        '`terminate_sessions: true`',
      ])
        expect(bare.stderr).toContain(text);
      expect(await roleExists(extra)).toBe(false);

      const covered = `    reassign_owned_to: ${heir}\n    drop_owned: true\n    terminate_sessions: true\n`;
      await retire(covered);
      const policy = await lab.run(['apply', '-f', 'retire.yaml']);
      expect(policy.code).toBe(1);
      expect(policy.stderr).toContain('change the policies first');
      expect(policy.stderr).not.toContain('open session');

      await lab.sql('drop policy names_it on shop.orders');
      const done = await lab.run(['apply', '-f', 'retire.yaml']);
      expect(done.stderr).toContain('applied');
      expect(await roleExists(old)).toBe(false);
      expect(await lab.sql(`select tableowner from pg_tables where tablename = 'theirs'`)).toEqual([
        { tableowner: heir },
      ]);
    } finally {
      await session.end().catch(() => undefined);
    }
  });

  it('finds missing rights of the connected role before anything runs', async () => {
    const weak = lab.role('weak');
    const made = lab.role('made');
    await lab.sql(`create role ${weak} login password 'x'`);
    await lab.file(
      'weak.yaml',
      `roles:\n  - name: ${made}\n    superuser: true\ngrants:\n  - role: ${weak}\n    privileges: [SELECT]\n    object: { type: table, schema: shop, name: orders }\n`,
    );
    const { code, stderr } = await lab.run(['apply', '-f', 'weak.yaml'], {
      DATABASE_URL: lab.urlAs(weak, 'x'),
    });
    expect(code).toBe(1);
    expect(stderr).toContain(`\`${weak}\` may not create role \`${made}\``);
    expect(stderr).toContain('may not grant SELECT on table `shop.orders`');
    expect(stderr).toContain('superuser');
  });

  it('refuses a plan that the database has outrun', async () => {
    const role = lab.role('stale');
    const text = `roles:\n  - name: ${role}\n  - name: ${lab.role('fresh')}\n`;
    const desired = loadManifest(text, 'stale.yaml').desired;
    if (desired === undefined) throw new Error('the manifest is valid');
    const request = { desired, mode: 'authoritative', passwords: new Map() } as const;
    const connection = await RolesConnection.open(lab.url);
    try {
      const { digest, changes } = await makePlan(connection, request);
      expect(changes).toHaveLength(2);
      await lab.sql(`create role ${role}`);
      const options = { ...request, expectedDigest: digest, statementTimeoutMs: 0, lockTimeoutMs: 0 };
      await expect(applyRoles(connection, options)).rejects.toThrow(
        'the database has changed since the plan was made',
      );
      // Nothing is held afterwards, and the plan of now runs.
      const { digest: now } = await makePlan(connection, request);
      const { statements } = await applyRoles(connection, { ...options, expectedDigest: now });
      expect(statements).toBe(1);
    } finally {
      await connection.close();
    }
  });

  it('leaves no trace when its session is killed half-way', async () => {
    const role = lab.role('killed');
    await lab.file(
      'killed.yaml',
      `roles:\n  - name: ${role}\ngrants:\n  - role: ${role}\n    privileges: [SELECT]\n    object: { type: table, schema: shop, name: orders }\n`,
    );
    await lab.sql(`
      create function public.kill() returns event_trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(10); end $$;
      create event trigger kill on ddl_command_end when tag in ('GRANT') execute function public.kill()`);
    try {
      const { code, stderr } = await lab.run(['apply', '-f', 'killed.yaml']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/57P01|connection/);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(await roleExists(role)).toBe(false);
    } finally {
      await lab.sql('drop event trigger kill');
    }
    expect((await lab.run(['apply', '-f', 'killed.yaml'])).code).toBe(0);
  });

  it('keeps nothing that had no effect', async () => {
    const role = lab.role('undone');
    await lab.file(
      'undone.yaml',
      `roles:\n  - name: ${role}\ngrants:\n  - role: ${role}\n    privileges: [SELECT]\n    object: { type: table, schema: shop, name: orders }\n`,
    );
    await lab.sql(`
      create function public.undo() returns event_trigger language plpgsql as $$ begin
        if exists (select from pg_roles where rolname = '${role}') and has_table_privilege('${role}', 'shop.orders', 'select') then
          revoke select on shop.orders from ${role};
        end if;
      end $$;
      create event trigger undo on ddl_command_end when tag in ('GRANT') execute function public.undo()`);
    try {
      const { code, stderr } = await lab.run(['apply', '-f', 'undone.yaml']);
      expect(code).toBe(1);
      expect(stderr).toContain('had no effect, so everything was rolled back');
      expect(stderr).toMatch(/still to do: GRANT SELECT/);
      expect(await roleExists(role)).toBe(false);
    } finally {
      await lab.sql('drop event trigger undo');
    }
  });

  it('compares row policies as PostgreSQL reads them', async () => {
    await lab.sql('create table shop.notes (id int, who text)');
    const policies = (using: string) =>
      lab.file(
        'rls.yaml',
        `row_security:\n  - schema: shop\n    table: notes\n    policies:\n      - name: own\n        using: ${JSON.stringify(using)}\n        check: "true"\n`,
      );
    await policies('who=current_user AND notes.id IN (1,2) -- why');
    expect((await lab.run(['apply', '-f', 'rls.yaml'])).stderr).toContain('applied');
    expect((await lab.run(['diff', '-f', 'rls.yaml', '--exit-code'])).stdout).toContain('in sync');
    await policies('nonsense(');
    const wrong = await lab.run(['diff', '-f', 'rls.yaml']);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('row policy of `shop.notes`');
    // One statement is one statement, whatever is written in it.
    await policies('true); drop table shop.notes; --');
    expect((await lab.run(['apply', '-f', 'rls.yaml'])).code).toBe(1);
    expect(await lab.sql(`select 1 from pg_tables where tablename = 'notes'`)).toHaveLength(1);
  });

  it('shows what is taken away, and which unwanted rights only their grantor can take', async () => {
    const [owner, between, last] = ['owner', 'between', 'last'].map((name) => lab.role(name));
    await lab.sql(`
      create role ${owner}; create role ${between}; create role ${last};
      create schema granted authorization ${owner}; grant usage on schema granted to ${between};
      create table granted.t (id int); alter table granted.t owner to ${owner};
      set role ${owner}; grant select on granted.t to ${between} with grant option;
      set role ${between}; grant select on granted.t to ${last}; reset role;
      grant ${owner} to ${between};`);
    await lab.file(
      'stuck.yaml',
      `
roles: [{ name: ${owner} }, { name: ${between} }, { name: ${last} }]
schemas: [{ name: granted, owner: ${owner} }]
memberships: [{ role: ${owner}, members: [{ name: ${between} }] }]
`,
    );
    const { code, stderr } = await lab.run(['apply', '-f', 'stuck.yaml']);
    expect(stderr).toContain(
      `what takes something away:\n  REVOKE USAGE ON SCHEMA "granted" FROM "${between}"\n  REVOKE `,
    );
    expect(stderr).toContain(
      `unwanted rights stay, granted by ${between}: SELECT on "granted"."t" of ${last}\n    → revoke them as \`${between}\``,
    );
    expect(code).toBe(0);
    const plan = JSON.parse((await lab.run(['diff', '-f', 'stuck.yaml', '--format', 'json'])).stdout);
    expect(plan).toMatchObject({ in_sync: true, changes: [], stuck_rights: [{ grantee: last }] });
  });
});
