import type { PlanContent } from '@postern/core/reconcile';
import {
  type Attribution,
  attributeDrift,
  type Difference,
  type Evidence,
  type TouchedItem,
} from '@postern/core/roles';
import { requireConnection } from '../connections/connection.queries.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { findingContent } from './drift.store.js';

/** A statement of the trail that made, or may have made, a difference. */
export interface DriftStatement {
  eventId: string;
  at: Date;
  actorLabel: string;
  text: string;
}

export type DriftCauseKind = 'statement' | 'outside' | 'unknown';

/** Where a difference is likely to come from, and for how many of its objects. */
export interface DriftCause {
  kind: DriftCauseKind;
  objects: number;
  statement: DriftStatement | null;
  changedAt: Date | null;
  grantors: string[];
}

export interface DriftCauses {
  /** When the database was last known to be as wanted; null: never, or too long ago. */
  since: Date | null;
  until: Date;
  /** For each change of the finding, in its order; the most frequent first. */
  changes: DriftCause[][];
  opaque: DriftStatement[];
}

interface Finding {
  id: string;
  orgId: string;
  connectionId: string;
  firstSeenAt: Date;
}

interface TrailRow extends DriftStatement {
  touches: TouchedItem[] | null;
}

const MOST = 2_000;
const OPAQUE_MOST = 20;
const TEXT_MAX = 500;
const TIMEOUT_MS = 5_000;
/** Without a look that found everything as wanted, no further back than this. */
const FURTHEST_MS = 30 * 24 * 3_600_000;
/** A statement is recorded a moment before its transaction commits, and clocks differ. */
const SLACK_MS = 60_000;

/**
 * Kinds of statements (core's names) of which it is not known what they changed: programs, and where their agent did not say what of access
 * they touch.
 */
const OPAQUE =
  '^(DO|CALL|GRANT|REVOKE|(CREATE|ALTER|DROP|GRANT|REVOKE) ROLE|ALTER DEFAULT PRIVILEGES|.* OWNED|.* POLICY)$';

/** What our own trail knows of the time in which a finding came: change by change, by the attribution that `postern diff --why` uses. */
export function readDriftCauses(db: TenantDb, finding: Finding): Promise<DriftCauses> {
  const { orgId, connectionId, firstSeenAt } = finding;
  return db.withOrg(orgId, async (tx) => {
    const { slug } = await requireConnection(tx, connectionId);
    const content = (await findingContent(tx, finding.id)) as PlanContent;
    const since = await lastConverged(tx, connectionId, firstSeenAt);
    const from = new Date((since?.getTime() ?? firstSeenAt.getTime() - FURTHEST_MS) - SLACK_MS);
    const rows = await accessStatements(tx, { slug, from, until: firstSeenAt });
    const causes = attributeDrift({
      differences: content.changes.map(differenceIn),
      changedAt: (item) => (item as { changedAt?: string }).changedAt,
      trails: [
        {
          from: from.toISOString(),
          until: new Date(firstSeenAt.getTime() + SLACK_MS).toISOString(),
          events: rows.flatMap(evidenceOf),
        },
      ],
    });
    const byId = new Map(rows.map((row) => [row.eventId, shown(row)]));
    return {
      since,
      until: firstSeenAt,
      changes: causes.map((list) => list.map((each) => toCause(each, byId, since !== null))),
      opaque: rows
        .filter(({ touches }) => touches === null)
        .slice(0, OPAQUE_MOST)
        .map(shown),
    };
  });
}

/** Agents of before do not tell what a change is about: then nothing can be said about it. */
const differenceIn = ({ kind, difference }: PlanContent['changes'][number]): Difference => ({
  kind,
  items: difference?.items ?? [],
  effect: difference?.effect,
  grantors: difference?.grantors ?? [],
});

const evidenceOf = ({ eventId, at, actorLabel, text, touches }: TrailRow): Evidence[] =>
  touches === null
    ? []
    : [{ source: 'statement', at: at.toISOString(), actor: actorLabel, reference: eventId, text, touches }];

const shown = ({ eventId, at, actorLabel, text }: TrailRow): DriftStatement => ({
  eventId,
  at,
  actorLabel,
  text,
});

/** `isComplete`: the trail covers all the time in which it can have come; else nothing is said to be from outside without a date. */
function toCause(
  found: Attribution,
  byId: ReadonlyMap<string, DriftStatement>,
  isComplete: boolean,
): DriftCause {
  const isTold = found.cause === 'outside' && (isComplete || found.changedAt !== null);
  return {
    kind: found.cause === 'statement' ? 'statement' : isTold ? 'outside' : 'unknown',
    objects: found.items,
    statement: found.cause === 'statement' ? (byId.get(found.reference) ?? null) : null,
    changedAt: found.changedAt === null ? null : new Date(found.changedAt),
    grantors: [...found.grantors],
  };
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

/** Newest first: such as succeeded, or may have, and changed access, or may have. */
async function accessStatements(
  tx: Tx,
  { slug, from, until }: { slug: string; from: Date; until: Date },
): Promise<TrailRow[]> {
  await tx.$queryRaw`select set_config('statement_timeout', ${String(TIMEOUT_MS)}, true)`;
  return tx.$queryRaw<TrailRow[]>`
    select e.id as "eventId", coalesce(e.finished_at, e.at) as at, e.actor_label as "actorLabel",
      left(coalesce(nullif(s.statement ->> 'text', ''), s.statement ->> 'kinds'), ${TEXT_MAX}) as text,
      s.statement -> 'touches' as touches
    from audit_event e cross join lateral (select e.event -> 'statement') as s (statement)
    where e.connection_slug = ${slug} and e.at > ${from} and e.at <= ${until}
      and e.kind = 'statement.decided' and e.decision = 'allowed'
      and (e.status is null or e.status = 'succeeded')
      and (s.statement -> 'touches' is not null
        or exists (select from json_array_elements_text(s.statement -> 'kinds') as k (name) where k.name ~ ${OPAQUE}))
    order by e.at desc limit ${MOST}`;
}
