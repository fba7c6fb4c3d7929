import { PosternError } from '@postern/core/errors';
import { permissionsOf } from '@postern/core/policy';
import { recordChange } from '../audit/record-change.js';
import { isAtLeast } from '../auth/actors.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireReview } from './review.queries.js';
import { listItems, type ReviewItemRow, type ReviewRow, setDecision } from './review.store.js';
import { revokeAccess } from './revoke-access.js';

const MOST_AT_ONCE = 200;
const NOTE_MAX = 500;

export interface Deciding {
  reviewId: string;
  itemIds: readonly string[];
  decision: 'certified' | 'revoked';
  note?: string | null;
}

const invalid = (field: string, message: string, fix: string) =>
  new PosternError('input.invalid', message, { field, fix });

/** Certifies or revokes. The reviewer of an item decides it, or an administrator; nobody about themselves. */
export async function decideItems(
  db: TenantDb,
  actor: OrgActor,
  deciding: Deciding,
): Promise<ReviewItemRow[]> {
  const note = (deciding.note ?? '').trim();
  if (note.length > NOTE_MAX)
    throw invalid('note', '`note` is too long', `use at most ${NOTE_MAX} characters`);
  const { review, items } = await itemsToDecide(db, actor, deciding);
  const gone = items.find((item) => item.decision === 'revoked' && deciding.decision === 'certified');
  if (gone)
    throw invalid(
      'itemIds',
      `the access of \`${gone.userEmail}\` to \`${gone.connectionSlug}\` was revoked already`,
      'where they need it again, give it with a rule',
    );
  for (const item of items) await decideOne(db, actor, review, item, { decision: deciding.decision, note });
  return itemsNow(db, actor, review.id, deciding.itemIds);
}

/** The items as they are after a change. */
export function itemsNow(
  db: TenantDb,
  actor: OrgActor,
  reviewId: string,
  ids: readonly string[],
): Promise<ReviewItemRow[]> {
  return db.withOrg(actor.orgId, async (tx) => {
    const all = await listItems(tx, reviewId, undefined);
    return all.filter(({ id }) => ids.includes(id));
  });
}

/** Items of an open review that the caller may decide about: all of those asked for, or an error. */
export function itemsToDecide(
  db: TenantDb,
  actor: OrgActor,
  { reviewId, itemIds }: Pick<Deciding, 'reviewId' | 'itemIds'>,
): Promise<{ review: ReviewRow; items: ReviewItemRow[] }> {
  if (itemIds.length > MOST_AT_ONCE)
    throw invalid('itemIds', 'these are too many at once', `decide at most ${MOST_AT_ONCE} at a time`);
  return db.withOrg(actor.orgId, async (tx) => {
    const review = await requireReview(tx, reviewId);
    if (review.closedAt !== null)
      throw new PosternError('access_review.closed', 'the review is closed', { fix: 'start another one' });
    const known = new Map((await listItems(tx, review.id, undefined)).map((item) => [item.id, item]));
    const items = itemIds.map((id) => {
      const item = known.get(id);
      const mayDecide = item?.reviewerId === actor.userId || isAtLeast(actor.role, 'admin');
      if (!item || !mayDecide)
        throw new PosternError('access_review.not_found', 'this is not yours to decide', {
          field: 'itemIds',
          fix: 'choose among the items that you review',
        });
      if (item.userId === actor.userId)
        throw new PosternError('auth.forbidden', 'nobody decides about their own access', {
          field: 'itemIds',
          fix: 'leave it to another reviewer',
        });
      return item;
    });
    return { review, items };
  });
}

/** The rules first, each in a transaction of its own; deciding again after a failure does no harm. */
async function decideOne(
  db: TenantDb,
  actor: OrgActor,
  review: ReviewRow,
  item: ReviewItemRow,
  { decision, note }: { decision: 'certified' | 'revoked'; note: string },
): Promise<void> {
  const outcome = decision === 'revoked' ? await revokeAccess(db, actor, review, item) : null;
  await db.withOrg(actor.orgId, async (tx) => {
    await setDecision(tx, item.id, {
      decision,
      note,
      outcome,
      decidedByLabel: actor.email,
      decidedAt: new Date(),
    });
    await recordChange(tx, actor.orgId, {
      kind: 'access_review.decided',
      actor: auditActorOf(actor),
      target: { type: 'access_review', id: review.id, label: review.name },
      ...(note === '' ? {} : { reason: note }),
      after: {
        decision,
        person: item.userEmail,
        connection: item.connectionSlug,
        permissions: permissionsOf(item.permissions),
        ...(outcome === null ? {} : { outcome }),
      },
    });
  });
}
