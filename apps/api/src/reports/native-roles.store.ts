import type { PoolClient } from 'pg';
import { MOST_ROWS } from './document.js';

export interface ManagedConnection {
  slug: string;
  environment: string;
  mode: string | null;
  fourEyes: boolean | null;
  driftEverySeconds: number | null;
  /** The newest manifest; null: roles are not managed. */
  version: number | null;
  sha256: string | null;
  body: string | null;
  author: string | null;
  savedAt: Date | null;
  state: string | null;
  checkedAt: Date | null;
  reason: string | null;
}

/** Every connection, with how its roles are managed at this moment. */
export async function readManaged(client: PoolClient, connection?: string): Promise<ManagedConnection[]> {
  const { rows } = await client.query<ManagedConnection>(
    `select c.slug, n.name as environment, s.mode, s.four_eyes as "fourEyes", s.drift_every_s as "driftEverySeconds",
            m.version, m.sha256, m.body, m.author_label as author, m.created_at as "savedAt",
            t.state, t.checked_at as "checkedAt", t.reason
       from db_connection c join environment n on n.id = c.environment_id
       left join role_settings s on s.connection_id = c.id
       left join role_status t on t.connection_id = c.id
       left join lateral (select * from role_manifest m where m.org_id = c.org_id and m.connection_id = c.id
                           order by m.version desc limit 1) m on true
      where $1::text is null or c.slug = $1 order by n.name, c.slug`,
    [connection ?? null],
  );
  return rows;
}

export interface Period {
  from: Date;
  to: Date;
  connection?: string | undefined;
}

const values = ({ from, to, connection }: Period) => [from, to, connection ?? null];

export interface FindingLine {
  slug: string;
  firstSeenAt: Date;
  lastSeenAt: Date;
  resolvedAt: Date | null;
  changeCount: number;
  ignoredUntil: Date | null;
  ignoredBy: string | null;
  ignoredReason: string | null;
}

/** What differed at some time of the period. */
export async function readFindings(client: PoolClient, period: Period): Promise<FindingLine[]> {
  const { rows } = await client.query<FindingLine>(
    `select c.slug, f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt", f.resolved_at as "resolvedAt",
            f.change_count as "changeCount", f.ignored_until as "ignoredUntil", f.ignored_label as "ignoredBy",
            f.ignored_reason as "ignoredReason"
       from drift_finding f join db_connection c on c.id = f.connection_id
      where f.first_seen_at < $2 and coalesce(f.resolved_at, 'infinity') >= $1 and ($3::text is null or c.slug = $3)
      order by f.first_seen_at desc, f.id limit ${MOST_ROWS + 1}`,
    values(period),
  );
  return rows;
}

export interface ChangeLine {
  slug: string;
  at: Date;
  by: string | null;
  subject: string;
  destructive: boolean;
  statements: string[];
}

const CHANGE = `x.change ->> 'subject' as subject, (x.change ->> 'destructive')::boolean as destructive,
  array(select json_array_elements_text(x.change -> 'statements')) as statements`;

/** What would undo that which differs now. */
export async function readOpenDrift(client: PoolClient, connection?: string): Promise<ChangeLine[]> {
  const { rows } = await client.query<ChangeLine>(
    `select c.slug, f.first_seen_at as at, null as by, ${CHANGE}
       from drift_finding f join db_connection c on c.id = f.connection_id
      cross join lateral json_array_elements(f.content -> 'changes') with ordinality as x (change, n)
      where f.resolved_at is null and ($1::text is null or c.slug = $1) order by c.slug, x.n limit ${MOST_ROWS + 1}`,
    [connection ?? null],
  );
  return rows;
}

/** What was carried out in the period. */
export async function readApplied(client: PoolClient, period: Period): Promise<ChangeLine[]> {
  const { rows } = await client.query<ChangeLine>(
    `select c.slug, p.finished_at as at, p.approved_label as by, ${CHANGE}
       from role_plan p join db_connection c on c.id = p.connection_id
      cross join lateral json_array_elements(p.content -> 'changes') with ordinality as x (change, n)
      where p.state = 'applied' and p.finished_at >= $1 and p.finished_at < $2 and ($3::text is null or c.slug = $3)
      order by p.finished_at desc, p.id, x.n limit ${MOST_ROWS + 1}`,
    values(period),
  );
  return rows;
}

export interface PlanLine {
  slug: string;
  manifestVersion: number;
  cause: string;
  state: string;
  requestedBy: string;
  createdAt: Date;
  approvedBy: string | null;
  approvedAt: Date | null;
  closedBy: string | null;
  finishedAt: Date | null;
  changeCount: number | null;
  destructiveCount: number | null;
  reason: string | null;
}

/** Plans that were asked for in the period. */
export async function readPlans(client: PoolClient, period: Period): Promise<PlanLine[]> {
  const { rows } = await client.query<PlanLine>(
    `select c.slug, p.manifest_version as "manifestVersion", p.cause, p.state, p.requested_label as "requestedBy",
            p.created_at as "createdAt", p.approved_label as "approvedBy", p.approved_at as "approvedAt",
            p.closed_label as "closedBy", p.finished_at as "finishedAt", p.change_count as "changeCount",
            p.destructive_count as "destructiveCount", p.reason
       from role_plan p join db_connection c on c.id = p.connection_id
      where p.created_at >= $1 and p.created_at < $2 and ($3::text is null or c.slug = $3)
      order by p.created_at desc, p.id limit ${MOST_ROWS + 1}`,
    values(period),
  );
  return rows;
}
