import { type Page, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { AWAY_AFTER_MS } from './plan-task.queries.js';
import { type RoleStateRow, type RoleStatesFilter, roleStates } from './role-states.store.js';

export type { RoleStatesFilter };

/** How the roles of all connections are, by their slugs: one question, however many there are. */
export function listRoleStates(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs & { filter?: RoleStatesFilter | undefined; search?: string | undefined },
): Promise<Page<RoleStateRow>> {
  const request = pageRequest(args);
  const { filter, search } = args;
  return db.withOrg(actor.orgId, async (tx) => {
    const rows = await roleStates(tx, {
      filter,
      search,
      afterSlug: request.after?.[0],
      take: request.take,
      seenAfter: new Date(Date.now() - AWAY_AFTER_MS),
    });
    return pageOf(
      request,
      rows,
      (row) => [row.slug],
      (row) => row,
    );
  });
}
