import { recordChange } from '../audit/record-change.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireConnection } from './connection.queries.js';
import { type ConnectionRow, updateConnectionRow } from './connection.store.js';
import { auditedConnection, parseSettings } from './connection-settings.js';

/** Changes name and limits. The short name stays: rules and the agent's configuration know it. */
export function updateConnection(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; input: unknown },
): Promise<ConnectionRow> {
  const settings = parseSettings(given.input);
  return db.withOrg(actor.orgId, async (tx) => {
    const before = await requireConnection(tx, given.id);
    const after = await updateConnectionRow(tx, before.id, settings);
    await recordChange(tx, actor.orgId, {
      kind: 'connection.updated',
      actor: auditActorOf(actor),
      connection: { id: after.id, slug: after.slug },
      target: { type: 'connection', id: after.id, label: after.slug },
      before: auditedConnection(before),
      after: auditedConnection(after),
    });
    await requestPublication(tx, actor.orgId, after.environmentId);
    return after;
  });
}
