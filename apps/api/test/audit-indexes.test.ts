import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditSearch, searchRows } from '../src/audit/search.store.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { type SeededOrg, seedOrg } from './seed.js';

let database: TestDatabase;
let org: SeededOrg;
let client: pg.PoolClient;
let pool: pg.Pool;

/** 100,000 events, two thirds of one organisation: as the agents would have left them. */
async function fill(orgId: string, count: number): Promise<void> {
  await database.owner.query(
    `insert into audit_event (id, org_id, at, kind, actor_id, actor_label, decision, connection_slug, search_text, event)
     select gen_random_uuid(), $1, timestamptz '2026-11-01' + n * interval '7 seconds',
       case when n % 3 = 0 then 'statement.finished' when n % 500 = 0 then 'rule.updated' else 'statement.decided' end,
       'u' || n % 200, 'person' || n % 200 || '@acme.test',
       case when n % 400 = 1 then 'denied' else 'allowed' end, 'db-' || n % 20,
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
  await database.owner.query('vacuum analyze audit_event');
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
      where relname in (select relid::regclass::name from pg_partition_tree('audit_event') where isleaf)
        and relname <> 'audit_event_default'
     union all
     select p.relname, sum(s.idx_scan)::int from pg_stat_user_indexes s
       join pg_inherits i on i.inhrelid = s.indexrelid join pg_class p on p.oid = i.inhparent
      group by p.relname`,
  );
  return new Map(rows.map((row) => [row.name, row.n]));
}

async function search(what: AuditSearch, before?: { at: string; id: string }) {
  const earlier = await scans();
  await client.query('begin');
  await client.query("select set_config('app.org_id', $1, true)", [org.orgId]);
  const rows = await searchRows(client, what, before, 51);
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
    ['a rare text', { text: 'NEEDLE' }, 'audit_event_search_idx'],
    ['a text that is nowhere', { text: 'no such thing at all' }, 'audit_event_search_idx'],
    ['a connection', { connection: 'db-7' }, 'audit_event_org_connection_idx'],
    ['denials', { decision: 'denied' }, 'audit_event_org_decision_idx'],
    ['a rare kind', { kind: 'rule.updated' }, 'audit_event_org_kind_idx'],
    ['a person who is nowhere', { actor: 'nobody@' }, 'audit_event_actor_idx'],
  ])('%s is found by index', async (_, what, index) => {
    const { used } = await search(what);
    expect(used).not.toContain('whole table');
    expect(used.filter((name) => name.startsWith('audit_event'))).not.toEqual([]);
    if (index !== undefined) expect(used).toContain(index);
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

  it('without an organisation finds nothing', async () => {
    await client.query('begin');
    expect(await searchRows(client, {}, undefined, 51)).toEqual([]);
    await client.query('commit');
    const { rows } = await client.query(
      'select * from postern_search_audit(null, null, null, null, null, null, null, null, null, 51)',
    );
    expect(rows).toEqual([]);
  });
});
