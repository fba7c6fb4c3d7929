import { requireConnection } from '../connections/connection.queries.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';

/** A statement of the trail that may have made the difference. */
export interface DriftStatement {
  eventId: string;
  at: Date;
  actorLabel: string;
  text: string;
  /** It names a role that the finding is about. */
  isAboutIt: boolean;
}

/** Where a difference is likely to come from: what our own trail has of the time in which it came. */
export interface DriftCauses {
  /** When the database was last known to be as wanted; null: never, or too long ago. */
  since: Date | null;
  until: Date;
  statements: DriftStatement[];
  /** Nothing that went through Postern in that time could have done it. */
  isOutside: boolean;
}

interface Finding {
  id: string;
  orgId: string;
  connectionId: string;
  firstSeenAt: Date;
}

const MOST = 20;
const TEXT_MAX = 500;
const TIMEOUT_MS = 5_000;
/** Without a look that found everything as wanted, no further back than this. */
const FURTHEST_MS = 30 * 24 * 3_600_000;
/** A statement is recorded a moment before its transaction commits, and clocks differ. */
const SLACK_MS = 60_000;

/** Kinds of statements that can change who may do what (core's names of statement kinds). */
const CHANGES_ACCESS = '(GRANT|REVOKE|ROLE|USER|OWNED|OWNER|PRIVILEGES|POLICY|SCHEMA|DO|CALL)';

export function readDriftCauses(db: TenantDb, finding: Finding): Promise<DriftCauses> {
  const { orgId, connectionId, firstSeenAt } = finding;
  return db.withOrg(orgId, async (tx) => {
    const { slug } = await requireConnection(tx, connectionId);
    const since = await lastConverged(tx, connectionId, firstSeenAt);
    const from = since ?? new Date(firstSeenAt.getTime() - FURTHEST_MS);
    const statements = await accessStatements(tx, { slug, findingId: finding.id, from, until: firstSeenAt });
    return {
      since,
      until: firstSeenAt,
      statements,
      // Of a time that nobody looked at before, nothing can be said.
      isOutside: since !== null && statements.length === 0,
    };
  });
}

/** The last look, or apply, after which nothing differed. */
async function lastConverged(tx: Tx, connectionId: string, before: Date): Promise<Date | null> {
  const rows = await tx.$queryRaw<{ at: Date }[]>`
    select finished_at as at from agent_task
    where connection_id = ${connectionId}::uuid and state = 'succeeded' and finished_at < ${before}
      and (kind = 'roles.apply' or (kind in ('roles.scan', 'roles.plan') and result -> 'plan' ->> 'changeCount' = '0'))
    order by finished_at desc limit 1`;
  return rows[0]?.at ?? null;
}

async function accessStatements(
  tx: Tx,
  { slug, findingId, from, until }: { slug: string; findingId: string; from: Date; until: Date },
): Promise<DriftStatement[]> {
  await tx.$queryRaw`select set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`;
  return tx.$queryRaw<DriftStatement[]>`
    with subjects as (
      select distinct lower(n.name) as name from drift_finding f,
        json_array_elements(f.content::json -> 'changes') as c (change), regexp_split_to_table(c.change ->> 'subject', ' in ') as n (name)
      where f.id = ${findingId}::uuid and length(n.name) > 2)
    select e.id as "eventId", e.at, e.actor_label as "actorLabel",
      left(e.event -> 'statement' ->> 'text', ${TEXT_MAX}) as text,
      exists (select from subjects s where strpos(lower(e.event -> 'statement' ->> 'text'), s.name) > 0) as "isAboutIt"
    from audit_event e
    where e.connection_slug = ${slug} and e.at > ${new Date(from.getTime() - SLACK_MS)} and e.at <= ${until}
      and e.kind = 'statement.decided' and e.decision = 'allowed'
      and exists (select from json_array_elements_text(e.event -> 'statement' -> 'kinds') as k (name)
        where k.name ~ ${CHANGES_ACCESS})
    order by "isAboutIt" desc, e.at desc limit ${MOST}`;
}
