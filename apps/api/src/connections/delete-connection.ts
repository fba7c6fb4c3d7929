import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { counted } from '../errors/counted.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { requestPublication } from '../policy/request-publication.js';
import { connectionRuleCounts } from '../rules/rule.queries.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireConnection } from './connection.queries.js';
import { deleteConnectionRow } from './connection.store.js';
import { auditedConnection } from './connection-settings.js';

/** Deletes a connection that no rule names. */
export async function deleteConnection(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  const remove = db.withOrg(actor.orgId, async (tx) => {
    const row = await requireConnection(tx, id);
    await deleteConnectionRow(tx, id);
    await recordChange(tx, actor.orgId, {
      kind: 'connection.deleted',
      actor: auditActorOf(actor),
      connection: { id, slug: row.slug },
      target: { type: 'connection', id, label: row.slug },
      before: auditedConnection(row),
    });
    await requestPublication(tx, actor.orgId, row.environmentId);
  });
  await remove.catch(async (error) => {
    if (violatedConstraint(error) !== 'rule_connection_fk') throw error;
    const rules = (await connectionRuleCounts(db, actor.orgId, [id])).get(id) ?? 0;
    throw new PosternError(
      'connection.in_use',
      `${counted(rules, 'rule names', 'rules name')} this connection`,
      {
        field: 'id',
        fix: 'delete or change its rules first',
        facts: { rules },
      },
    );
  });
}
