import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './database.js';
import { type SeededOrg, seedOrg } from './seed.js';

/** Tables that belong to no organisation. A new one is a decision: add it with its reason. */
const GLOBAL_TABLES: Record<string, string> = {
  users: 'one person may belong to several organisations; the app role sees the members of its organisation',
  session: 'a session exists before an organisation is chosen; the app role sees none',
  _prisma_migrations: 'history of migrations; nobody but the owner sees it',
};

/** Most that the app role may hold on a table: what is not listed is `SELECT, INSERT, UPDATE, DELETE`. */
const APP_MAY_AT_MOST: Record<string, string[]> = {
  access_request: ['SELECT', 'INSERT', 'UPDATE'],
  audit_event: ['INSERT', 'SELECT'],
  outbox: ['DELETE', 'INSERT', 'SELECT'],
  org: ['INSERT', 'SELECT', 'UPDATE'],
  agent: ['INSERT', 'SELECT', 'UPDATE'],
  org_audit_chain: ['INSERT', 'SELECT', 'UPDATE'],
  integration_cursor: ['INSERT', 'SELECT', 'UPDATE'],
  webhook_delivery: ['INSERT', 'SELECT', 'UPDATE'],
  audit_anchor: ['INSERT', 'SELECT'],
  audit_expired: ['SELECT'],
  audit_name: ['INSERT', 'SELECT'],
  audit_words: ['INSERT', 'SELECT'],
  group_member: ['DELETE', 'INSERT', 'SELECT'],
  rule_member: ['DELETE', 'INSERT', 'SELECT'],
  policy_bundle: ['DELETE', 'INSERT', 'SELECT'],
  policy_part: ['INSERT', 'SELECT'],
  policy_version: ['INSERT', 'SELECT'],
  report_file: ['DELETE', 'INSERT', 'SELECT'],
  database_evidence: ['DELETE', 'INSERT', 'SELECT'],
  access_review: ['INSERT', 'SELECT', 'UPDATE'],
  access_review_item: ['INSERT', 'SELECT', 'UPDATE'],
  console_code: ['DELETE', 'INSERT', 'SELECT'],
  role_manifest: ['INSERT', 'SELECT'],
  role_plan: ['INSERT', 'SELECT', 'UPDATE'],
  role_plan_comment: ['INSERT', 'SELECT'],
  agent_task: ['INSERT', 'SELECT', 'UPDATE'],
  drift_finding: ['INSERT', 'SELECT', 'UPDATE'],
  users: [],
  session: [],
  _prisma_migrations: [],
};
const ALL = ['DELETE', 'INSERT', 'SELECT', 'UPDATE'];

/** Policies beside `tenant_isolation`, each for one role that answers before an organisation is known. */
const OTHER_POLICIES: Record<string, string[]> = {
  org: ['system_lookup'],
  org_audit_chain: ['system_lookup'],
  integration: ['system_lookup'],
  integration_cursor: ['system_lookup'],
  webhook_delivery: ['system_expire', 'system_lookup'],
  membership: ['system_lookup'],
  invite: ['system_lookup'],
  agent: ['system_lookup'],
  enrolment_token: ['system_lookup'],
  outbox: ['system_drain'],
  report: ['system_lookup'],
  report_schedule: ['system_lookup'],
  access_review: ['system_lookup'],
  role_plan: ['system_lookup'],
  role_status: ['system_lookup'],
  agent_task: ['system_lookup'],
  audit_event: ['search_candidates'],
  audit_words: ['search_candidates'],
  users: ['app_registers', 'members_of_current_org', 'system_lookup'],
  session: ['system_all'],
};

let database: TestDatabase;
let app: pg.Pool;
let system: pg.Pool;
let ours: SeededOrg;
let theirs: SeededOrg;
let tables: string[];
const tenantTables = () => tables.filter((table) => GLOBAL_TABLES[table] === undefined);

beforeAll(async () => {
  database = await createTestDatabase();
  app = new pg.Pool({ connectionString: database.config.databaseUrl, max: 2 });
  system = new pg.Pool({ connectionString: database.config.systemDatabaseUrl, max: 2 });
  ours = await seedOrg(database.owner, 'ours');
  theirs = await seedOrg(database.owner, 'theirs');
  const { rows } = await database.owner.query<{ table_name: string }>(
    "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
  );
  tables = rows.map((row) => row.table_name);
  expect(Object.keys(SAMPLE_ROWS).sort(), 'tell SAMPLE_ROWS what a row looks like').toEqual(
    tenantTables().sort(),
  );
  for (const org of [ours, theirs]) for (const table of Object.keys(SAMPLE_ROWS)) await fill(table, org);
});

afterAll(async () => {
  await app.end();
  await system.end();
  await database.drop();
});

/** Statements inside one organisation, as withOrg() runs them. `null`: none was set. */
async function inside<T>(orgId: string | null, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await app.connect();
  try {
    await client.query('begin');
    if (orgId !== null) await client.query("select set_config('app.org_id', $1, true)", [orgId]);
    return await work(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/** A row of an organisation in each table, so that "sees nothing" cannot pass on an empty one. */
async function fill(table: string, org: SeededOrg): Promise<void> {
  const row = SAMPLE_ROWS[table]?.(org);
  if (row === undefined || row === 'seeded') return;
  const columns = Object.keys(row);
  await database.owner.query(
    `insert into ${table} (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')}) on conflict do nothing`,
    Object.values(row),
  );
}

const ids = new Map<string, string>();
function idOf(what: string, org: SeededOrg): string {
  const key = `${what} ${org.orgId}`;
  const id = ids.get(key) ?? uuidv7();
  ids.set(key, id);
  return id;
}

/** Parents before children. */
const SAMPLE_ROWS: Record<string, (org: SeededOrg) => Record<string, unknown> | 'seeded'> = {
  org: () => 'seeded',
  membership: () => 'seeded',
  environment: () => 'seeded',
  db_connection: () => 'seeded',
  agent: (org) => ({
    id: idOf('agent', org),
    org_id: org.orgId,
    environment_id: org.environmentId,
    name: 'a',
    public_key: 'k',
    console_url: 'http://localhost:7070',
    agent_version: '1',
    protocol_version: 1,
  }),
  audit_event: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    at: new Date(),
    kind: 'org.created',
    actor_id: '',
    actor_label: 'x',
    search_text: 'x',
    event: '{}',
  }),
  console_code: (org) => ({
    code_hash: idOf('code', org),
    org_id: org.orgId,
    user_id: org.ownerId,
    agent_id: idOf('agent', org),
    redirect_uri: 'x',
    code_challenge: 'x',
    expires_at: new Date(),
  }),
  enrolment_token: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    environment_id: org.environmentId,
    name: 't',
    token_hash: idOf('token', org),
    expires_at: new Date(),
  }),
  database_password: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    environment_id: org.environmentId,
    user_id: org.ownerId,
    verifier: 'SCRAM-SHA-256$',
    expires_at: new Date(),
  }),
  integration: (org) => ({
    id: idOf('integration', org),
    org_id: org.orgId,
    kind: 'webhook',
    name: 'w',
    url: 'https://example.com/',
    format: 'json',
    event_types: ['*'],
  }),
  integration_cursor: (org) => ({
    org_id: org.orgId,
    integration_id: idOf('integration', org),
    chain: idOf('agent', org),
    seq: 0,
  }),
  report_schedule: (org) => ({
    id: idOf('report_schedule', org),
    org_id: org.orgId,
    name: 'Weekly',
    kind: 'coverage',
    parameters: '{}',
    cadence: 'daily',
    hour: 6,
    time_zone: 'UTC',
    format: 'pdf',
    next_run_at: new Date(),
    created_by_label: 'x',
  }),
  report_schedule_recipient: (org) => ({
    org_id: org.orgId,
    schedule_id: idOf('report_schedule', org),
    integration_id: idOf('integration', org),
  }),
  webhook_delivery: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    integration_id: idOf('integration', org),
    type: 'rule.created',
    body: '{}',
  }),
  policy_part: (org) => ({ org_id: org.orgId, digest: 'd', body: '[]' }),
  policy_version: (org) => ({
    org_id: org.orgId,
    environment_id: org.environmentId,
    environment_name: 'Production',
    version: 1,
    published_at: new Date(),
    content_digest: 'd',
    connections_digest: 'd',
    principals_digest: 'd',
    groups_digest: 'd',
    rules_digest: 'd',
  }),
  report: (org) => ({
    id: idOf('report', org),
    org_id: org.orgId,
    kind: 'coverage',
    parameters: '{}',
    requested_by_label: 'x',
    expires_at: new Date(),
  }),
  access_review: (org) => ({
    id: idOf('access_review', org),
    org_id: org.orgId,
    name: 'r',
    due_at: new Date(),
    created_by_label: 'x',
  }),
  access_review_item: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    review_id: idOf('access_review', org),
    user_id: org.ownerId,
    user_email: 'x',
    user_name: 'x',
    connection_slug: 'shop',
    permissions: 1,
    through: [],
    reviewer_id: org.ownerId,
    reviewer_email: 'x',
  }),
  database_evidence: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    agent_id: idOf('agent', org),
    connection_slug: 'shop',
    since: new Date(),
    at: new Date(),
    evidence: '{}',
  }),
  report_file: (org) => ({
    org_id: org.orgId,
    report_id: idOf('report', org),
    format: 'json',
    bytes: 1,
    sha256: 'x',
    body: Buffer.from('x'),
  }),
  saved_query: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    environment_id: org.environmentId,
    user_id: org.ownerId,
    name: 'q',
    body: '',
  }),
  access_request: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    environment_id: org.environmentId,
    user_id: org.ownerId,
    connection_slug: 'shop',
    permissions: 1,
  }),
  audit_words: (org) => ({
    id: idOf('words', org),
    org_id: org.orgId,
    first_seq: 1,
    last_seq: 1,
    first_at: new Date(),
    last_at: new Date(),
    words: ' x ',
  }),
  audit_name: (org) => ({ org_id: org.orgId, what: 'application', id: '', name: 'psql' }),
  saved_search: (org) => ({ id: uuidv7(), org_id: org.orgId, user_id: org.ownerId, name: 's', query: '' }),
  user_group: (org) => ({ id: idOf('group', org), org_id: org.orgId, slug: 'g', name: 'g' }),
  group_member: (org) => ({ org_id: org.orgId, group_id: idOf('group', org), user_id: org.ownerId }),
  org_audit_chain: (org) => ({ org_id: org.orgId, seq: 0, hash: '0' }),
  audit_expired: (org) => ({
    org_id: org.orgId,
    chain_id: org.orgId,
    from_seq: 1,
    to_seq: 1,
    last_hash: '0',
  }),
  audit_anchor: (org) => ({ org_id: org.orgId, number: 1, jws: 'x' }),
  role_settings: (org) => ({ org_id: org.orgId, connection_id: org.connectionId }),
  role_manifest: (org) => ({
    id: idOf('manifest', org),
    org_id: org.orgId,
    connection_id: org.connectionId,
    version: 1,
    body: 'roles: []',
    sha256: 'x',
    author_id: org.ownerId,
    author_label: 'x',
  }),
  role_plan: (org) => ({
    id: idOf('plan', org),
    org_id: org.orgId,
    connection_id: org.connectionId,
    manifest_id: idOf('manifest', org),
    manifest_version: 1,
    mode: 'adopt',
    cause: 'manifest',
    requested_by: org.ownerId,
    requested_label: 'x',
    expires_at: new Date(),
  }),
  role_plan_comment: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    plan_id: idOf('plan', org),
    author_id: org.ownerId,
    author_label: 'x',
    body: 'x',
  }),
  agent_task: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    environment_id: org.environmentId,
    connection_id: org.connectionId,
    kind: 'roles.scan',
    payload: '{}',
  }),
  role_status: (org) => ({ org_id: org.orgId, connection_id: org.connectionId }),
  drift_finding: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    connection_id: org.connectionId,
    manifest_version: 1,
    effects_digest: 'x',
    first_seen_at: new Date(),
    last_seen_at: new Date(),
    change_count: 1,
    content: '{}',
  }),
  invite: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    email: 'i@i.test',
    role: 'member',
    token_hash: idOf('invite', org),
    expires_at: new Date(),
  }),
  outbox: (org) => ({ org_id: org.orgId, job: 'policy.publish', payload: '{}' }),
  policy_bundle: (org) => ({
    org_id: org.orgId,
    environment_id: org.environmentId,
    version: 1,
    content_digest: 'x',
    jws: 'x',
  }),
  rule: (org) => ({ id: idOf('rule', org), org_id: org.orgId, permissions: 1 }),
  rule_member: (org) => ({
    id: uuidv7(),
    org_id: org.orgId,
    rule_id: idOf('rule', org),
    kind: 'everyone',
    position: 0,
  }),
};

const orgColumn = (table: string) => (table === 'org' ? 'id' : 'org_id');

describe('every table', () => {
  it('is a tenant’s, or global for a written reason', async () => {
    const { rows } = await database.owner.query<{ table_name: string; is_nullable: string }>(
      "select table_name, is_nullable from information_schema.columns where table_schema = 'public' and column_name = 'org_id'",
    );
    const withOrgId = new Map(rows.map((row) => [row.table_name, row.is_nullable]));
    for (const table of tenantTables())
      if (table !== 'org') expect([table, withOrgId.get(table)]).toEqual([table, 'NO']);
    for (const table of Object.keys(GLOBAL_TABLES)) expect(tables).toContain(table);
  });

  it('has row-level security forced, by the template and by nothing that is not listed', async () => {
    const { rows } = await database.owner.query<{
      relname: string;
      on: boolean;
      forced: boolean;
      policies: { name: string; roles: string; using: string; check: string; cmd: string }[] | null;
    }>(`select c.relname, c.relrowsecurity as on, c.relforcerowsecurity as forced,
          (select jsonb_agg(jsonb_build_object('name', policyname, 'roles', roles::text, 'using', qual, 'check', with_check, 'cmd', cmd)
             order by policyname) from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname) as policies
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_prisma_migrations'`);
    for (const row of rows) {
      expect([row.relname, row.on, row.forced]).toEqual([row.relname, true, true]);
      const [own, others] = [
        (row.policies ?? []).filter((policy) => policy.name === 'tenant_isolation'),
        (row.policies ?? []).filter((policy) => policy.name !== 'tenant_isolation'),
      ];
      expect([row.relname, others.map((policy) => policy.name)]).toEqual([
        row.relname,
        OTHER_POLICIES[row.relname] ?? [],
      ]);
      if (GLOBAL_TABLES[row.relname] !== undefined) continue;
      const same = `(${orgColumn(row.relname)} = ( SELECT postern_current_org() AS postern_current_org))`;
      expect(own).toEqual([
        { name: 'tenant_isolation', roles: '{public}', using: same, check: same, cmd: 'ALL' },
      ]);
      for (const policy of others) expect(policy.roles).toMatch(/^\{postern_(system|audit_search)\}$/);
    }
  });

  it('gives the app role no more than it needs', async () => {
    for (const table of tables) {
      const { rows } = await database.owner.query<{ privilege: string }>(
        `select p.privilege from unnest(array['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER','MAINTAIN']) p(privilege)
          where has_table_privilege('postern_app', $1, p.privilege) order by 1`,
        [table],
      );
      const may = APP_MAY_AT_MOST[table] ?? ALL;
      expect([table, rows.map((row) => row.privilege).filter((held) => !may.includes(held))]).toEqual([
        table,
        [],
      ]);
    }
  });

  it('is empty for whoever says no organisation, an empty one or a made-up one', async () => {
    for (const table of tenantTables()) {
      for (const orgId of [null, '', uuidv7()]) {
        const count = await inside(
          orgId,
          async (client) => (await client.query(`select from ${table}`)).rowCount,
        );
        expect([table, orgId, count]).toEqual([table, orgId, 0]);
      }
      const own = await inside(
        ours.orgId,
        async (client) =>
          (
            await client.query(
              `select count(*)::int as all, count(*) filter (where ${orgColumn(table)} = $1)::int as own from ${table}`,
              [ours.orgId],
            )
          ).rows[0],
      );
      expect([table, own.own > 0, own.all]).toEqual([table, true, own.own]);
    }
  });

  it('takes no row for another organisation', async () => {
    for (const table of tenantTables()) {
      const sample = SAMPLE_ROWS[table]?.(theirs);
      const row = typeof sample === 'object' ? { ...sample } : await sampleOf(table);
      if ('id' in row && table !== 'outbox') row.id = uuidv7();
      const columns = Object.keys(row);
      const insert = (orgId: string | null) =>
        inside(orgId, (client) =>
          client.query(
            `insert into ${table} (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
            Object.values(row),
          ),
        );
      const mayInsert = (APP_MAY_AT_MOST[table] ?? ALL).includes('INSERT');
      const outside = mayInsert ? /new row violates row-level security policy/ : /permission denied/;
      await expect(insert(ours.orgId), table).rejects.toThrow(outside);
      await expect(insert(null), table).rejects.toThrow(outside);
    }
  });

  it('keeps another organisation’s rows from updates and deletes', async () => {
    for (const table of tenantTables()) {
      const may = APP_MAY_AT_MOST[table] ?? ALL;
      if (may.includes('UPDATE'))
        expect([
          table,
          await inside(ours.orgId, (c) =>
            touched(
              c,
              `update ${table} set ${orgColumn(table)} = ${orgColumn(table)} where ${orgColumn(table)} = $1`,
            ),
          ),
        ]).toEqual([table, 0]);
      if (may.includes('DELETE'))
        expect([
          table,
          await inside(ours.orgId, (c) => touched(c, `delete from ${table} where ${orgColumn(table)} = $1`)),
        ]).toEqual([table, 0]);
    }
  });
});

const touched = async (client: pg.PoolClient, sql: string): Promise<number | null> =>
  (await client.query(sql, [theirs.orgId])).rowCount;

/** A copy of their seeded row. */
async function sampleOf(table: string): Promise<Record<string, unknown>> {
  const { rows } = await database.owner.query(
    `select * from ${table} where ${orgColumn(table)} = $1 limit 1`,
    [theirs.orgId],
  );
  if (table === 'org') return { ...rows[0], slug: 'theirs-again' };
  return rows[0];
}

describe('the run-time roles', () => {
  it('own nothing, bypass nothing, create nothing', async () => {
    const { rows } = await database.owner.query(
      `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
              has_schema_privilege(oid, 'public', 'create') as creates,
              has_database_privilege(oid, current_database(), 'create') as creates_schemas,
              (select count(*)::int from pg_class where relowner = r.oid and relnamespace = 'public'::regnamespace) as owns
         from pg_roles r where rolname like 'postern%' or rolname in ($1, $2)`,
      [new URL(database.config.databaseUrl).username, new URL(database.config.systemDatabaseUrl).username],
    );
    expect(rows.length).toBeGreaterThanOrEqual(5);
    for (const { rolname, ...power } of rows)
      expect([rolname, Object.values(power).filter((value) => value !== false && value !== 0)]).toEqual([
        rolname,
        [],
      ]);
  });

  it('run no function with somebody else’s power but these', async () => {
    const { rows } = await database.owner.query(
      `select proname, proowner::regrole::text as owner from pg_proc
        where pronamespace = 'public'::regnamespace and prosecdef order by proname`,
    );
    const [{ owner }] = (await database.owner.query<{ owner: string }>('select current_user as owner'))
      .rows as [{ owner: string }];
    expect(rows).toEqual([
      { proname: 'postern_audit_drop_empty', owner },
      // Removes what the organisation's own retention lets go, which it reads itself.
      { proname: 'postern_audit_expire', owner },
      // Creates partitions, which takes the owner of the table; says nothing of what is in them.
      { proname: 'postern_audit_make_partitions', owner },
      // Removes names of whom the organisation's trail has nothing left; of its own organisation only.
      { proname: 'postern_audit_thin_names', owner },
      { proname: 'postern_search_audit', owner: 'postern_audit_search' },
    ]);
  });

  it('see people only as members of the organisation, and never a password', async () => {
    const seen = await inside(
      ours.orgId,
      async (client) => (await client.query('select email from users')).rows,
    );
    expect(seen).toEqual([{ email: 'owner@ours.test' }]);
    expect(await inside(null, async (client) => (await client.query('select id from users')).rowCount)).toBe(
      0,
    );
    await expect(
      inside(ours.orgId, (client) => client.query('select password_hash from users')),
    ).rejects.toThrow(/permission denied/);
    await expect(inside(ours.orgId, (client) => client.query('select * from session'))).rejects.toThrow(
      /permission denied/,
    );
  });

  it('cannot change or remove what the audit trail says', async () => {
    for (const sql of [
      "update audit_event set kind = 'x'",
      'delete from audit_event',
      "update audit_words set words = ''",
      'delete from audit_words',
      'select postern_audit_rebuild_words()',
      'truncate audit_event',
      'select * from postern_audit.audit_event_default',
      'select postern_audit_make_partitions()',
    ])
      await expect(inside(ours.orgId, (client) => client.query(sql))).rejects.toThrow(/permission denied/);
  });

  it('let the system role look up, not look around', async () => {
    for (const sql of [
      'select id from db_connection',
      'select id from rule',
      'select id from audit_event',
      'select console_url, audit_hash from agent',
      "update membership set role = 'owner'",
      "update users set password_hash = 'x'",
      "insert into membership (id, org_id, user_id, role) select gen_random_uuid(), org_id, user_id, 'owner' from membership",
    ])
      await expect(system.query(sql), sql).rejects.toThrow(/permission denied/);
  });

  it('cannot take the identity of another role', async () => {
    for (const role of ['postern_system', 'postern_audit_search', 'postgres'])
      await expect(app.query(`set role ${role}`)).rejects.toThrow(/permission denied/);
  });
});

describe('references between tenant tables', () => {
  it('carry the organisation, all of them', async () => {
    const { rows } = await database.owner.query<{
      conname: string;
      from: string;
      columns: string[];
      to: string;
    }>(
      `select conname, conrelid::regclass::text as from, confrelid::regclass::text as to,
              (select array_agg(attname::text) from pg_attribute where attrelid = conrelid and attnum = any(conkey)) as columns
         from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`,
    );
    const between = rows.filter((row) => row.to !== 'org' && row.to !== 'users');
    expect(between.length).toBeGreaterThan(10);
    for (const row of between)
      expect([row.conname, row.columns.includes('org_id')]).toEqual([row.conname, true]);
  });

  it.each([
    ['db_connection', 'environment_id', () => theirs.environmentId, 'db_connection_environment_fk'],
    ['rule', 'connection_id', () => theirs.connectionId, 'rule_connection_fk'],
    ['agent', 'environment_id', () => theirs.environmentId, 'agent_environment_fk'],
  ])('refuse %s.%s of another organisation', async (table, column, foreignId, constraint) => {
    await expect(
      inside(ours.orgId, (client) =>
        client.query(`update ${table} set ${column} = $1 where org_id = $2`, [foreignId(), ours.orgId]),
      ),
    ).rejects.toThrow(constraint);
  });

  it('refuse people who are no members', async () => {
    await expect(
      inside(ours.orgId, (client) =>
        client.query('insert into group_member (org_id, group_id, user_id) values ($1, $2, $3)', [
          ours.orgId,
          idOf('group', ours),
          theirs.ownerId,
        ]),
      ),
    ).rejects.toThrow('group_member_membership_fk');
  });
});
