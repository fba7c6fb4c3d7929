import { PosternError } from '@postern/core/errors';
import { permissionsOf } from '@postern/core/policy';
import { recordChange } from '../audit/record-change.js';
import { isUuid } from '../graphql/ids.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type AccessRequestView, withPeople } from './access-request.queries.js';
import { closeRequestRow, findRequest } from './access-request.store.js';

export type RequestOutcome = 'granted' | 'declined';

/** Answers a request. Granting is what a rule does: this only says that somebody has seen to it. */
export function closeAccessRequest(
  db: TenantDb,
  actor: OrgActor,
  id: string,
  outcome: RequestOutcome,
): Promise<AccessRequestView> {
  return db.withOrg(actor.orgId, async (tx) => {
    const before = isUuid(id) ? await findRequest(tx, id) : null;
    if (!before) {
      throw new PosternError('access_request.not_found', `there is no request \`${id}\``, {
        field: 'id',
        fix: 'reload the list',
      });
    }
    const closed = { outcome, closedAt: new Date(), closedByLabel: actor.email };
    if (!(await closeRequestRow(tx, before.id, closed))) {
      throw new PosternError('access_request.closed', 'somebody has answered this request already', {
        field: 'id',
        fix: 'reload the list',
      });
    }
    await recordChange(tx, actor.orgId, {
      kind: 'access_request.closed',
      actor: auditActorOf(actor),
      target: { type: 'access_request', id: before.id, label: before.connectionSlug },
      before: { connection: before.connectionSlug, permissions: permissionsOf(before.permissions) },
      after: { outcome },
    });
    const [view] = await withPeople(tx, [{ ...before, ...closed }]);
    if (view) return view;
    throw new PosternError('access_request.not_found', 'who asked is no longer a member', { field: 'id' });
  });
}
