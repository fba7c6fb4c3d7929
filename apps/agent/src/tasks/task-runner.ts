import { PosternError } from '@postern/core/errors';
import type { PublicJwk } from '@postern/core/policy';
import { reasonOfFailure } from '@postern/core/reconcile';
import {
  type ProgressRequest,
  type SignedTask,
  signedTask,
  TASK_KINDS,
  TASK_LEASE_S,
  type TaskResult,
} from '@postern/protocol/tasks';
import type { Recorder } from '../audit/recorder.js';
import type { Clock } from '../clock.js';
import { backoffMs } from '../link/backoff.js';
import type { AgentIdentity } from '../link/identity.js';
import { errorFacts, type Logger } from '../log.js';
import { verifiedPayload } from '../policy/verify.js';
import { runRolesTask, type TaskTarget } from './roles-tasks.js';

/** Hints may be lost: asked this often without one. */
const ASK_EVERY_MS = 30_000;
const PROGRESS_EVERY_MS = 2_000;
/** Results are worth more attempts than anything: without one, the task runs again. */
const RESULT_ATTEMPTS = 8;
const CLOCK_TOLERANCE_MS = 30_000;

/** What the runner asks of the control plane. */
export interface TaskCalls {
  claim(kinds: readonly string[], connections: readonly string[]): Promise<string | null>;
  progress(request: ProgressRequest): Promise<{ cancel: boolean }>;
  result(result: TaskResult): Promise<void>;
}

export interface TaskRunnerParts {
  readonly calls: TaskCalls;
  readonly identity: AgentIdentity;
  readonly trustedKeys: () => readonly PublicJwk[];
  /** By connection, where there is a login that manages roles. Others are never asked for. */
  readonly connections: ReadonlyMap<string, Omit<TaskTarget, 'environment'>>;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Claims what the control plane wants done, one after another, and answers. */
export class TaskRunner {
  readonly #parts: TaskRunnerParts;
  readonly #stopping = new AbortController();
  #wake: () => void = () => undefined;
  #isHinted = false;
  #running: Promise<void> | undefined;
  #current: AbortController | undefined;
  /** Tells how far the task at hand is, and hears whether to give it up. */
  #beat: () => void = () => undefined;

  constructor(parts: TaskRunnerParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#parts.connections.size > 0) this.#running = this.#loop();
  }

  /** Something waits, or what runs is to be given up. */
  hint(): void {
    this.#isHinted = true;
    this.#wake();
    this.#beat();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#current?.abort();
    this.#wake();
    await this.#running;
  }

  async #loop(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      this.#isHinted = false;
      try {
        const jws = await this.#parts.calls.claim(TASK_KINDS, [...this.#parts.connections.keys()]);
        failures = 0;
        if (jws === null) await this.#pause(ASK_EVERY_MS);
        else await this.#take(jws);
      } catch (error) {
        failures += 1;
        if (failures === 1) this.#parts.log.warn(errorFacts(error), 'tasks could not be asked for');
        await this.#pause(Math.max(backoffMs(failures), failures > 5 ? ASK_EVERY_MS : 0));
      }
    }
  }

  async #take(jws: string): Promise<void> {
    const task = await this.#verified(jws);
    const control = new AbortController();
    this.#current = control;
    const beat = { done: 0, total: 0 };
    const beats = this.#beats(task.taskId, beat, control);
    try {
      const outcome = await this.#perform(task, control, beat);
      await this.#answer({ taskId: task.taskId, ...outcome });
    } finally {
      clearInterval(beats);
      this.#beat = () => undefined;
      this.#current = undefined;
    }
  }

  /** Says that it goes on and how far it is; hears whether to give up. */
  #beats(taskId: string, beat: { done: number; total: number }, control: AbortController): NodeJS.Timeout {
    const { calls, log } = this.#parts;
    this.#beat = () => {
      calls.progress({ taskId, ...beat }).then(
        ({ cancel }) => {
          if (cancel) control.abort();
        },
        (error: unknown) => log.debug(errorFacts(error), 'progress could not be told'),
      );
    };
    return setInterval(() => this.#beat(), Math.min(PROGRESS_EVERY_MS, (TASK_LEASE_S * 1_000) / 3));
  }

  async #perform(task: SignedTask, control: AbortController, beat: { done: number; total: number }) {
    const { connections, environment, recorder } = this.#parts;
    const target = connections.get(task.connection);
    if (target === undefined)
      return {
        status: 'failed' as const,
        failure: {
          class: 'refused' as const,
          message: `this agent manages no roles on \`${task.connection}\``,
          fix: 'set roles_url for the connection in the configuration of the agent',
          facts: [],
        },
      };
    const isChange = task.kind === 'roles.apply';
    const facts = {
      actor: recorder.self,
      connection: { id: '', slug: task.connection },
      target: { type: 'agent_task', id: task.taskId, label: task.kind },
    };
    // What is not on record does not happen.
    if (isChange) await recorder.record({ kind: 'roles.apply_started', ...facts });
    const outcome = await runRolesTask(
      task,
      { ...target, environment },
      {
        signal: control.signal,
        progress: (done, total) => {
          beat.done = done;
          beat.total = total;
        },
      },
    );
    if (isChange)
      await recorder.record({
        kind: 'roles.apply_finished',
        ...facts,
        after: { status: outcome.status, statements: outcome.applied?.statements ?? 0 },
        ...(outcome.failure ? { reason: reasonOfFailure(outcome.failure) } : {}),
      });
    return outcome;
  }

  async #answer(result: TaskResult): Promise<void> {
    const { calls, log } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      try {
        return await calls.result(result);
      } catch (error) {
        if (attempt === RESULT_ATTEMPTS || this.#stopping.signal.aborted) {
          log.warn(errorFacts(error), 'the result of a task could not be told; it will be asked for again');
          return;
        }
        await this.#pause(backoffMs(attempt));
      }
    }
  }

  /** Nobody between the control plane and here can make up a task, keep one for later, or give it to another agent. */
  async #verified(jws: string): Promise<SignedTask> {
    const { identity, clock } = this.#parts;
    const payload = await verifiedPayload(jws, this.#parts.trustedKeys(), {
      what: 'task',
      typ: 'postern-task+jws',
    });
    const parsed = signedTask.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    if (!parsed.success)
      throw new PosternError('policy.malformed', 'the task is not one that this agent understands');
    const task = parsed.data;
    const isOurs =
      task.orgId === identity.orgId &&
      task.environmentId === identity.environmentId &&
      task.agentId === identity.agentId;
    if (!isOurs) throw new PosternError('policy.wrong_environment', 'the task is for another agent');
    if (task.exp * 1_000 + CLOCK_TOLERANCE_MS < clock.now())
      throw new PosternError('policy.older_version', 'the task is too old to be begun');
    return task;
  }

  #pause(ms: number): Promise<void> {
    if (this.#isHinted || this.#stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
