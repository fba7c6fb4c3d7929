import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { input, parseInput } from '../errors/parse-input.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireEnvironment } from './environment.queries.js';
import { type EnvironmentRow, renameEnvironment } from './environment.store.js';

const change = z.object({ name: input.name });

/** Renames an environment. Its short name stays: rules and people know it. */
export function updateEnvironment(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; name: string },
): Promise<EnvironmentRow> {
  const { name } = parseInput(change, given);
  return db.withOrg(actor.orgId, async (tx) => {
    const before = await requireEnvironment(tx, given.id);
    const after = await renameEnvironment(tx, before.id, name);
    await recordChange(tx, actor.orgId, {
      kind: 'environment.updated',
      actor: auditActorOf(actor),
      target: { type: 'environment', id: after.id, label: after.name },
      before: { name: before.name },
      after: { name },
    });
    await requestPublication(tx, actor.orgId, after.id);
    return after;
  });
}
