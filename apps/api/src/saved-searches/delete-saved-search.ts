import { recordChange } from '../audit/record-change.js';
import { isAtLeast } from '../auth/actors.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireSavedSearch } from './saved-search.queries.js';
import { deleteSavedSearchRow } from './saved-search.store.js';

/** Deletes one of the caller's own; an admin also what others share. */
export async function deleteSavedSearch(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  await db.withOrg(actor.orgId, async (tx) => {
    const row = await requireSavedSearch(
      tx,
      id,
      (found) => found.userId === actor.userId || (found.isShared && isAtLeast(actor.role, 'admin')),
    );
    await deleteSavedSearchRow(tx, row.id);
    await recordChange(tx, actor.orgId, {
      kind: 'saved_search.deleted',
      actor: auditActorOf(actor),
      target: { type: 'saved_search', id: row.id, label: row.name },
      before: { name: row.name, query: row.query, isShared: row.isShared },
    });
  });
}
