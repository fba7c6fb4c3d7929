import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { startPostgres } from '@postern/infra/postgres';
import pg from 'pg';
import { type AuditSearch, conditionsOf } from '../../apps/api/dist/audit/audit-filter.js';
import { type AuditKey, searchRows } from '../../apps/api/dist/audit/search.store.js';
import { summarize } from '../../apps/api/dist/audit/summary.store.js';
import { applyMigrations } from '../../apps/api/dist/migrate.js';
import { fillHistory, HISTORY } from './audit-history.js';
import type { Benchmark, Table } from './harness.js';

const DAYS = 90;
const UNTIL = new Date('2026-11-22T12:00:00Z');
const ORG = '11111111-1111-7111-8111-111111111111';
const ENVIRONMENTS = [1, 2, 3].map((n) => `22222222-2222-7222-8222-22222222222${n}`);
const LOGIN = 'bench_audit_search';

/** What to search in: `POSTERN_BENCH_AUDIT_URL` (a superuser's, filled before and kept) or a server of our own, removed after. */
async function history(events: number): Promise<{ url: string; close(): Promise<void> }> {
  const kept = process.env.POSTERN_BENCH_AUDIT_URL;
  if (kept !== undefined) return { url: kept, close: async () => undefined };
  const dir = mkdtempSync(join(tmpdir(), 'postern-audit-'));
  chmodSync(dir, 0o755);
  const flags = ['shared_buffers=1GB', 'maintenance_work_mem=512MB', 'max_wal_size=4GB', 'autovacuum=off'];
  const server = await startPostgres({ dataDir: join(dir, 'data'), durable: false, flags });
  const url = server.superuserUrl();
  await applyMigrations(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("insert into org (id, slug, name) values ($1, 'acme', 'Acme')", [ORG]);
  const options = {
    orgId: ORG,
    environmentIds: ENVIRONMENTS,
    agentId: randomUUID(),
    events,
    days: DAYS,
    until: UNTIL,
  };
  await fillHistory(client, options, (text) => process.stderr.write(`${text}\n`));
  await client.end();
  return {
    url,
    close: async () => {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** As the api asks: with its role, in a transaction of the organisation. */
async function asTheApi(url: string): Promise<pg.Pool> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query(
    `do $$ begin create role ${LOGIN} login password 'bench' in role postern_app; exception when duplicate_object then null; end $$`,
  );
  await owner.end();
  const login = new URL(url);
  [login.username, login.password] = [LOGIN, 'bench'];
  return new pg.Pool({ connectionString: login.href, max: 1 });
}

const LAST = { from: new Date(UNTIL.getTime() - DAYS * 86_400_000), to: UNTIL };
const day = (n: number) => ({
  from: new Date(UNTIL.getTime() - (n + 1) * 86_400_000),
  to: new Date(UNTIL.getTime() - n * 86_400_000),
});
const FIRST_PAGE = 51;

interface Shape {
  name: string;
  /** Milliseconds that 95 of 100 must stay under; none: it has no target of its own. */
  target?: number;
  search(n: number): AuditSearch;
  /** A page somewhere in the list instead of its first. */
  from?(n: number): AuditKey;
  newer?: boolean;
  counts?: boolean;
}

const somewhere = (n: number): AuditKey => ({
  at: new Date(UNTIL.getTime() - ((n * 7_919_000_000) % (DAYS * 86_400_000))).toISOString(),
  id: 'ffffffff-ffff-7fff-bfff-ffffffffffff',
});
const page = (name: string, search: (n: number) => AuditSearch, more: Partial<Shape> = {}): Shape => ({
  name,
  target: 150,
  search,
  ...more,
});
const rare = (name: string, search: AuditSearch): Shape => ({ name, target: 500, search: () => search });
const counts = (name: string, search: (n: number) => AuditSearch): Shape => ({ name, search, counts: true });

const SHAPES: readonly Shape[] = [
  page('the newest', () => ({})),
  page('a page anywhere in 90 days', () => LAST, { from: somewhere }),
  page('the page before it', () => LAST, { from: somewhere, newer: true }),
  page('a day', (n) => day(n % DAYS)),
  page('a person', (n) => ({ ...LAST, actorId: `user-${n % 200}` })),
  page('a person, a page anywhere', (n) => ({ ...LAST, actorId: `user-${n % 200}` }), { from: somewhere }),
  page('a group of 20', (n) => ({ ...LAST, group: String(n) })),
  page('part of a name', (n) => ({ ...LAST, actor: `person${n % 200}@` })),
  page('a connection', (n) => ({ ...LAST, connection: `db-${n % 12}` })),
  page('an environment', () => ({ ...LAST, environment: 'x' })),
  page('denied', () => ({ ...LAST, decision: 'denied' })),
  page('denied, one person, one connection', (n) => ({
    ...LAST,
    decision: 'denied',
    actorId: `user-${n % 200}`,
    connection: HISTORY.connection,
  })),
  page('changes of rules', () => ({ ...LAST, kind: 'rule.updated' })),
  page('a permission: write', () => ({ ...LAST, permission: 'write' })),
  page('a permission: admin', () => ({ ...LAST, permission: 'admin' })),
  page('admin by one person', (n) => ({ ...LAST, permission: 'admin', actorId: `user-${n % 200}` })),
  page('a relation', (n) => ({ ...LAST, relation: `public.payments_${n % 9}` })),
  page('a relation written by one person', (n) => ({
    ...LAST,
    relation: HISTORY.relation,
    permission: 'write',
    actorId: `user-${n % 200}`,
  })),
  page('an SQLSTATE', () => ({ ...LAST, sqlstate: '23505' })),
  page('a rare SQLSTATE', () => ({ ...LAST, sqlstate: HISTORY.rareSqlstate })),
  page('slower than 60 s', () => ({ ...LAST, minDurationMs: 60_000 })),
  page('slower than 0.1 s on one connection', () => ({
    ...LAST,
    minDurationMs: 100,
    connection: HISTORY.connection,
  })),
  page('more than 800,000 rows', () => ({ ...LAST, minRows: 800_000 })),
  page('a network', () => ({ ...LAST, client: HISTORY.client })),
  page('one address', (n) => ({ ...LAST, client: `10.${n % 5}.${n % 200}.${n % 250}` })),
  page('failed', () => ({ ...LAST, outcome: 'failed' })),
  page('an application', () => ({ ...LAST, application: 'metabase' })),
  page('a frequent text', () => ({ ...LAST, text: 'customer_id' })),
  page('a frequent text by one person', (n) => ({ ...LAST, text: 'payments', actorId: `user-${n % 200}` })),
  rare('a rare text in 90 days', { ...LAST, text: 'nzibar_led' }),
  rare('a rare word in 90 days', { ...LAST, words: [HISTORY.rareWord] }),
  rare('a text that is nowhere', { ...LAST, text: 'no such thing' }),
  rare('a number among all numbers', { ...LAST, words: ['268435399'] }),
  counts('counts: a day', (n) => day(n % DAYS)),
  counts('counts: 90 days', () => LAST),
  counts('counts: 90 days, one person', (n) => ({ ...LAST, actorId: `user-${n % 200}` })),
  counts('counts: 90 days, denied', () => ({ ...LAST, decision: 'denied' })),
  counts('counts: 90 days, a rare text', () => ({ ...LAST, text: HISTORY.rareWord })),
];

const people = (first: number) => Array.from({ length: 20 }, (_, n) => `user-${(first + n) % 200}`);

async function once(pool: pg.Pool, shape: Shape, n: number): Promise<void> {
  const search = shape.search(n);
  const conditions = conditionsOf(search, {
    ...(search.group === undefined ? {} : { actorIds: people(n) }),
    ...(search.actorId === undefined ? {} : { actorIds: [search.actorId] }),
    ...(search.environment === undefined ? {} : { environmentId: ENVIRONMENTS[n % 3] ?? '' }),
  });
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query("select set_config('app.org_id', $1, true)", [ORG]);
    if (shape.counts) await summarize(client, conditions, { buckets: 60, now: UNTIL });
    else
      await searchRows(client, conditions, {
        cursor: shape.from?.(n),
        newer: shape.newer ?? false,
        limit: FIRST_PAGE,
      });
    await client.query('commit');
  } finally {
    client.release();
  }
}

async function timesOf(pool: pg.Pool, shape: Shape, rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n <= rounds; n += 1) {
    const at = performance.now();
    await once(pool, shape, n * 13 + 7);
    if (n > 0) times.push(performance.now() - at);
  }
  return times.sort((a, b) => a - b);
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * q) - 1)] ?? Number.NaN;

export const auditSearch: Benchmark = {
  name: 'audit-search',
  title: 'Audit search: one page of 50, or counts, as the api asks PostgreSQL',
  prepare: async ({ quick }) => {
    const events = Number(process.env.POSTERN_BENCH_AUDIT_EVENTS ?? (quick ? 200_000 : 1_000_000));
    const { url, close } = await history(events);
    const pool = await asTheApi(url);
    const wanted = process.env.POSTERN_BENCH_AUDIT_SHAPE;
    const table: string[][] = [['search', 'median, ms', 'p95, ms', 'worst, ms', 'target, p95']];
    let missed = 0;
    for (const shape of SHAPES) {
      if (wanted !== undefined && !shape.name.includes(wanted)) continue;
      const times = await timesOf(pool, shape, quick ? 10 : 40);
      const p95 = quantile(times, 0.95);
      if (shape.target !== undefined && p95 > shape.target) missed += 1;
      const cells = [quantile(times, 0.5), p95, times.at(-1) ?? 0].map((ms) => ms.toFixed(1));
      table.push([shape.name, ...cells, shape.target === undefined ? '' : `< ${shape.target}`]);
    }
    await pool.end();
    const { rows } = await countOf(url);
    return {
      batch: 0,
      contenders: [],
      table: table as Table,
      facts: { events: `${rows} over ${DAYS} days`, 'targets missed': String(missed) },
      close,
    };
  },
};

async function countOf(url: string): Promise<{ rows: string }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ n: string }>('select count(*) as n from audit_event');
  await client.end();
  return { rows: Number(rows[0]?.n).toLocaleString('en') };
}
