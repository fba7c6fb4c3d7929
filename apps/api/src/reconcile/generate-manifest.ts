import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { requireConnection } from '../connections/connection.queries.js';
import { isUuid } from '../graphql/ids.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { findTask, insertTask, type TaskRow, tellAgents } from './task.store.js';

export interface Generated {
  id: string;
  state: TaskRow['state'];
  body: string | null;
  failure: string | null;
}

/** Asks an agent for the manifest of what is there: the first step of adoption. Nothing is stored as a version by it. */
export function generateManifest(
  db: TenantDb,
  actor: OrgActor,
  { connectionId, suggestProfiles }: { connectionId: string; suggestProfiles: boolean },
): Promise<Generated> {
  return db.withOrg(actor.orgId, async (tx) => {
    const connection = await requireConnection(tx, connectionId, 'connectionId');
    const task = await insertTask(tx, {
      id: uuidv7(),
      orgId: actor.orgId,
      environmentId: connection.environmentId,
      connectionId: connection.id,
      planId: null,
      kind: 'roles.generate',
      payload: { suggestProfiles },
    });
    await tellAgents(tx, connection.environmentId);
    return generatedOf(task);
  });
}

export function readGenerated(db: TenantDb, actor: OrgActor, id: string): Promise<Generated> {
  return db.withOrg(actor.orgId, async (tx) => {
    const task = isUuid(id) ? await findTask(tx, id) : null;
    if (task?.kind === 'roles.generate') return generatedOf(task);
    throw new PosternError('role_manifest.not_found', `there is no generated manifest \`${id}\` here`, {
      field: 'id',
      fix: 'ask for a new one',
    });
  });
}

const generatedOf = ({ id, state, result, failure }: TaskRow): Generated => ({
  id,
  state,
  body: result?.manifest ?? null,
  failure: failure === null ? null : `${failure.message}; ${failure.fix}`,
});
