import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { counted } from '../errors/counted.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireEnvironment } from './environment.queries.js';
import { countUsers, deleteEnvironmentRow } from './environment.store.js';

/** Deletes an empty environment. Its connections and agents have to go first; agents never do once they were enrolled. */
export async function deleteEnvironment(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  const remove = db.withOrg(actor.orgId, async (tx) => {
    const environment = await requireEnvironment(tx, id);
    await deleteEnvironmentRow(tx, id);
    await recordChange(tx, actor.orgId, {
      kind: 'environment.deleted',
      actor: auditActorOf(actor),
      target: { type: 'environment', id, label: environment.name },
      before: { slug: environment.slug, name: environment.name },
    });
  });
  await remove.catch(async (error) => {
    const constraint = violatedConstraint(error);
    if (constraint !== 'db_connection_environment_fk' && constraint !== 'agent_environment_fk') throw error;
    const { connections, agents } = await db.withOrg(actor.orgId, (tx) => countUsers(tx, id));
    const what = `${counted(connections, 'connection')} and ${counted(agents, 'agent')}`;
    throw new PosternError('environment.in_use', `the environment still has ${what}`, {
      field: 'id',
      fix: agents > 0 ? 'keep it: the audit trail names its agents' : 'delete its connections first',
      facts: { connections, agents },
    });
  });
}
