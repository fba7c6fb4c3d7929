import type pg from 'pg';

export interface HistoryOptions {
  readonly orgId: string;
  readonly environmentIds: readonly string[];
  readonly agentId: string;
  /** Events in all; nearly half of them are the ends of statements. */
  readonly events: number;
  readonly days: number;
  /** The newest is from here. */
  readonly until: Date;
}

/** What the generator's history holds, for whoever searches it. */
export const HISTORY = {
  people: 200,
  connections: 20,
  /** In one statement of 500,000. */
  rareWord: 'zanzibar_ledger',
  person: 'user-17',
  personLabel: 'person17@acme.example',
  connection: 'db-7',
  relation: 'public.payments_3',
  rareSqlstate: '40P01',
  client: '10.3.7.0/24',
} as const;

/**
 * A pair of events (a decision with its merged outcome, and its end) or, once in 50, an administrative change, as the agents
 * and the api would have left them; compact. Numbers come from md5 of the row's number: the same history each time.
 */
const FILL = `
  with pair as materialized (
    select n, at, ('x' || substr(h, 1, 7))::bit(28)::int as r, ('x' || substr(h, 8, 7))::bit(28)::int as q, h
      from (select n, $4::timestamptz + n * $5::interval as at, md5(n::text) as h from generate_series($2::bigint, $3::bigint) n) s
  ), said as materialized (
    select *,
      case when r % 50 = 0 then 'rule.updated' else 'statement.decided' end as kind,
      'user-' || q % ${HISTORY.people} as actor_id, 'person' || q % ${HISTORY.people} || '@acme.example' as actor_label,
      case when r % 50 = 0 then null when r % 97 = 1 then 'denied' else 'allowed' end as decision,
      'db-' || (q % 13 * (q % 7) % ${HISTORY.connections}) as connection_slug,
      case when r % 5003 = 7 then 8 when r % 997 = 3 then 4 when r % 11 = 5 then 2 when r % 101 = 9 then 33 else 1 end::smallint as required,
      (array['orders', 'customers', 'payments', 'invoices', 'line_items', 'shipments'])[1 + r % 6] || '_' || q % 9 as rel,
      case when r % 70001 = 11 then '40P01' when r % 311 = 2 then '23505' when r % 199 = 4 then '57014' end as sqlstate,
      case when q % 1009 = 0 then 1000 + q % 90000 when q % 53 = 0 then 50 + q % 900 else 0.2 + (q % 400) / 10.0 end::float8 as duration_ms,
      case when q % 2003 = 0 then 10000 + q % 900000 else q % 120 end::bigint as row_count
    from pair
  ), worded as materialized (
    select *, case
        when kind = 'rule.updated' then 'rule ' || q % 300 || ' changed' || chr(10) || 'rule.updated'
        when required = 2 then 'update ' || rel || ' set status = ''' || (array['new','paid','sent','void'])[1 + q % 4] || ''' where id = ' || q || chr(10) || 'statement.decided'
        when required = 4 then 'create index idx_' || substr(h, 20, 6) || ' on ' || rel || ' (created_at)' || chr(10) || 'statement.decided'
        else 'select id, total, status from ' || rel || ' where customer_id = ' || q || ' order by created_at desc limit ' || 10 + r % 90
          || case when n % 500000 = 77 then ' /* ${HISTORY.rareWord} */' else '' end || chr(10) || 'statement.decided' end as search_text
    from said
  )
  insert into audit_event (id, org_id, at, kind, path, actor_id, actor_label, decision, environment_id, connection_slug, required, relations,
      client_address, client_application, intent_id, status, duration_ms, row_count, sqlstate, finished_at, agent_id, seq, hash, search_text, event)
  select case half when 0 then h::uuid else md5('end ' || h)::uuid end, $1::uuid, at + half * interval '1 ms',
    case half when 0 then kind else 'statement.finished' end, 'wire', actor_id, actor_label,
    case half when 0 then decision end, ($6::uuid[])[1 + q % cardinality($6::uuid[])], case when kind <> 'rule.updated' then connection_slug end,
    case when half = 0 and kind <> 'rule.updated' then required end, case when half = 0 and kind <> 'rule.updated' then array['public.' || rel, rel] end,
    case when kind <> 'rule.updated' then ('10.' || q % 5 || '.' || q % 200 || '.' || r % 250)::inet end,
    case when kind <> 'rule.updated' then (array['psql', 'DBeaver', 'Metabase', 'app'])[1 + q % 4] end,
    case half when 1 then h::uuid end,
    case when decision = 'allowed' then case when sqlstate is null then 'succeeded' when sqlstate = '57014' then 'cancelled' else 'failed' end end,
    case when decision = 'allowed' then duration_ms end, case when decision = 'allowed' and sqlstate is null then row_count end,
    case when decision = 'allowed' then sqlstate end, case when decision = 'allowed' then at + interval '1 ms' end,
    $7::uuid, n * 2 + half, decode(h || h, 'hex'),
    case half when 0 then search_text else '' end,
    json_build_object('id', h::uuid, 'at', at, 'kind', kind, 'actor', json_build_object('type', 'user', 'id', actor_id, 'label', actor_label),
      'decision', decision, 'statement', json_build_object('text', split_part(search_text, chr(10), 1), 'bytes', 80, 'sha256', h, 'truncated', false, 'kinds', json_build_array('SELECT')))
  from worded, generate_series(0, 1) half
  where half = 0 or decision = 'allowed'`;

const PIECE = 50_000;
/** A decision brings 1.95 events on average: changes and refusals have no end. */
const EVENTS_A_PAIR = 1.97;

/** The secondary indexes of the trail, for building them once after the load instead of row by row. */
async function secondaryIndexes(client: pg.Client): Promise<{ name: string; definition: string }[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = 'audit_event'::regclass and not exists (select from pg_constraint k where k.conindid = i.indexrelid)`,
  );
  return rows;
}

/** Fills the trail of one organisation, as its table's owner, evenly over the days; weeks get their partitions. */
export async function fillHistory(
  client: pg.Client,
  { orgId, environmentIds, agentId, events, days, until }: HistoryOptions,
  report: (text: string) => void = () => undefined,
  /** Each piece of the work goes through this: on a machine that is shared it waits for its turn. */
  turn: (work: () => Promise<unknown>) => Promise<unknown> = (work) => work(),
): Promise<void> {
  const pairs = Math.round(events / EVENTS_A_PAIR);
  const from = new Date(until.getTime() - days * 86_400_000);
  const step = `${(days * 86_400_000) / pairs} milliseconds`;
  await client.query(
    "select postern_audit_partition(($1::timestamptz + n * interval '1 day')::date) from generate_series(0, $2) n",
    [from, days],
  );
  const indexes = await secondaryIndexes(client);
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  await client.query("set timezone = 'UTC'; alter table audit_event disable trigger all");
  for (let first = 1; first <= pairs; first += PIECE) {
    const last = Math.min(pairs, first + PIECE - 1);
    await turn(() => client.query(FILL, [orgId, first, last, from, step, environmentIds, agentId]));
    report(`${last} of ${pairs} statements written`);
  }
  await client.query('alter table audit_event enable trigger all');
  await buildIndexes(client, indexes, report, turn);
  // Groups of 32 in each chain, as ingestion makes them of what an agent pushes.
  await turn(() => client.query('select postern_audit_rebuild_words()'));
  await turn(() => client.query('vacuum analyze audit_words'));
  report('words of neighbours written');
}

/** Week by week; the index of the whole table then takes over what is there. */
async function buildIndexes(
  client: pg.Client,
  indexes: readonly { definition: string }[],
  report: (text: string) => void,
  turn: (work: () => Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  const { rows: weeks } = await client.query<{ name: string }>(
    "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'audit_event'::regclass order by 1",
  );
  for (const { name } of weeks) {
    for (const { definition } of indexes)
      await turn(() => client.query(definition.replace(/INDEX \w+ ON (ONLY )?\S+/, `INDEX ON ${name}`)));
    await turn(() => client.query(`vacuum analyze ${name}`));
    report(`indexes of ${name} built`);
  }
  for (const { definition } of indexes) await turn(() => client.query(definition.replace('ON ONLY', 'ON')));
  await turn(() => client.query('analyze audit_event'));
}
