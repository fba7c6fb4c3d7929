import { isPermission, permissionsOf } from '@postern/core/policy';
import type { PoolClient } from 'pg';
import type { AuditConditions } from './audit-filter.js';

/** Most events that are looked at one by one for counts. */
const COUNTED_MAX = 5_000;
/** Values shown of each facet. */
const VALUES_MAX = 10;
/** How much of a bucket is looked into when everything would be too much: pieces, and events of each. */
const SLICES = 4;
const PER_SLICE = 150;

export interface FacetValue {
  value: string;
  /** What a person calls it, where that is not the value. */
  label: string;
  count: number;
}

export interface Facet {
  name: string;
  values: FacetValue[];
}

/** Events of one piece of time, by how they went. */
export interface Bucket {
  at: Date;
  allowed: number;
  failed: number;
  denied: number;
  others: number;
}

export interface AuditSummary {
  /** Exact up to {@link COUNTED_MAX}; else what the buckets add up to. */
  total: number;
  isTotalExact: boolean;
  /** How many events the facets were counted in: all, or the newest. */
  facetsOf: number;
  facets: Facet[];
  from: Date;
  to: Date;
  bucketMs: number;
  buckets: Bucket[];
  areBucketsExact: boolean;
}

interface Counted {
  facet: string;
  value: string | null;
  label: string | null;
  n: number;
}

/**
 * Counts the newest matching events once for each facet. Places come from the function that may use the indexes, rows are
 * read under row-level security, each of them once.
 */
const COUNT = `
  with found as materialized (
    select e.at, e.kind, e.actor_id, e.actor_label, e.decision, e.connection_slug, e.environment_id, e.required, e.sqlstate,
        e.status, e.relations, e.client_application
      from postern_search_audit($1, null, null, false, $2) place join audit_event e on e.id = place.id and e.at = place.at
  ), valued as (
    select facet, value, label from found, lateral (values
        ('kind', kind, null), ('actor', actor_id, actor_label), ('decision', decision, null), ('connection', connection_slug, null),
        ('environment', environment_id::text, null), ('mask', required::text, null), ('sqlstate', sqlstate, null),
        ('application', client_application, null),
        ('outcome', case when kind = 'statement.decided' and decision = 'allowed' then coalesce(status, 'unknown') end, null)
      ) as each (facet, value, label) where value is not null and value <> ''
    union all
    select 'relation', relation, null from found, unnest(relations) relation
  ), counted as (
    select facet, value, max(label) as label, count(*)::int as n from valued group by facet, value
  ), ranked as (
    select *, row_number() over (partition by facet order by n desc, value) as place from counted
  )
  select facet, value, label, n from ranked where place <= $3 or facet = 'mask'
  union all select 'all', null, null, count(*)::int from found
  union all select 'bucket', floor(extract(epoch from at - $4::timestamptz) * 1000 / $5)::int::text,
      case when decision = 'denied' then 'denied' when decision is null then 'others' when status = 'failed' then 'failed' else 'allowed' end,
      count(*)::int from found group by 2, 3
  order by facet, n desc, value`;

const DENSITY = 'select * from postern_audit_density($1, $2, $3, $4, $5, $6)';

/** What matches, counted: how many, of which kinds and people, when. Costs the same however long the history is. The caller bounds it in time. */
export async function summarize(
  client: PoolClient,
  conditions: AuditConditions,
  { buckets, now }: { buckets: number; now: Date },
): Promise<AuditSummary> {
  const filter = JSON.stringify(conditions);
  const { from, to } = await spanOf(client, conditions, now);
  const bucketMs = Math.max(1, Math.ceil((to.getTime() - from.getTime()) / buckets));
  const values = [filter, COUNTED_MAX + 1, VALUES_MAX, from, bucketMs];
  const { rows } = await client.query<Counted>({ name: 'count-audit', text: COUNT, values });
  const found = rows.find((row) => row.facet === 'all')?.n ?? 0;
  const series = emptySeries(from, bucketMs, buckets);
  const isCounted = found <= COUNTED_MAX;
  const areBucketsExact = isCounted || (await sampleInto(series, client, filter, bucketMs));
  if (isCounted)
    for (const { facet, value, label, n } of rows)
      if (facet === 'bucket') add(series, Number(value), label as Series, n);
  const sum = series.reduce((all, bucket) => SERIES.reduce((more, key) => more + bucket[key], all), 0);
  return {
    ...{
      total: isCounted ? found : Math.max(found, sum),
      isTotalExact: areBucketsExact,
      facetsOf: Math.min(found, COUNTED_MAX),
    },
    facets: facetsOf(rows),
    ...{ from, to, bucketMs, buckets: series, areBucketsExact },
  };
}

const SERIES = ['allowed', 'failed', 'denied', 'others'] as const;
type Series = (typeof SERIES)[number];

function emptySeries(from: Date, bucketMs: number, buckets: number): Bucket[] {
  return Array.from({ length: buckets }, (_, n) => ({
    at: new Date(from.getTime() + n * bucketMs),
    ...{ allowed: 0, failed: 0, denied: 0, others: 0 },
  }));
}

function add(series: readonly Bucket[], place: number, key: Series, count: number): void {
  // An agent's clock may be ahead of the newest bucket.
  const bucket = series[Math.min(series.length - 1, Math.max(0, place))];
  if (bucket) bucket[key] += Math.round(count);
}

/** Fills the buckets from samples. True when these were everything. */
async function sampleInto(
  series: readonly Bucket[],
  client: PoolClient,
  filter: string,
  bucketMs: number,
): Promise<boolean> {
  const from = series[0]?.at ?? new Date(0);
  const to = new Date(from.getTime() + bucketMs * series.length);
  const values = [filter, from, to, series.length, SLICES, PER_SLICE];
  const { rows } = await client.query<Record<Series, number> & { bucket: number; is_exact: boolean }>(
    DENSITY,
    values,
  );
  for (const row of rows) for (const key of SERIES) add(series, row.bucket, key, row[key]);
  return rows.every((row) => row.is_exact);
}

/** The time that the buckets share: as asked, from the first event to now where nothing was said. */
async function spanOf(
  client: PoolClient,
  conditions: AuditConditions,
  now: Date,
): Promise<{ from: Date; to: Date }> {
  const to = conditions.to === undefined ? now : new Date(String(conditions.to));
  if (conditions.from !== undefined) {
    const from = new Date(String(conditions.from));
    return { from, to: to > from ? to : new Date(from.getTime() + 1) };
  }
  const { rows } = await client.query<{ at: Date }>(
    'select at from audit_event where at < $1 order by at, id limit 1',
    [to],
  );
  return { from: rows[0]?.at ?? new Date(to.getTime() - 86_400_000), to };
}

const SHOWN = [
  'actor',
  'connection',
  'environment',
  'kind',
  'decision',
  'outcome',
  'permission',
  'relation',
  'sqlstate',
  'application',
];

function facetsOf(rows: readonly Counted[]): Facet[] {
  const byName = new Map<string, FacetValue[]>(SHOWN.map((name) => [name, []]));
  const permissions = new Map<string, number>();
  for (const { facet, value, label, n } of rows) {
    if (facet === 'mask')
      for (const permission of permissionsOf(Number(value)))
        permissions.set(permission, (permissions.get(permission) ?? 0) + n);
    else if (value !== null && facet !== 'bucket')
      byName.get(facet)?.push({ value, label: label || value, count: n });
  }
  for (const [value, count] of permissions)
    if (isPermission(value)) byName.get('permission')?.push({ value, label: value, count });
  byName.get('permission')?.sort((a, b) => b.count - a.count);
  return [...byName].map(([name, values]) => ({ name, values }));
}
