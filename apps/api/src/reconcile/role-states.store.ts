import { LIVE_PLAN_STATES, type PlanState } from '@postern/core/reconcile';
import { Prisma } from '../generated/prisma/client.js';
import type { Tx } from '../tenancy/tenant-db.js';
import type { RoleState } from './status.js';

export interface RoleStateRow {
  connectionId: string;
  slug: string;
  name: string;
  environmentName: string;
  /** Null: no manifest, so that Postern does not manage its roles. */
  manifestVersion: number | null;
  state: RoleState;
  reason: string | null;
  checkedAt: Date | null;
  nextScanAt: Date | null;
  planId: string | null;
  planState: PlanState | null;
  driftCount: number | null;
  driftSince: Date | null;
  isDriftIgnored: boolean;
  hasAgent: boolean;
}

export type RoleStatesFilter = RoleState | 'plan_pending' | 'agent_away' | 'unmanaged';

const FILTERS: Readonly<Record<RoleStatesFilter, Prisma.Sql>> = {
  converged: Prisma.sql`r."manifestVersion" is not null and r.state = 'converged'`,
  drifted: Prisma.sql`r."manifestVersion" is not null and r.state = 'drifted'`,
  unknown: Prisma.sql`r."manifestVersion" is not null and r.state = 'unknown'`,
  plan_pending: Prisma.sql`r."planState" = 'pending'`,
  agent_away: Prisma.sql`r."manifestVersion" is not null and not r."hasAgent"`,
  unmanaged: Prisma.sql`r."manifestVersion" is null`,
};

export function roleStates(
  tx: Tx,
  asked: {
    filter?: RoleStatesFilter | undefined;
    search?: string | undefined;
    afterSlug?: string | undefined;
    take: number;
    /** Agents that were heard of since are connected. */
    seenAfter: Date;
  },
): Promise<RoleStateRow[]> {
  const { filter, search, afterSlug, take, seenAfter } = asked;
  const named = search?.trim().toLowerCase() ?? '';
  return tx.$queryRaw<RoleStateRow[]>`
    select * from (
      select c.id as "connectionId", c.slug, c.name, e.name as "environmentName", m.version as "manifestVersion",
        coalesce(s.state, 'unknown') as state, s.reason, s.checked_at as "checkedAt", s.next_scan_at as "nextScanAt",
        p.id as "planId", p.state as "planState", f.change_count as "driftCount", f.first_seen_at as "driftSince",
        coalesce(f.ignored_until > now(), false) as "isDriftIgnored",
        exists (select from agent a where a.org_id = c.org_id and a.environment_id = c.environment_id and a.revoked_at is null
          and a.last_seen_at > ${seenAfter}) as "hasAgent"
      from db_connection c
      join environment e on e.org_id = c.org_id and e.id = c.environment_id
      left join lateral (select max(version) as version from role_manifest m
        where m.org_id = c.org_id and m.connection_id = c.id) m on true
      left join role_status s on s.org_id = c.org_id and s.connection_id = c.id
      left join role_plan p on p.org_id = c.org_id and p.connection_id = c.id and p.state in (${Prisma.join([...LIVE_PLAN_STATES])})
      left join drift_finding f on f.org_id = c.org_id and f.connection_id = c.id and f.resolved_at is null
      where (${named} = '' or strpos(c.slug, ${named}) > 0 or strpos(lower(c.name), ${named}) > 0)
    ) r
    where r.slug > ${afterSlug ?? ''} and ${filter === undefined ? Prisma.sql`true` : FILTERS[filter]}
    order by r.slug limit ${take}`;
}
