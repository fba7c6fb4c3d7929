import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { isAtLeast } from '../auth/actors.js';
import { requireEnvironment } from '../environments/environment.queries.js';
import { isUuid } from '../graphql/ids.js';
import { peopleById } from '../orgs/member.queries.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { deletePassword, findPassword } from './database-password.store.js';

/** Takes a database password back: one's own, or anybody's for an admin. To others it does not exist. */
export async function revokeDatabasePassword(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  await db.withOrg(actor.orgId, async (tx) => {
    const found = isUuid(id) ? await findPassword(tx, id) : null;
    const isTheirs = found !== null && (found.userId === actor.userId || isAtLeast(actor.role, 'admin'));
    if (!found || !isTheirs || !(await deletePassword(tx, found.id)))
      throw new PosternError('database_password.not_found', `there is no database password \`${id}\` here`, {
        field: 'id',
        fix: 'reload the list: it was revoked or replaced',
      });
    const environment = await requireEnvironment(tx, found.environmentId);
    const holder = (await peopleById(tx, [found.userId])).get(found.userId);
    await recordChange(tx, actor.orgId, {
      kind: 'database_password.revoked',
      actor: auditActorOf(actor),
      target: {
        type: 'database_password',
        id: found.id,
        label: `${holder?.email ?? found.userId} in ${environment.name}`,
      },
      before: { environment: environment.name, expiresAt: found.expiresAt.toISOString() },
    });
    await requestPublication(tx, actor.orgId, found.environmentId);
  });
}
