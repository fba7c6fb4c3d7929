import type { INestApplicationContext } from '@nestjs/common';
import { maskOf } from '@postern/core/policy';
import { PATHS } from '@postern/protocol/version';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, signUpCompany } from './company.js';
import { join, must, type TestPerson } from './people.js';
import { madePlan, type Reconciling, reconciling } from './reconcile-world.js';
import { eventually } from './seed.js';

const READ = maskOf(['read']);
const WRITE = maskOf(['read', 'write']);

let api: TestApp;
let worker: INestApplicationContext;
let company: Company;
let bob: TestPerson;
let world: Reconciling;
let counter = 0;

beforeAll(async () => {
  api = await startTestApp();
  worker = await createWorker(api.database.config);
  company = await signUpCompany(api, 'acme');
  bob = await join(api, company, 'bob', 'admin');
});
afterAll(async () => {
  await worker?.close();
  await api?.close();
});
beforeEach(async () => {
  counter += 1;
  world = await reconciling(api, company, counter);
  await allow(['read', 'export'], `user:${bob.email}`);
});

const run = <T>(query: string, variables: object = {}) =>
  must<T>(
    api,
    query,
    { orgId: company.orgId, connectionId: world.connectionId, ...variables },
    company.cookie,
  );
const allow = (permissions: string[], ...members: string[]) =>
  run('mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id } }', {
    rule: { connection: world.slug, permissions, members },
  });
const turn = (guardRoles: boolean) =>
  run(
    `mutation ($orgId: ID!, $connectionId: ID!, $input: RoleSettingsInput!) {
      updateRoleSettings(orgId: $orgId, connectionId: $connectionId, input: $input) { guardRoles } }`,
    { input: { guardRoles } },
  );

interface Guards {
  isWanted: boolean;
  isInForce: boolean;
  roles: { name: string; permissions: string[]; people: number; isThere: boolean }[];
  unneeded: string[];
  ownLogin: number;
  olderAgents: string[];
}
const looked = async () =>
  (
    await run<{
      connectionRoles: { guards: Guards; livePlan: { id: string } | null; manifest: { body: string } };
    }>(
      `query ($orgId: ID!, $connectionId: ID!) { connectionRoles(orgId: $orgId, connectionId: $connectionId) {
        manifest { body } livePlan { id }
        guards { isWanted isInForce roles { name permissions people isThere } unneeded ownLogin olderAgents } } }`,
    )
  ).connectionRoles;

/** What agents are told of the connection. */
const inBundle = async () => {
  const { text } = await world.agent.send('GET', PATHS.policy);
  const { connections } = decodeJwt<{ connections: { slug: string; guards?: number[] }[] }>(text);
  return connections.find(({ slug }) => slug === world.slug);
};
const isInBundle = (guards: number[] | undefined) =>
  eventually('the bundle', async () => {
    const found = await inBundle();
    return found !== undefined && JSON.stringify(found.guards) === JSON.stringify(guards);
  });

/** The plan that waits, seen through. */
async function applyLive(expected: { masks: number[]; retire: number[] }) {
  const { livePlan } = await looked();
  const id = livePlan?.id ?? '';
  const task = await world.claimed('roles.plan');
  expect(task.payload).toMatchObject({ guards: expected });
  await world.answer({ taskId: task.taskId, plan: madePlan() });
  await world.approve(await world.until(id, 'PENDING'), bob);
  const apply = await world.claimed('roles.apply');
  expect(apply.payload).toMatchObject({ guards: expected });
  await world.answer({ taskId: apply.taskId, applied: { statements: 1 } });
  await world.until(id, 'APPLIED');
}

describe('guard roles', () => {
  it('are off: nobody is told of any', async () => {
    expect(await looked()).toMatchObject({
      guards: { isWanted: false, isInForce: false, unneeded: [], roles: [{ isThere: false, people: 1 }] },
      livePlan: null,
    });
    await isInBundle(undefined);
  });

  it('come into force with the plan that makes them, and not before', async () => {
    await turn(true);
    const before = await looked();
    expect(before.guards).toMatchObject({ isWanted: true, isInForce: false });
    expect(before.manifest.body).toContain('Guard roles come from the IAM rules');
    await isInBundle(undefined);

    await applyLive({ masks: [READ], retire: [] });
    await isInBundle([READ]);
    const name = `postern_${world.slug}_read`;
    expect((await looked()).guards).toMatchObject({
      isInForce: true,
      roles: [{ name, permissions: ['read'], people: 1, isThere: true }],
    });
    const switched = (await auditTrail(api, company.orgId)).find(
      ({ kind, event }) =>
        kind === 'role_settings.updated' && JSON.stringify(event.after).includes('"guardRoles":true'),
    );
    expect(switched?.event).toMatchObject({
      before: { guardRoles: false },
      connection: { slug: world.slug },
    });
  });

  it('that a new rule takes are offered, not made; those that none takes any more go with the next plan', async () => {
    await turn(true);
    await applyLive({ masks: [READ], retire: [] });
    await allow(['write'], `user:${bob.email}`);
    const { guards, livePlan } = await looked();
    expect(livePlan).toBeNull();
    expect(guards.roles).toEqual([
      { name: `postern_${world.slug}_read_write`, permissions: ['read', 'write'], people: 1, isThere: false },
    ]);
    expect(guards.unneeded).toEqual([`postern_${world.slug}_read`]);
    // Default deny: the role of the mask is not among them.
    await isInBundle([READ]);

    await run(
      'mutation ($orgId: ID!, $connectionId: ID!) { scanForDrift(orgId: $orgId, connectionId: $connectionId) }',
    );
    const scan = await world.claimed('roles.scan');
    expect(scan.payload).toMatchObject({ guards: { masks: [WRITE], retire: [READ] } });
    await world.answer({ taskId: scan.taskId, plan: madePlan() });

    await run(
      'mutation ($orgId: ID!, $connectionId: ID!) { requestRolePlan(orgId: $orgId, connectionId: $connectionId) { id } }',
    );
    await applyLive({ masks: [WRITE], retire: [READ] });
    await isInBundle([WRITE]);
    expect((await looked()).guards.unneeded).toEqual([]);
  });

  it('are out of force at once when switched off, and a plan lets them go', async () => {
    await turn(true);
    await applyLive({ masks: [READ], retire: [] });
    await isInBundle([READ]);
    await turn(false);
    await isInBundle(undefined);
    expect((await looked()).guards).toMatchObject({ isWanted: false, isInForce: false });
    await applyLive({ masks: [], retire: [READ] });
    expect((await looked()).guards.roles).toMatchObject([{ isThere: false }]);
    // Nothing is left to do, also for agents that know none.
    const { plan } = await world.save('roles:\n  - name: reporting\n');
    const task = await eventually('the task', () => world.claim(world.agent, {}));
    expect(task).toMatchObject({
      kind: 'roles.plan',
      payload: { manifest: expect.stringContaining('reporting') },
    });
    expect(task.payload).not.toHaveProperty('guards');
    expect(plan).not.toBeNull();
  });

  it('are no task of an agent that knows none, and the page names it', async () => {
    await turn(true);
    await eventually('the task', async () => {
      const { rows } = await api.database.owner.query(
        "select from agent_task where connection_id = $1 and state = 'waiting'",
        [world.connectionId],
      );
      return rows.length === 1;
    });
    expect(await world.claim(world.agent, {})).toBeNull();
    expect((await looked()).guards.olderAgents).toEqual(['agent one']);
    await world.agent.heartbeat({ features: ['guards', 'of-the-future'] });
    expect((await looked()).guards.olderAgents).toEqual([]);
    expect(await world.claim()).toMatchObject({ kind: 'roles.plan' });
  });

  it('of a plan can not be changed, not even by hand', async () => {
    await turn(true);
    const { livePlan } = await looked();
    await expect(
      api.database.owner.query(
        `update role_plan set guards = '{"masks": [127], "retire": []}' where id = $1`,
        [livePlan?.id],
      ),
    ).rejects.toThrow('what a plan is about can not change');
  });
});
