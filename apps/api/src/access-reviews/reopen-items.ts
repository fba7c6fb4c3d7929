import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type Deciding, itemsNow, itemsToDecide } from './decide-items.js';
import { clearCertified, type ReviewItemRow } from './review.store.js';

/** Takes certifications back, so that the items wait for a decision again. */
export async function reopenItems(
  db: TenantDb,
  actor: OrgActor,
  asked: Pick<Deciding, 'reviewId' | 'itemIds'>,
): Promise<ReviewItemRow[]> {
  const { review, items } = await itemsToDecide(db, actor, asked);
  const gone = items.find((item) => item.decision === 'revoked');
  if (gone)
    throw new PosternError(
      'input.invalid',
      `the access of \`${gone.userEmail}\` to \`${gone.connectionSlug}\` was revoked: rules were changed`,
      { field: 'itemIds', fix: 'where they need it again, give it with a rule' },
    );
  const certified = items.filter((item) => item.decision === 'certified');
  await db.withOrg(actor.orgId, async (tx) => {
    const count = await clearCertified(
      tx,
      certified.map(({ id }) => id),
    );
    if (count === 0) return;
    await recordChange(tx, actor.orgId, {
      kind: 'access_review.reopened',
      actor: auditActorOf(actor),
      target: { type: 'access_review', id: review.id, label: review.name },
      before: {
        certified: certified.map(({ userEmail, connectionSlug }) => `${userEmail} on ${connectionSlug}`),
      },
    });
  });
  return itemsNow(db, actor, review.id, asked.itemIds);
}
