import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditSearch, conditionsOf } from '../src/audit/audit-filter.js';
import { boundSearch, searchRows } from '../src/audit/search.store.js';
import { summarize } from '../src/audit/summary.store.js';
import { listStatements } from '../src/history/history.store.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { type SeededOrg, seedOrg } from './seed.js';

let database: TestDatabase;
let org: SeededOrg;
let client: pg.PoolClient;
let pool: pg.Pool;

/** 100,000 events, two thirds of one organisation: as the agents would have left them. */
async function fill(orgId: string, count: number): Promise<void> {
  await database.owner.query(
    `insert into audit_event (id, org_id, at, kind, path, actor_id, actor_label, decision, connection_slug, required, relations,
       client_address, client_application, status, duration_ms, row_count, sqlstate, search_text, event)
     select gen_random_uuid(), $1, timestamptz '2026-11-01' + n * interval '7 seconds',
       case when n % 3 = 0 then 'statement.finished' when n % 500 = 0 then 'rule.updated' else 'statement.decided' end,
       case when n % 41 = 1 then 'console' else 'wire' end, 'u' || n % 200, 'person' || n % 200 || '@acme.test',
       case when n % 400 = 1 then 'denied' else 'allowed' end, 'db-' || n % 20,
       case when n % 1000 = 4 then 8 else 1 end, array['public.orders', 'orders'] || case when n % 5000 = 4 then array['payroll'] end,
       ('10.0.' || n % 250 || '.1')::inet, case when n % 5000 = 7 then 'Ledger Sync' else 'psql' end,
       case when n % 3000 = 1 then 'failed' when n % 9000 = 2 then null else 'succeeded' end, case when n % 3000 = 1 then 5000 else 1 end, case when n % 3000 = 2 then 50000 else 1 end,
       case when n % 4000 = 1 then '40P01' end,
       'select id, total from orders where customer_id = ' || n || case when n % 20000 = 7 then ' and flag = ''needle''' else '' end,
       '{}'
     from generate_series(1, $2) n`,
    [orgId, count],
  );
}

beforeAll(async () => {
  database = await createTestDatabase();
  org = await seedOrg(database.owner, 'acme');
  const other = await seedOrg(database.owner, 'rival');
  await fill(other.orgId, 35_000);
  await fill(org.orgId, 65_000);
  await database.owner.query('select postern_audit_make_partitions(0)');
  await database.owner.query('select postern_audit_rebuild_words()');
  await database.owner.query('vacuum analyze audit_event, audit_words');
  pool = new pg.Pool({ connectionString: database.config.databaseUrl, max: 1 });
  client = await pool.connect();
}, 180_000);
afterAll(async () => {
  client.release();
  await pool.end();
  await database.drop();
});

/** How often the table was read whole, and each of its indexes used, since the database began. */
async function scans(): Promise<Map<string, number>> {
  const { rows } = await database.owner.query<{ name: string; n: number }>(
    `select 'whole table' as name, sum(seq_scan)::int as n from pg_stat_user_tables
      where relname in (select relid::regclass::name from pg_partition_tree('audit_event') where isleaf union select 'audit_words')
        and relname <> 'audit_event_default'
     union all
     select p.relname, sum(s.idx_scan)::int from pg_stat_user_indexes s
       join pg_inherits i on i.inhrelid = s.indexrelid join pg_class p on p.oid = i.inhparent
      group by p.relname
     union all
     select indexrelname, idx_scan::int from pg_stat_user_indexes where relname = 'audit_words'`,
  );
  return new Map(rows.map((row) => [row.name, row.n]));
}

const search = (what: AuditSearch, before?: { at: string; id: string }) =>
  reading(() =>
    searchRows(client, conditionsOf(what, what.environment ? { environmentId: uuidv7() } : {}), {
      cursor: before,
      limit: 51,
    }),
  );

async function reading<Row>(read: () => Promise<Row[]>) {
  const earlier = await scans();
  await client.query('begin');
  await client.query("select set_config('app.org_id', $1, true)", [org.orgId]);
  const rows = await read();
  await client.query('commit');
  await client.query('select pg_stat_force_next_flush()');
  const later = await scans();
  const used = [...later].filter(([name, n]) => n > (earlier.get(name) ?? 0)).map(([name]) => name);
  return { rows, used };
}

describe('among 100,000 events, as the role that cannot bypass row-level security', () => {
  const from = new Date('2026-11-03T00:00:00Z');
  const to = new Date('2026-11-03T01:00:00Z');
  it.each<[string, AuditSearch, string?]>([
    ['the newest', {}, 'audit_event_pk'],
    // Several serve: PostgreSQL 18 skips through the leading column.
    ['an hour', { from, to }],
    ['a rare text', { text: 'NEEDLE' }, 'audit_words_search_idx'],
    ['a text that is nowhere', { text: 'no such thing at all' }, 'audit_words_search_idx'],
    ['a connection', { connection: 'db-7' }, 'audit_event_org_connection_idx'],
    ['denials', { decision: 'denied' }, 'audit_event_org_decision_idx'],
    ['a rare kind', { kind: 'rule.updated' }, 'audit_event_org_kind_idx'],
    ['part of a name', { actor: 'PERSON17@' }, 'audit_event_org_actor_idx'],
    ['part of the name of a rare program', { application: 'ledger' }, 'audit_event_application_idx'],
    ['what failed', { outcome: 'failed' }, 'audit_event_unsuccessful_idx'],
    ['what never ended', { outcome: 'unknown' }, 'audit_event_unfinished_idx'],
    ['a frequent relation of one person', { relation: 'orders', actor: 'person17@', permission: 'admin' }],
    ['a whole word', { words: ['needle'] }, 'audit_words_search_idx'],
    ['a rare permission', { permission: 'admin' }, 'audit_event_required_idx'],
    ['a rare relation', { relation: 'payroll' }, 'audit_event_relations_idx'],
    ['an SQLSTATE', { sqlstate: '40P01' }, 'audit_event_sqlstate_idx'],
    ['what was slow', { minDurationMs: 2_000 }, 'audit_event_slow_idx'],
    ['what had many rows', { minRows: 20_000 }, 'audit_event_large_idx'],
    ['a network', { client: '10.0.7.0/24' }, 'audit_event_client_idx'],
    ['an environment where nothing is', { environment: 'x' }, 'audit_event_environment_idx'],
  ])('%s is found by index', async (_, what, index) => {
    const { used } = await search(what);
    expect(used).not.toContain('whole table');
    expect(used.filter((name) => name.startsWith('audit_'))).not.toEqual([]);
    if (index !== undefined) expect(used).toContain(index);
  });

  it('what a person ran at consoles is found by an index of its own, also where nothing is found', async () => {
    for (const words of [['orders'], ['no such thing']]) {
      const asked = { userId: 'u17', environmentId: uuidv7(), words, limit: 51 };
      const { used } = await reading(async () => {
        await boundSearch(client);
        return listStatements(client, asked);
      });
      expect(used.filter((name) => /^(audit_event|whole)/.test(name))).toEqual(['audit_event_console_idx']);
    }
  });

  it('a name that nobody has costs no look at the trail', async () => {
    for (const what of [{ actor: 'nobody@' }, { application: 'no such program' }]) {
      const { used, rows } = await search(what);
      expect(rows).toEqual([]);
      expect(used.filter((name) => name.startsWith('audit_event'))).toEqual([]);
    }
  });

  it('parts of names are parts of names, whatever is in them', async () => {
    const { rows } = await search({ actor: 'son1@', from: new Date('2026-11-01') });
    expect(rows).toHaveLength(51);
    // `%` and `_` stand for themselves.
    expect((await search({ actor: 'person%' })).rows).toEqual([]);
    expect((await search({ application: 'p_ql' })).rows).toEqual([]);
  });

  it('a frequent text and a page far down read no whole table either', async () => {
    const deep = { at: '2026-11-02T00:00:00.000Z', id: uuidv7() };
    for (const { used, rows } of [await search({ text: 'orders' }), await search({}, deep)]) {
      expect(used).not.toContain('whole table');
      expect(rows).toHaveLength(51);
    }
  });

  it('finds the organisation’s own and nobody else’s', async () => {
    const { rows } = await search({ text: 'needle' });
    const { rows: all } = await database.owner.query<{ id: string }>(
      "select id from audit_event where org_id = $1 and search_text like '%needle%' and kind <> 'statement.finished' order by at desc, id desc",
      [org.orgId],
    );
    expect(all.length).toBeGreaterThan(0);
    expect(rows.map((row) => row.id)).toEqual(all.map((row) => row.id));
  });

  it('counts its own, by samples where they are many, and reads no whole table', async () => {
    const earlier = await scans();
    await client.query('begin');
    await client.query("select set_config('app.org_id', $1, true)", [org.orgId]);
    const asked = { buckets: 20, now: new Date('2026-11-07T00:00:00Z') };
    const all = await summarize(client, conditionsOf({ from: new Date('2026-11-01') }, {}), asked);
    const few = await summarize(client, conditionsOf({ text: 'needle' }, {}), asked);
    await client.query('commit');
    await client.query('select pg_stat_force_next_flush()');
    expect((await scans()).get('whole table')).toBe(earlier.get('whole table'));
    const { rows } = await database.owner.query<{ n: number }>(
      "select count(*)::int as n from audit_event where org_id = $1 and kind <> 'statement.finished'",
      [org.orgId],
    );
    const exact = rows[0]?.n ?? 0;
    expect(all).toMatchObject({ isTotalExact: false, areBucketsExact: false, facetsOf: 5_000 });
    expect(Math.abs(all.total - exact) / exact).toBeLessThan(0.1);
    expect(few).toMatchObject({ isTotalExact: true, areBucketsExact: true, total: 3 });
    expect(few.buckets.reduce((sum, { allowed }) => sum + allowed, 0)).toBe(3);
  });

  it('is planned for what is asked, whatever its caller set: not for any instant, where all of a week looked best', async () => {
    const { rows } = await database.owner.query<{ settings: string[] }>(
      "select proconfig as settings from pg_proc where proname = 'postern_search_audit'",
    );
    expect(rows.flatMap(({ settings }) => settings)).toContain('plan_cache_mode=force_custom_plan');
  });

  it('without an organisation finds nothing', async () => {
    await client.query('begin');
    expect(await searchRows(client, {}, { limit: 51 })).toEqual([]);
    expect(await summarize(client, {}, { buckets: 5, now: new Date() })).toMatchObject({ total: 0 });
    await client.query('commit');
    const { rows } = await client.query("select * from postern_search_audit('{}', null, null, false, 51)");
    expect(rows).toEqual([]);
  });
});
