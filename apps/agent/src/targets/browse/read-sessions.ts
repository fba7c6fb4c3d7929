import { OwnName } from '../own-name.js';
import type { Rows } from './browse-session.js';

export interface SessionRow {
  readonly pid: number;
  readonly application: string;
  readonly user: string;
  readonly client: string | null;
  readonly state: string | null;
  readonly wait: string | null;
  readonly query: string;
  readonly startedAt: string | null;
  readonly queryMs: number | null;
  readonly transactionMs: number | null;
  readonly blockedBy: number[];
  readonly locks: { mode: string; target: string; isGranted: boolean }[];
}

/** Client sessions of this database. Locks of a relation and of whatever else somebody waits for. */
const SESSIONS = `
  select a.pid, a.application_name as application, a.usename as user, a.client_addr::text as client, a.state,
    case when a.wait_event is not null then a.wait_event_type || ': ' || a.wait_event end as wait, pg_catalog.left(a.query, 20000) as query,
    a.backend_start::text as "startedAt",
    pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - a.query_start) * 1000)::float8 as "queryMs",
    pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - a.xact_start) * 1000)::float8 as "transactionMs",
    pg_catalog.to_json(pg_catalog.pg_blocking_pids(a.pid)) as "blockedBy",
    (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('mode', l.mode, 'target', l.target, 'isGranted', l.granted)), '[]') from (
      select k.mode, k.granted, coalesce(n.nspname || '.' || c.relname, k.locktype) as target
      from pg_catalog.pg_locks k left join pg_catalog.pg_class c on c.oid = k.relation and k.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
        left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where k.pid = a.pid and (not k.granted or (c.oid is not null and n.nspname <> 'pg_catalog'))
      order by k.granted, 3 limit 50) l) as locks
  from pg_catalog.pg_stat_activity a
  where a.datname = pg_catalog.current_database() and a.backend_type = 'client backend' and a.pid <> pg_catalog.pg_backend_pid()
  order by a.query_start desc nulls last limit 500`;

export const readSessions = (rows: Rows): Promise<SessionRow[]> => rows<SessionRow>(SESSIONS);

/** Only while it is still that person's: process numbers are used again. */
const CANCEL = `
  select pg_catalog.pg_cancel_backend(a.pid) from pg_catalog.pg_stat_activity a
  where a.pid = $1 and (a.application_name = $2 or pg_catalog.starts_with(a.application_name, pg_catalog.concat($2::text, ' ')))`;

export async function cancelSession(rows: Rows, pid: number, name: string): Promise<void> {
  await rows(CANCEL, [pid, name]);
}

/** How PostgreSQL shows a person's sessions; undefined for addresses that it would cut or change, which could be taken for others'. */
export function sessionNameOf(email: string): string | undefined {
  const name = `postern:${email}`;
  return /^[\x21-\x7e]{1,63}$/.test(name) && new OwnName(email).atStart === name ? name : undefined;
}
