import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { input, parseInput } from '../errors/parse-input.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireGroup } from './group.queries.js';
import { type GroupRow, renameGroup } from './group.store.js';

const change = z.object({ name: input.name });

/** Renames a group. Its short name stays: rules name it. */
export function updateGroup(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; name: string },
): Promise<GroupRow> {
  const { name } = parseInput(change, given);
  return db.withOrg(actor.orgId, async (tx) => {
    const before = await requireGroup(tx, given.id);
    const after = await renameGroup(tx, before.id, name);
    await recordChange(tx, actor.orgId, {
      kind: 'group.updated',
      actor: auditActorOf(actor),
      target: { type: 'group', id: after.id, label: after.slug },
      before: { name: before.name },
      after: { name },
    });
    await requestPublication(tx, actor.orgId);
    return after;
  });
}
