import { createHash } from 'node:crypto';
import { isLive, PLAN_TRANSITIONS, type PlanState } from '@postern/core/reconcile';
import type { SignedTask, TaskResult } from '@postern/protocol/tasks';
import { TASK_KINDS } from '@postern/protocol/tasks';
import { decodeJwt } from 'jose';
import type { AgentIdentity } from '../src/agents/agent-identities.js';
import { cancelApply } from '../src/reconcile/cancel-apply.js';
import { ClaimTask, noteProgress } from '../src/reconcile/claim-task.js';
import { approvePlan, rejectPlan } from '../src/reconcile/decide-plan.js';
import { ApplyJob, PlanJob, SettleJob } from '../src/reconcile/reconcile.jobs.js';
import { recordResult } from '../src/reconcile/record-result.js';
import { requestPlan } from '../src/reconcile/request-plan.js';
import { saveManifest } from '../src/reconcile/save-manifest.js';
import { SettleTask } from '../src/reconcile/settle-task.js';
import { Sweep } from '../src/reconcile/sweep.js';
import type { OrgActor } from '../src/tenancy/actor.js';
import { SystemDb } from '../src/tenancy/system-db.js';
import { TenantDb } from '../src/tenancy/tenant-db.js';
import type { TestApp } from './app.js';
import { madePlan } from './reconcile-world.js';

/** What may happen next; numbers choose among what there is. */
export type Act =
  | {
      readonly type:
        | 'save'
        | 'request'
        | 'drift'
        | 'scan'
        | 'expire'
        | 'redisLost'
        | 'reject'
        | 'cancel'
        | 'silence';
    }
  | { readonly type: 'job'; readonly pick: number; readonly crash: boolean }
  | { readonly type: 'late'; readonly pick: number }
  | { readonly type: 'claim'; readonly agent: number }
  | {
      readonly type: 'work';
      readonly agent: number;
      readonly how: 'answer' | 'die' | 'dieAfterCommit' | 'transient' | 'progress' | 'permission' | 'giveUp';
    }
  | { readonly type: 'approve'; readonly stale: boolean }
  | {
      readonly type: 'race';
      readonly of:
        | 'approve+reject'
        | 'claims'
        | 'claim+reject'
        | 'claim+save'
        | 'cancel+answer'
        | 'cancel+claim';
    };

interface Row {
  readonly id: string;
  readonly state: PlanState;
  readonly effects_digest: string | null;
  readonly approved_digest: string | null;
  readonly system_identifier: string | null;
  readonly manifest_version: number;
  readonly cancelled: boolean;
}
interface Job {
  readonly id: string;
  readonly job: 'reconcile.plan' | 'reconcile.apply' | 'reconcile.settle';
  readonly payload: { orgId: string; planId: string; taskId: string };
}

const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const NOT_DONE = new Set<PlanState>(['rejected', 'superseded', 'expired']);

/** A customer's database in two lines: what it is like, and which plan made it so. */
interface Customer {
  like: string;
  commits: string[];
  /** How often somebody changed it behind Postern's back. */
  drifts: number;
}

/** One connection's life, act by act, on the real database; what must hold is looked at after each. */
export class Sequence {
  readonly #customer: Customer = { like: 'as it was', commits: [], drifts: 0 };
  readonly #states = new Map<string, PlanState>();
  readonly #seen: Job[] = [];
  readonly #hands = new Map<number, SignedTask>();
  #count = 0;

  constructor(
    readonly api: TestApp,
    readonly people: { readonly author: OrgActor; readonly approver: OrgActor },
    readonly agents: readonly AgentIdentity[],
    readonly connection: { readonly id: string; readonly slug: string },
  ) {}

  get #db() {
    return this.api.app.get(TenantDb);
  }
  get #system() {
    return this.api.app.get(SystemDb);
  }
  async #sql<T>(text: string, values: unknown[] = []): Promise<T[]> {
    return (await this.api.database.owner.query(text, values)).rows as T[];
  }
  #plans(): Promise<Row[]> {
    return this.#sql<Row>(
      'select id, state, effects_digest, approved_digest, system_identifier, manifest_version, cancel_asked_at is not null as cancelled from role_plan where connection_id = $1 order by id',
      [this.connection.id],
    );
  }
  #jobs(): Promise<Job[]> {
    return this.#sql<Job>(
      "select id, job, payload from outbox where org_id = $1 and job like 'reconcile.%' order by id",
      [this.people.author.orgId],
    );
  }
  async #live(): Promise<Row | undefined> {
    return (await this.#plans()).find(({ state }) => isLive(state));
  }

  async act(act: Act): Promise<void> {
    await this.#do(act);
    await this.#look(act);
  }

  async #do(act: Act): Promise<unknown> {
    switch (act.type) {
      case 'save':
        this.#count += 1;
        return saveManifest(this.#db, this.people.author, {
          connectionId: this.connection.id,
          input: { body: `roles:\n  - name: r${this.#count}\n` },
        });
      case 'request':
        return refusable(requestPlan(this.#db, this.people.author, this.connection.id));
      case 'drift':
        this.#count += 1;
        this.#customer.drifts += 1;
        this.#customer.like = `drifted ${this.#count}`;
        return undefined;
      case 'scan':
        await this.#sql(
          "update role_status set next_scan_at = now() - interval '1 second' where connection_id = $1",
          [this.connection.id],
        );
        return this.#sweep();
      case 'expire':
        await this.#sql(
          "update role_plan set expires_at = now() - interval '1 second' where connection_id = $1",
          [this.connection.id],
        );
        return this.#sweep();
      case 'redisLost':
        return this.#sql('update outbox set queued_at = null where org_id = $1', [this.people.author.orgId]);
      case 'job': {
        const jobs = await this.#jobs();
        const job = jobs[act.pick % Math.max(jobs.length, 1)];
        return job && this.#run(job, !act.crash);
      }
      case 'late': {
        const job = this.#seen[act.pick % Math.max(this.#seen.length, 1)];
        return job && this.#run(job, false);
      }
      case 'silence':
        await this.#sql(
          `update agent_task set lease_until = case state when 'running' then now() - interval '1 second' end, not_before = now()
           where connection_id = $1 and state in ('running', 'waiting')`,
          [this.connection.id],
        );
        return this.#sweep();
      case 'claim':
        return this.#claim(act.agent);
      case 'work':
        return this.#work(act.agent, act.how);
      case 'approve':
        return this.#approve(act.stale);
      case 'reject':
        return this.#reject();
      case 'cancel':
        return this.#cancel();
      case 'race':
        return this.#race(act.of);
    }
  }

  #race(of: Extract<Act, { type: 'race' }>['of']): Promise<unknown> {
    switch (of) {
      case 'approve+reject':
        return Promise.all([this.#approve(false), this.#reject()]);
      case 'claims':
        return Promise.all([this.#claim(0), this.#claim(1)]);
      case 'claim+reject':
        return Promise.all([this.#claim(0), this.#reject()]);
      case 'cancel+answer':
        return Promise.all([this.#cancel(), this.#work(0, 'answer')]);
      case 'cancel+claim':
        return Promise.all([this.#cancel(), this.#claim(1)]);
      case 'claim+save':
        return Promise.all([this.#claim(0), this.#do({ type: 'save' })]);
    }
  }

  #sweep(): Promise<void> {
    return new Sweep(this.#system, this.#db).run();
  }

  /** As RunJob does: what asked for it is forgotten afterwards, unless the worker died before. */
  async #run(job: Job, forget: boolean): Promise<void> {
    this.#seen.push(job);
    const { payload } = job;
    if (job.job === 'reconcile.plan') await new PlanJob(this.#db).run(payload);
    else if (job.job === 'reconcile.apply') await new ApplyJob(this.#db).run(payload);
    else await new SettleJob(new SettleTask(this.#db)).run(payload);
    if (forget) await this.#sql('delete from outbox where id = $1', [job.id]);
  }

  async #approve(stale: boolean): Promise<void> {
    const live = await this.#live();
    if (!live) return;
    await refusable(
      approvePlan(this.#db, this.people.approver, {
        id: live.id,
        effects: {
          digest: stale ? 'f'.repeat(64) : (live.effects_digest ?? ''),
          systemIdentifier: live.system_identifier ?? '',
          manifestVersion: live.manifest_version,
        },
      }),
    );
  }

  async #reject(): Promise<void> {
    const live = await this.#live();
    if (live) await refusable(rejectPlan(this.#db, this.people.author, { id: live.id, reason: 'no' }));
  }

  async #cancel(): Promise<void> {
    const live = await this.#live();
    if (live) await refusable(cancelApply(this.#db, this.people.approver, { id: live.id, reason: 'stop' }));
  }

  async #claim(agent: number): Promise<void> {
    const identity = this.agents[agent];
    if (!identity) return;
    const jws = await this.api.app
      .get(ClaimTask, { strict: false })
      .run(identity, { kinds: [...TASK_KINDS], connections: [this.connection.slug] });
    if (jws !== null) this.#hands.set(agent, decodeJwt<SignedTask>(jws));
  }

  /** What the agent in question does with the task in its hands. */
  async #work(agent: number, how: Extract<Act, { type: 'work' }>['how']): Promise<void> {
    const task = this.#hands.get(agent);
    const identity = this.agents[agent];
    if (!task || !identity) return;
    const answer = (result: Omit<TaskResult, 'taskId'>) =>
      recordResult(this.#db, identity, { taskId: task.taskId, ...result });
    if (how === 'progress')
      return void (await noteProgress(this.#db, identity, { taskId: task.taskId, done: 1, total: 2 }));
    this.#hands.delete(agent);
    if (how === 'die') return;
    if (how === 'giveUp') return void (await answer({ status: 'cancelled' }));
    if (how === 'transient' || how === 'permission') {
      const failure = { class: how, message: 'it did not work', fix: 'try again', facts: [] };
      return void (await answer({ status: 'failed', failure }));
    }
    const result = await this.#perform(task);
    if (how === 'answer') await answer(result);
  }

  /** A server of one string. Its transaction is the assignment. */
  async #perform({ taskId, kind, payload }: SignedTask): Promise<Omit<TaskResult, 'taskId'>> {
    const { manifest, expectedDigest } = payload as { manifest: string; expectedDigest?: string };
    const isAsWanted = this.#customer.like === manifest;
    const digest = sha(`${manifest}\0${this.#customer.like}`);
    if (kind !== 'roles.apply')
      return { status: 'succeeded', plan: madePlan({ digest, changeCount: isAsWanted ? 0 : 1 }) };
    if (isAsWanted) return { status: 'succeeded', applied: { statements: 0 } };
    if (digest !== expectedDigest)
      return {
        status: 'failed',
        failure: { class: 'different', message: 'something else', fix: 'plan again', facts: [] },
      };
    const [task] = await this.#sql<{ plan_id: string }>('select plan_id from agent_task where id = $1', [
      taskId,
    ]);
    this.#customer.like = manifest;
    this.#customer.commits.push(task?.plan_id ?? '');
    return { status: 'succeeded', applied: { statements: 1 } };
  }

  /** What holds after every act, whatever came before it. */
  async #look(act: Act): Promise<void> {
    const fail = (what: string) => {
      throw new Error(`${what}, after ${JSON.stringify(act)}`);
    };
    const plans = await this.#plans();
    if (plans.filter(({ state }) => isLive(state)).length > 1) fail('two live plans');
    for (const { id, state, effects_digest, approved_digest, cancelled } of plans) {
      const before = this.#states.get(id);
      if (before !== undefined && !reaches(before, state)) fail(`${before} became ${state}`);
      this.#states.set(id, state);
      const commits = this.#customer.commits.filter((plan) => plan === id).length;
      if (commits > 1) fail('a plan was applied twice');
      if (commits === 1 && NOT_DONE.has(state)) fail(`a ${state} plan was applied`);
      if (commits === 1 && state === 'failed' && cancelled && this.#customer.drifts === 0)
        fail('a plan that was applied counts as cancelled');
      if (commits === 0 && state === 'applied' && cancelled && this.#customer.drifts === 0)
        fail('a plan that was cancelled counts as applied');
      if (commits === 1 && (approved_digest === null || approved_digest !== effects_digest))
        fail('what was applied is not what was approved');
    }
    const [running] = await this.#sql<{ n: number }>(
      `select count(*)::int as n from agent_task t join role_plan p on p.id = t.plan_id
       where t.connection_id = $1 and t.kind = 'roles.apply' and t.state = 'running' and p.state in ('draft', 'planning', 'pending', 'approved')`,
      [this.connection.id],
    );
    if (running?.n) fail('an agent applies what is not being applied');
  }

  /** Everybody does their work until nothing is left: then nothing may be left. */
  async settle(): Promise<void> {
    for (let round = 0; round < 60; round += 1) {
      for (const job of await this.#jobs()) await this.#run(job, true);
      await this.act({ type: 'silence' });
      await this.act({ type: 'claim', agent: 0 });
      await this.act({ type: 'work', agent: 0, how: 'answer' });
      const live = await this.#live();
      const [open] = await this.#sql<{ n: number }>(
        "select count(*)::int as n from agent_task where connection_id = $1 and state in ('waiting', 'running')",
        [this.connection.id],
      );
      if ((!live || live.state === 'pending') && open?.n === 0 && (await this.#jobs()).length === 0) return;
    }
    throw new Error(`work is left: ${JSON.stringify([await this.#live(), await this.#jobs()])}`);
  }
}

/** Refusals are answers, everything else is a fault. */
async function refusable(work: Promise<unknown>): Promise<void> {
  await work.catch((error: { code?: string }) => {
    if (!error.code?.startsWith('role_')) throw error;
  });
}

function reaches(from: PlanState, to: PlanState): boolean {
  const seen = new Set<PlanState>([from]);
  const open: PlanState[] = [from];
  for (let state = open.pop(); state !== undefined; state = open.pop())
    for (const next of PLAN_TRANSITIONS[state])
      if (!seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
  return seen.has(to);
}
