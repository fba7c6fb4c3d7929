import type { AddressInfo } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { startTestApp, type TestApp } from './app.js';
import { type Company, signUpCompany } from './company.js';
import { type EventStream, openStream } from './event-stream.js';
import { join, must, type TestPerson } from './people.js';
import { type PlanAnswer, type Reconciling, reconciling } from './reconcile-world.js';

const SUBSCRIPTION =
  'subscription ($orgId: ID!, $id: ID!) { rolePlanChanged(orgId: $orgId, id: $id) { id state progressDone progressTotal } }';

let api: TestApp;
let worker: INestApplicationContext;
let company: Company;
let audrey: TestPerson;
let world: Reconciling;
let plan: PlanAnswer;
let base: string;

beforeAll(async () => {
  api = await startTestApp();
  await api.app.listen(0, '127.0.0.1');
  base = `http://127.0.0.1:${(api.app.getHttpServer().address() as AddressInfo).port}/graphql/stream`;
  worker = await createWorker(api.database.config);
  company = await signUpCompany(api, 'acme');
  audrey = await join(api, company, 'audrey', 'auditor');
  world = await reconciling(api, company, 1);
  plan = await world.pending();
});
afterAll(async () => {
  await worker?.close();
  await api?.close();
});

const address = (id: string, query = SUBSCRIPTION, orgId = company.orgId) =>
  `${base}?${new URLSearchParams({ query, variables: JSON.stringify({ orgId, id }) })}`;
type Next = { data?: { rolePlanChanged: PlanAnswer } | null; errors?: { extensions: { code: string } }[] };
const heard = ({ events }: EventStream): Next[] =>
  events.filter(({ event }) => event === 'next').map(({ data }) => data as Next);

describe('a plan that is watched', () => {
  it('is told as it is, and each time that it moves', async () => {
    const stream = await openStream(address(plan.id), { cookie: audrey.cookie });
    await expect.poll(() => heard(stream).at(-1)?.data?.rolePlanChanged.state).toBe('PENDING');
    await must(
      api,
      'mutation ($orgId: ID!, $id: ID!) { updateRoleSettings(orgId: $orgId, connectionId: $id, input: { fourEyes: false }) { fourEyes } }',
      { orgId: company.orgId, id: world.connectionId },
      company.cookie,
    );
    await world.approve(plan, company);
    const task = await world.claimed('roles.apply');
    await expect
      .poll(() => heard(stream).at(-1)?.data?.rolePlanChanged.state, { timeout: 5_000 })
      .toBe('APPLYING');
    await world.progress(task.taskId, 3, 4);
    await expect
      .poll(() => heard(stream).at(-1)?.data?.rolePlanChanged, { timeout: 5_000 })
      .toMatchObject({ progressDone: 3, progressTotal: 4 });
    await world.answer({ taskId: task.taskId, applied: { statements: 4 } });
    await expect
      .poll(() => heard(stream).at(-1)?.data?.rolePlanChanged.state, { timeout: 10_000 })
      .toBe('APPLIED');
    stream.close();
  });

  it('is told to nobody who lost the right to see it', async () => {
    const stream = await openStream(address(plan.id), { cookie: audrey.cookie });
    await expect.poll(() => heard(stream).length).toBeGreaterThan(0);
    const before = heard(stream).length;
    await api.database.owner.query("update membership set role = 'member' where user_id = $1", [
      audrey.userId,
    ]);
    await must(
      api,
      'mutation ($orgId: ID!, $id: ID!) { commentOnRolePlan(orgId: $orgId, id: $id, body: "well done") { id } }',
      { orgId: company.orgId, id: plan.id },
      company.cookie,
    );
    await stream.ended;
    const after = heard(stream).slice(before);
    expect(after).toHaveLength(1);
    expect(after[0]?.errors?.[0]?.extensions.code).toBe('auth.forbidden');
    expect(stream.events.at(-1)?.event).toBe('complete');
  });
});

describe('what is not streamed', () => {
  it('plans of others, and to nobody without a session', async () => {
    const rival = await signUpCompany(api, 'rival');
    for (const [cookie, orgId, code] of [
      [rival.cookie, rival.orgId, 'role_plan.not_found'],
      [rival.cookie, company.orgId, 'org.not_found'],
      ['', company.orgId, 'auth.required'],
    ] as const) {
      const stream = await openStream(address(plan.id, SUBSCRIPTION, orgId), { cookie });
      await stream.ended;
      expect(heard(stream).map(({ errors }) => errors?.[0]?.extensions.code)).toEqual([code]);
    }
  });

  it.each([
    ['queries', '{ viewer { user { id } } }'],
    ['what is no GraphQL', '{'],
    ['fields that are not there', 'subscription { other }'],
  ])('%s', async (_name, query) => {
    const answer = await fetch(address(plan.id, query), { headers: { cookie: company.cookie } });
    expect(answer.status).toBe(400);
  });

  it('to pages of other sites', async () => {
    const answer = await fetch(address(plan.id), {
      headers: { cookie: company.cookie, 'sec-fetch-site': 'cross-site' },
    });
    expect(answer.status).toBe(403);
  });

  it('over POST /graphql', async () => {
    const answer = await api.graphql(SUBSCRIPTION, { orgId: company.orgId, id: plan.id }, company.cookie);
    expect(answer.errors.length).toBeGreaterThan(0);
  });
});
