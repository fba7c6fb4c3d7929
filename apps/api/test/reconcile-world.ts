import type { MadePlan } from '@postern/core/reconcile';
import { type SignedTask, TASK_KINDS, type TaskResult } from '@postern/protocol/tasks';
import { AGENT_FEATURES, PATHS } from '@postern/protocol/version';
import { decodeJwt } from 'jose';
import { TenantDb } from '../src/tenancy/tenant-db.js';
import type { AgentPeer } from './agent-peer.js';
import type { TestApp } from './app.js';
import { type Company, enrolAgent } from './company.js';
import { must, type TestPerson } from './people.js';

export const MANIFEST = 'roles:\n  - name: reporting\n';

export function madePlan(more: Partial<MadePlan> = {}): MadePlan {
  return {
    digest: 'a'.repeat(64),
    systemIdentifier: '71',
    serverMajor: 18,
    changeCount: 1,
    destructiveCount: 0,
    content: {
      server: { database: 'shop', version: '18.4', provider: null },
      gains: ['reporting'],
      loses: [],
      kinds: [{ kind: 'create_role', count: 1, destructive: false, text: '1 role to create' }],
      changes: [
        {
          kind: 'create_role',
          category: 'role',
          destructive: false,
          subject: 'reporting',
          statements: ['CREATE ROLE "reporting"'],
        },
      ],
      undeclared: [],
      stuck: [],
      obstacles: [],
    },
    ...more,
  };
}

export const PLAN_FIELDS =
  'id state reason effectsDigest systemIdentifier manifestVersion changeCount approvedLabel closedLabel progressDone progressTotal cancelAskedLabel';
export interface PlanAnswer {
  id: string;
  state: string;
  reason: string | null;
  effectsDigest: string | null;
  systemIdentifier: string | null;
  manifestVersion: number;
  changeCount: number | null;
  progressDone: number;
  progressTotal: number;
  cancelAskedLabel: string | null;
}

/** What people and agents do, in the words of a test. */
export class Reconciling {
  constructor(
    readonly api: TestApp,
    readonly company: Company,
    readonly connectionId: string,
    readonly agent: AgentPeer,
    readonly slug: string,
  ) {}

  get db(): TenantDb {
    return this.api.app.get(TenantDb);
  }

  async save(body: string, cookie = this.company.cookie, input: object = {}) {
    const data = await must<{ saveRoleManifest: { manifest: { version: number }; plan: PlanAnswer | null } }>(
      this.api,
      `mutation ($orgId: ID!, $connectionId: ID!, $input: RoleManifestInput!) {
        saveRoleManifest(orgId: $orgId, connectionId: $connectionId, input: $input) { manifest { version } plan { ${PLAN_FIELDS} } } }`,
      { orgId: this.company.orgId, connectionId: this.connectionId, input: { body, ...input } },
      cookie,
    );
    return data.saveRoleManifest;
  }

  async plan(id: string): Promise<PlanAnswer> {
    const data = await must<{ rolePlan: PlanAnswer }>(
      this.api,
      `query ($orgId: ID!, $id: ID!) { rolePlan(orgId: $orgId, id: $id) { ${PLAN_FIELDS} } }`,
      { orgId: this.company.orgId, id },
      this.company.cookie,
    );
    return data.rolePlan;
  }

  approve(plan: PlanAnswer, by: Pick<TestPerson, 'cookie'>, over: object = {}) {
    return this.api.graphql<{ approveRolePlan: PlanAnswer }>(
      `mutation ($orgId: ID!, $id: ID!, $effectsDigest: String!, $systemIdentifier: String!, $manifestVersion: Int!) {
        approveRolePlan(orgId: $orgId, id: $id, effectsDigest: $effectsDigest, systemIdentifier: $systemIdentifier, manifestVersion: $manifestVersion) { ${PLAN_FIELDS} } }`,
      {
        orgId: this.company.orgId,
        id: plan.id,
        effectsDigest: plan.effectsDigest,
        systemIdentifier: plan.systemIdentifier,
        manifestVersion: plan.manifestVersion,
        ...over,
      },
      by.cookie,
    );
  }

  reject(id: string, cookie = this.company.cookie) {
    return this.api.graphql<{ rejectRolePlan: PlanAnswer }>(
      `mutation ($orgId: ID!, $id: ID!) { rejectRolePlan(orgId: $orgId, id: $id, reason: "not now") { ${PLAN_FIELDS} } }`,
      { orgId: this.company.orgId, id },
      cookie,
    );
  }

  cancel(id: string, cookie = this.company.cookie) {
    return this.api.graphql<{ cancelRolePlan: PlanAnswer }>(
      `mutation ($orgId: ID!, $id: ID!) { cancelRolePlan(orgId: $orgId, id: $id, reason: "the shop is slow") { ${PLAN_FIELDS} } }`,
      { orgId: this.company.orgId, id },
      cookie,
    );
  }

  /** What the agent gets when it asks. */
  async claim(agent = this.agent, more: object = { features: AGENT_FEATURES }): Promise<SignedTask | null> {
    const asked = { kinds: TASK_KINDS, connections: [this.slug], ...more };
    const answer = await agent.send('POST', PATHS.taskClaim, asked);
    if (answer.status !== 200) throw new Error(answer.text);
    const { task } = answer.body as { task: string | null };
    return task === null ? null : decodeJwt<SignedTask>(task);
  }

  /** Asks until there is something: the worker may need a moment. */
  async claimed(kind: string): Promise<SignedTask> {
    for (let i = 0; i < 200; i++) {
      const task = await this.claim();
      if (task?.kind === kind) return task;
      if (task) throw new Error(`got ${task.kind} instead of ${kind}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no task of kind ${kind} came`);
  }

  async answer(result: Omit<TaskResult, 'status'> & { status?: TaskResult['status'] }, agent = this.agent) {
    const answer = await agent.send('POST', PATHS.taskResult, { status: 'succeeded', ...result });
    if (answer.status !== 200) throw new Error(answer.text);
    return (answer.body as { accepted: boolean }).accepted;
  }

  async progress(taskId: string, done: number, total: number): Promise<boolean> {
    const answer = await this.agent.send('POST', PATHS.taskProgress, { taskId, done, total });
    return (answer.body as { cancel: boolean }).cancel;
  }

  async until(id: string, state: string): Promise<PlanAnswer> {
    for (let i = 0; i < 300; i++) {
      const plan = await this.plan(id);
      if (plan.state === state) return plan;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the plan is ${(await this.plan(id)).state}, not ${state}`);
  }

  /** A plan that waits for its approval. */
  async pending(body = MANIFEST, made = madePlan()): Promise<PlanAnswer> {
    const { plan } = await this.save(body);
    if (!plan) throw new Error('no plan');
    const task = await this.claimed('roles.plan');
    await this.answer({ taskId: task.taskId, plan: made });
    return this.until(plan.id, 'PENDING');
  }
}

/** A connection of its own, in an environment of its own, with an agent. `n` is in their names. */
export async function reconciling(api: TestApp, company: Company, n: number): Promise<Reconciling> {
  const { createEnvironment } = await must<{ createEnvironment: { id: string } }>(
    api,
    'mutation ($orgId: ID!, $slug: String!) { createEnvironment(orgId: $orgId, slug: $slug, name: $slug) { id } }',
    { orgId: company.orgId, slug: `env-${n}` },
    company.cookie,
  );
  const there = { ...company, environmentId: createEnvironment.id };
  const { createConnection } = await must<{ createConnection: { id: string } }>(
    api,
    'mutation ($orgId: ID!, $environmentId: ID!, $slug: String!) { createConnection(orgId: $orgId, environmentId: $environmentId, slug: $slug, input: { name: "Shop" }) { id } }',
    { orgId: there.orgId, environmentId: there.environmentId, slug: `shop-${n}` },
    company.cookie,
  );
  return new Reconciling(api, there, createConnection.id, await enrolAgent(api, there), `shop-${n}`);
}
