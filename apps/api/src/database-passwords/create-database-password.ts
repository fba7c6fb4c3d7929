import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { requireEnvironment } from '../environments/environment.queries.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import type { DatabasePasswordView } from './database-password.queries.js';
import { putPassword } from './database-password.store.js';
import { LIFETIME_MS, type Lifetime } from './lifetime.js';
import { newDatabasePassword, scramVerifier } from './scram-verifier.js';

/**
 * The caller's password for PostgreSQL clients in one environment, in place of the one before. It proves who they are; what
 * they may do is for the rules to say. Nobody makes one for somebody else: it is shown to its holder, once.
 */
export async function createDatabasePassword(
  db: TenantDb,
  actor: OrgActor,
  asked: { environmentId: string; lifetime: Lifetime },
): Promise<{ databasePassword: DatabasePasswordView; password: string }> {
  const password = newDatabasePassword();
  const verifier = await scramVerifier(password);
  const databasePassword = await db.withOrg(actor.orgId, async (tx) => {
    const environment = await requireEnvironment(tx, asked.environmentId, 'environmentId');
    const createdAt = new Date();
    const row = {
      id: uuidv7(),
      orgId: actor.orgId,
      environmentId: environment.id,
      userId: actor.userId,
      expiresAt: new Date(createdAt.getTime() + LIFETIME_MS[asked.lifetime]),
      createdAt,
    };
    const replaced = await putPassword(tx, { ...row, verifier });
    await recordChange(tx, actor.orgId, {
      kind: 'database_password.created',
      actor: auditActorOf(actor),
      target: { type: 'database_password', id: row.id, label: `${actor.email} in ${environment.name}` },
      after: { environment: environment.name, expiresAt: row.expiresAt.toISOString(), replaced },
    });
    await requestPublication(tx, actor.orgId, environment.id);
    return { ...row, user: { id: actor.userId, email: actor.email, name: actor.name } };
  });
  return { databasePassword, password };
}
