import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemindDueReviews } from '../src/access-reviews/remind-due-reviews.js';
import { createWorker } from '../src/create-worker.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, enrolAgent } from './company.js';
import { Endpoint } from './endpoint.js';
import { type FurnishedCompany, furnish, join, must, type TestPerson } from './people.js';
import { ask, finished, rowsOf } from './report-requests.js';
import { eventually, outboxSize } from './seed.js';

interface Item {
  id: string;
  userEmail: string;
  connection: string;
  permissions: string[];
  reviewerEmail: string;
  decision: string | null;
  outcome: string | null;
}

let api: TestApp;
let worker: INestApplicationContext;
let company: FurnishedCompany;
let ada: TestPerson;
let bob: TestPerson;
let rae: TestPerson;
let reviewId: string;

const ITEM = 'id userEmail connection permissions reviewerEmail decision outcome';

const run = <T = Record<string, { id: string }>>(
  document: string,
  more = {},
  cookie = company.cookie,
): Promise<T> => must<T>(api, document, { orgId: company.orgId, ...more }, cookie);
const published = () =>
  eventually('an empty outbox', async () => (await outboxSize(api.database.owner)) === 0);
const rule = (members: string[], connection = 'shop', permissions = ['write']) =>
  run('mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id } }', {
    rule: { connection, permissions, members },
  });
const itemsFor = async (cookie: string): Promise<Item[]> =>
  (
    await run<{ accessReviewItems: Item[] }>(
      `query ($orgId: ID!, $reviewId: ID!) { accessReviewItems(orgId: $orgId, reviewId: $reviewId) { ${ITEM} } }`,
      { reviewId },
      cookie,
    )
  ).accessReviewItems;
const decide = (itemIds: string[], decision: string, cookie: string, note?: string) =>
  api.graphql<{ decideAccess: Item[] }>(
    `mutation ($orgId: ID!, $reviewId: ID!, $itemIds: [ID!]!, $decision: ReviewDecision!, $note: String) {
      decideAccess(orgId: $orgId, reviewId: $reviewId, itemIds: $itemIds, decision: $decision, note: $note) { ${ITEM} }
    }`,
    { orgId: company.orgId, reviewId, itemIds, decision, note },
    cookie,
  );
const itemOf = async (email: string): Promise<Item> => {
  const item = (await itemsFor(company.cookie)).find(({ userEmail }) => userEmail === email);
  if (!item) throw new Error(`nothing to review of ${email}`);
  return item;
};

beforeAll(async () => {
  api = await startTestApp({ allowPrivateDestinations: true });
  worker = await createWorker(api.database.config);
  company = await furnish(api, 'acme');
  ada = await join(api, company, 'ada', 'member');
  bob = await join(api, company, 'bob', 'member');
  rae = await join(api, company, 'rae', 'member');
  await run(
    'mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { id } }',
    {
      id: company.groupId,
      userIds: [bob.userId],
    },
  );
  await rule([`user:${ada.email}`, `user:${rae.email}`]);
  await rule([`user:${ada.email}`], 'shop', ['ddl']);
  await rule([`user:${bob.email}`]);
  const { createAccessReview } = await run<{ createAccessReview: { id: string } }>(
    `mutation ($orgId: ID!, $reviewerIds: [ID!]!) {
      createAccessReview(orgId: $orgId, review: { name: "Q4", dueAt: "2999-01-01T00:00:00Z", reviewerIds: $reviewerIds }) {
        id total certified revoked
      }
    }`,
    { reviewerIds: [rae.userId, company.userId] },
  );
  reviewId = createAccessReview.id;
  expect(createAccessReview).toMatchObject({ total: 3, certified: 0, revoked: 0 });
});
afterAll(async () => {
  await worker.close();
  await api.close();
});

describe('an access review', () => {
  it('lists who has what, and gives nobody their own', async () => {
    const items = await itemsFor(company.cookie);
    expect(items.map((item) => [item.userEmail, item.permissions])).toEqual([
      [ada.email, ['write', 'ddl']],
      [bob.email, ['read', 'write']],
      [rae.email, ['write']],
    ]);
    expect(items.find(({ userEmail }) => userEmail === rae.email)?.reviewerEmail).toBe(company.email);
  });

  it('shows a reviewer what is theirs, and others nothing', async () => {
    expect((await itemsFor(rae.cookie)).every(({ reviewerEmail }) => reviewerEmail === rae.email)).toBe(true);
    const answer = await api.graphql(
      'query ($orgId: ID!, $reviewId: ID!) { accessReviewItems(orgId: $orgId, reviewId: $reviewId) { id } }',
      { orgId: company.orgId, reviewId },
      bob.cookie,
    );
    expect(answer.errors[0]?.extensions.code).toBe('access_review.not_found');
  });

  it('is decided by its reviewer alone, never about oneself', async () => {
    const own = await itemOf(rae.email);
    expect((await decide([own.id], 'CERTIFIED', rae.cookie)).errors[0]?.extensions.code).toBe(
      'access_review.not_found',
    );
    expect((await decide([own.id], 'CERTIFIED', bob.cookie)).errors[0]?.extensions.code).toBe(
      'access_review.not_found',
    );
    const answer = await decide([own.id], 'CERTIFIED', company.cookie, 'still her job');
    expect(answer.data?.decideAccess).toMatchObject([{ decision: 'CERTIFIED', outcome: null }]);
  });

  it('takes a certification back, and records it', async () => {
    const item = await itemOf(rae.email);
    const reopen = (cookie: string) =>
      api.graphql<{ reopenAccess: Item[] }>(
        `mutation ($orgId: ID!, $reviewId: ID!, $itemIds: [ID!]!) {
          reopenAccess(orgId: $orgId, reviewId: $reviewId, itemIds: $itemIds) { ${ITEM} }
        }`,
        { orgId: company.orgId, reviewId, itemIds: [item.id] },
        cookie,
      );
    expect((await reopen(rae.cookie)).errors[0]?.extensions.code).toBe('access_review.not_found');
    expect((await reopen(company.cookie)).data?.reopenAccess).toMatchObject([{ decision: null }]);
    await decide([item.id], 'CERTIFIED', company.cookie, 'still her job');
    const trail = await auditTrail(api, company.orgId);
    expect(trail.find(({ kind }) => kind === 'access_review.reopened')?.event.before).toEqual({
      certified: [`${rae.email} on shop`],
    });
  });

  it('shows what was done with the access, to whom may see the item', async () => {
    const peer = await enrolAgent(api, company);
    const actor = { type: 'user', id: ada.userId, label: ada.email } as const;
    await peer.push(
      peer.record(
        { actor, required: ['write'], decision: 'allowed' },
        { actor, required: ['ddl'], decision: 'denied', missing: ['ddl'] },
      ),
    );
    const uses = async (cookie: string) =>
      (
        await run<{ accessReviewUse: { itemId: string; lastUsedAt: string | null; used: string[] }[] }>(
          'query ($orgId: ID!, $reviewId: ID!) { accessReviewUse(orgId: $orgId, reviewId: $reviewId) { itemId lastUsedAt used } }',
          { reviewId },
          cookie,
        )
      ).accessReviewUse;
    const all = new Map((await uses(company.cookie)).map((use) => [use.itemId, use]));
    expect(all.get((await itemOf(ada.email)).id)).toMatchObject({
      used: ['write'],
      lastUsedAt: expect.any(String),
    });
    expect(all.get((await itemOf(bob.email)).id)).toMatchObject({ used: [], lastUsedAt: null });
    expect((await uses(rae.cookie)).length).toBeLessThan(all.size);
  });

  it('reminds those who have not decided, when an administrator says so and when it is time', async () => {
    const reminded = async () =>
      (await auditTrail(api, company.orgId)).filter(({ kind }) => kind === 'access_review.reminded');
    const endpoint = await Endpoint.start();
    const hook = { name: 'chat', kind: 'webhook', url: endpoint.url, eventTypes: ['access_review.*'] };
    await run(
      'mutation ($orgId: ID!, $hook: IntegrationInput!) { createIntegration(orgId: $orgId, integration: $hook) { secret } }',
      { hook },
    );
    const waiting = (await itemsFor(company.cookie)).filter(({ decision }) => decision === null);
    const { remindReviewers } = await run<{ remindReviewers: { remindedAt: string } }>(
      'mutation ($orgId: ID!, $id: ID!) { remindReviewers(orgId: $orgId, id: $id) { remindedAt } }',
      { id: reviewId },
    );
    expect(remindReviewers.remindedAt).toEqual(expect.any(String));
    const [first] = (await reminded()).map(
      ({ event }) => event.after as { waiting: { reviewer: string; items: number }[] },
    );
    expect(first?.waiting.reduce((sum, { items }) => sum + items, 0)).toBe(waiting.length);

    const remind = worker.get(RemindDueReviews, { strict: false });
    const dayBefore = new Date('2998-12-31T00:00:01Z');
    await remind.run(new Date('2998-01-01T00:00:00Z'));
    expect(await reminded()).toHaveLength(1);
    await Promise.all([remind.run(dayBefore), remind.run(dayBefore)]);
    expect(await reminded()).toHaveLength(2);
    expect((await reminded()).map(({ event }) => (event.actor as { type: string }).type).sort()).toEqual([
      'system',
      'user',
    ]);
    // What people read of it is what their webhook brings: who has how much left, each reminder once.
    await eventually('both at the webhook', async () => endpoint.received.length >= 2);
    expect(endpoint.received.map(({ body }) => JSON.parse(body))).toEqual(
      [first, first].map((after) => ({
        type: 'access_review.reminded',
        timestamp: expect.any(String),
        data: expect.objectContaining({ after: expect.objectContaining({ waiting: after?.waiting }) }),
      })),
    );
    await endpoint.stop();
  });

  it('changes rules that name the person when access is revoked, and leaves others theirs', async () => {
    const item = await itemOf(ada.email);
    expect((await decide([item.id], 'REVOKED', company.cookie)).data?.decideAccess).toMatchObject([
      { decision: 'REVOKED', outcome: 'access removed' },
    ]);
    const { rules } = await run<{
      rules: { edges: { node: { members: string[]; permissions: string[] } }[] };
    }>('query ($orgId: ID!) { rules(orgId: $orgId) { edges { node { members permissions } } } }');
    expect(rules.edges.map(({ node }) => node.members)).toEqual([
      ['group:dba'],
      [`user:${rae.email}`],
      [`user:${bob.email}`],
    ]);
    const trail = await auditTrail(api, company.orgId);
    const changes = trail.filter(({ event }) => String(event.reason).includes('access review Q4'));
    expect(changes.map(({ kind }) => kind).sort()).toEqual(['rule.deleted', 'rule.updated']);
    expect(changes[0]?.event.after).toMatchObject({ approvedBy: company.email });
  });

  it('does not certify what was taken away already', async () => {
    const answer = await decide([(await itemOf(ada.email)).id], 'CERTIFIED', company.cookie);
    expect(answer.errors[0]?.message).toContain('was revoked already');
  });

  it('says what is left when access comes through a group', async () => {
    const item = await itemOf(bob.email);
    const answer = await decide([item.id], 'REVOKED', company.cookie);
    expect(answer.data?.decideAccess[0]?.outcome).toBe(
      'still has access: take them out of group:dba, or change the rule (read on shop)',
    );
  });

  it('is closed once, and then decides no more', async () => {
    const close = () =>
      api.graphql<{ closeAccessReview: { certified: number; revoked: number } }>(
        'mutation ($orgId: ID!, $id: ID!) { closeAccessReview(orgId: $orgId, id: $id) { certified revoked closedAt } }',
        { orgId: company.orgId, id: reviewId },
        company.cookie,
      );
    expect((await close()).data?.closeAccessReview).toMatchObject({ certified: 1, revoked: 2 });
    expect((await close()).errors[0]?.extensions.code).toBe('access_review.closed');
    const item = await itemOf(ada.email);
    const answer = await decide([item.id], 'CERTIFIED', company.cookie);
    expect(answer.errors[0]?.extensions.code).toBe('access_review.closed');
  });

  it('leaves evidence in a report, and its revocations in the changes of access', async () => {
    await published();
    const { document } = await finished(
      api,
      company,
      await ask(api, company, 'ACCESS_REVIEW', { review: reviewId }),
    );
    expect(rowsOf(document, 'items').map((row) => [row['E-mail'], row.Decision, row.Note])).toEqual([
      [ada.email, 'revoked', ''],
      [bob.email, 'revoked', ''],
      [rae.email, 'certified', 'still her job'],
    ]);
    const changes = await finished(
      api,
      company,
      await ask(api, company, 'ACCESS_CHANGES', { person: ada.email }),
    );
    const lost = rowsOf(changes.document, 'changes').filter((row) => row.Lost !== '');
    expect(lost.map((row) => row['Approved by'])).toContain(company.email);
  });
});

describe('starting one', () => {
  const start = (review: Record<string, unknown>, cookie = company.cookie) =>
    api.graphql(
      'mutation ($orgId: ID!, $review: AccessReviewInput!) { createAccessReview(orgId: $orgId, review: $review) { id } }',
      {
        orgId: company.orgId,
        review: { name: 'n', dueAt: '2999-01-01T00:00:00Z', reviewerIds: [company.userId], ...review },
      },
      cookie,
    );
  it.each([
    ['without reviewers', { reviewerIds: [] }, 'review.reviewerIds'],
    ['that is overdue', { dueAt: '2020-01-01T00:00:00Z' }, 'review.dueAt'],
    ['of an unknown connection', { connection: 'nowhere' }, 'review.connection'],
  ])('is refused %s', async (_, review, field) => {
    expect((await start(review)).errors[0]?.extensions).toMatchObject({ field });
  });

  it('is refused where somebody would review themselves alone', async () => {
    expect((await start({ reviewerIds: [rae.userId] })).errors[0]?.message).toContain(
      'would review their own access',
    );
  });

  it('is an administrator’s', async () => {
    expect((await start({}, rae.cookie)).errors[0]?.extensions.code).toBe('auth.forbidden');
  });
});
