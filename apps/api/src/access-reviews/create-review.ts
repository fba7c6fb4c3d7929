import { PosternError } from '@postern/core/errors';
import { explain, visibleConnections } from '@postern/core/policy';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { connectionsBySlug } from '../connections/connection.queries.js';
import { input, parseInput } from '../errors/parse-input.js';
import { isUuid } from '../graphql/ids.js';
import { type MemberPerson, peopleById } from '../orgs/member.queries.js';
import { readOrgPolicy, readOrgPolicyRows } from '../rules/org-policy.queries.js';
import { rulesById } from '../rules/rule.queries.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { type ReviewView, viewOf } from './review.queries.js';
import { insertReview } from './review.store.js';

const MOST_ITEMS = 5_000;

export interface ReviewDraft {
  name: string;
  dueAt: Date;
  connection?: string | null;
  reviewerIds: readonly string[];
}

type NewItem = Parameters<typeof insertReview>[2][number];

async function requireReviewers(tx: Tx, ids: readonly string[]): Promise<MemberPerson[]> {
  if (ids.length === 0)
    throw new PosternError('input.invalid', 'the review has no reviewer', {
      field: 'review.reviewerIds',
      fix: 'name at least one person of the organisation',
    });
  const people = await peopleById(tx, ids.filter(isUuid));
  return [...new Set(ids)].map((id) => {
    const person = people.get(id.toLowerCase());
    if (person) return person;
    throw new PosternError('member.not_found', `\`${id}\` is not a member of the organisation`, {
      field: 'review.reviewerIds',
      fix: 'choose one of the members',
    });
  });
}

/** Everybody's access as it is now, dealt out in turn; nobody gets their own. */
async function itemsOf(
  tx: Tx,
  orgId: string,
  reviewId: string,
  connection: string | null,
  reviewers: readonly MemberPerson[],
): Promise<NewItem[]> {
  const policy = await readOrgPolicy(tx);
  const { principals } = await readOrgPolicyRows(tx);
  const items: NewItem[] = [];
  for (const { id, email, name } of principals)
    for (const visible of visibleConnections(policy, id)) {
      const { slug } = visible.connection;
      if (connection !== null && slug !== connection) continue;
      const others = reviewers.filter((reviewer) => reviewer.id !== id);
      const reviewer = others[items.length % Math.max(1, others.length)];
      if (!reviewer)
        throw new PosternError('input.invalid', `\`${email}\` would review their own access`, {
          field: 'review.reviewerIds',
          fix: 'name a second reviewer',
        });
      const ruleIds = [...new Set(explain(policy, id, slug).flatMap((grant) => grant.ruleIds))];
      items.push({
        ...{ id: uuidv7(), orgId, reviewId, userId: id, userEmail: email, userName: name },
        ...{ connectionSlug: slug, permissions: visible.mask, through: ruleIds },
        ...{ reviewerId: reviewer.id, reviewerEmail: reviewer.email },
      });
    }
  return withRuleWords(tx, items);
}

const MEMBERS_LISTED = 3;

function listedMembers(members: readonly string[]): string {
  const more = members.length - MEMBERS_LISTED;
  return `${members.slice(0, MEMBERS_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Rule ids become what a reviewer can judge: the rule in words. */
async function withRuleWords(tx: Tx, items: readonly NewItem[]): Promise<NewItem[]> {
  const rules = await rulesById(tx, [...new Set(items.flatMap(({ through }) => through))]);
  const words = (id: string): string => {
    const rule = rules.get(id);
    if (!rule) return id;
    const what = rule.permissions.includes('*') ? 'everything' : rule.permissions.join(', ');
    const where = rule.connection === '*' ? 'all connections' : rule.connection;
    const whom = rule.members.includes('*') ? 'everyone' : listedMembers(rule.members);
    return `${what} on ${where} for ${whom}`;
  };
  return items.map((item) => ({ ...item, through: item.through.map(words) }));
}

/** Starts a review of the access that people have at this moment. */
export function createReview(db: TenantDb, actor: OrgActor, draft: ReviewDraft): Promise<ReviewView> {
  const { name } = parseInput(z.object({ name: input.name }), { name: draft.name });
  if (draft.dueAt <= new Date())
    throw new PosternError('input.invalid', '`dueAt` has passed', {
      field: 'review.dueAt',
      fix: 'choose a day to come',
    });
  return db.withOrg(actor.orgId, async (tx) => {
    const connection = draft.connection || null;
    if (connection !== null && !(await connectionsBySlug(tx, [connection])).has(connection))
      throw new PosternError('connection.not_found', `there is no connection \`${connection}\``, {
        field: 'review.connection',
        fix: 'choose one of the list',
      });
    const reviewers = await requireReviewers(tx, draft.reviewerIds);
    const id = uuidv7();
    const items = await itemsOf(tx, actor.orgId, id, connection, reviewers);
    if (items.length === 0 || items.length > MOST_ITEMS)
      throw new PosternError(
        'input.invalid',
        items.length === 0
          ? 'nobody has access there'
          : `there are ${items.length} to review, the most is ${MOST_ITEMS}`,
        {
          field: 'review.connection',
          fix: items.length === 0 ? 'choose another connection' : 'review one connection at a time',
        },
      );
    const review = { id, orgId: actor.orgId, name, connectionSlug: connection, dueAt: draft.dueAt };
    await insertReview(tx, { ...review, createdByLabel: actor.email, createdAt: new Date() }, items);
    await recordChange(tx, actor.orgId, {
      kind: 'access_review.created',
      actor: auditActorOf(actor),
      target: { type: 'access_review', id, label: name },
      after: {
        dueAt: draft.dueAt.toISOString(),
        connection: connection ?? '*',
        items: items.length,
        reviewers: reviewers.map((reviewer) => reviewer.email),
      },
    });
    return viewOf(tx, actor, id);
  });
}
