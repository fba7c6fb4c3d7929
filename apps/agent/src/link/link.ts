import type { HeartbeatRequest } from '@postern/protocol/heartbeat';
import { errorFacts, type Logger } from '../log.js';
import type { PolicyHolder } from '../policy/policy-holder.js';
import { type ApiClient, ApiRefusal } from './api-client.js';
import { backoffMs } from './backoff.js';
import { heartbeat, pullPolicy } from './calls.js';
import { readStream } from './stream.js';

const PULL_EVERY_MS = 30_000;
const HEARTBEAT_EVERY_MS = 15_000;
/** A revoked agent asks rarely whether it is wanted again. */
const REVOKED_EVERY_MS = 60_000;

/** What a heartbeat says beside the policy. */
export type AgentStatus = Omit<HeartbeatRequest, 'policyVersion' | 'policyEnforcedAt'>;

/**
 * Keeps the policy current: the stream hints, the pull is the truth, the heartbeat tells what is enforced. Every
 * failure means the same: go on with what is there and try again.
 */
export class Link {
  readonly #api: ApiClient;
  readonly #policy: PolicyHolder;
  readonly #status: () => Promise<AgentStatus>;
  readonly #onTask: () => void;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #loops: Promise<void>[] = [];
  #pulling: Promise<void> | undefined;
  #pullAgain = false;
  readonly #sleepers = new Set<() => void>();
  #lastRefusal = '';
  #isBeatAsked = false;
  #wakeBeat: () => void = () => {};
  /** Ends the stream's connection when the agent is revoked. */
  #streaming = new AbortController();
  #reinstated: () => void = () => {};

  constructor(options: {
    api: ApiClient;
    policy: PolicyHolder;
    status: () => Promise<AgentStatus>;
    onTask: () => void;
    log: Logger;
  }) {
    this.#api = options.api;
    this.#policy = options.policy;
    this.#status = options.status;
    this.#onTask = options.onTask;
    this.#log = options.log;
  }

  start(): void {
    this.#loops = [this.#streamLoop(), this.#pullLoop(), this.#heartbeatLoop()];
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#streaming.abort();
    this.#reinstated();
    for (const wake of this.#sleepers) wake();
    await Promise.all(this.#loops);
    await this.#pulling;
  }

  /** Tells the control plane now: a policy took effect. */
  beat(): void {
    this.#isBeatAsked = true;
    this.#wakeBeat();
  }

  /** Pulls; calls while one runs share the next. */
  async pull(): Promise<void> {
    if (this.#pulling) {
      this.#pullAgain = true;
      return this.#pulling;
    }
    this.#pulling = this.#pullUntilCalm();
    await this.#pulling;
  }

  async #pullUntilCalm(): Promise<void> {
    try {
      do {
        this.#pullAgain = false;
        await this.#pullOnce();
      } while (this.#pullAgain && !this.#stopping.signal.aborted);
    } finally {
      this.#pulling = undefined;
    }
  }

  async #pullOnce(): Promise<void> {
    try {
      const pulled = await pullPolicy(this.#api, this.#policy.version);
      if (pulled.kind === 'bundle') await this.#policy.offer(pulled.jws);
      else await this.#policy.confirm();
    } catch (error) {
      await this.#heard(error, 'policy pull failed');
    }
  }

  /** What an error of the control plane means for the agent's standing. */
  async #heard(error: unknown, what: string): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    if (error instanceof ApiRefusal && error.code === 'agent.revoked') return this.#revoke();
    if (error instanceof ApiRefusal && error.code === 'policy.none') return;
    const refusal = error instanceof ApiRefusal ? error.code : '';
    // Said once, not at every attempt: a wrong clock or a deleted agent would fill the log.
    const level = refusal === '' || refusal === this.#lastRefusal ? 'debug' : 'warn';
    this.#lastRefusal = refusal;
    this.#log[level](errorFacts(error), what);
  }

  async #revoke(): Promise<void> {
    this.#streaming.abort();
    if (this.#policy.state === 'revoked') return;
    this.#log.error('this agent was revoked: everything is denied, the audit spool is kept');
    try {
      await this.#policy.revoke();
    } catch (error) {
      // Denied all the same. A restart would forget it until the control plane says so again.
      this.#log.error(errorFacts(error), 'the revocation could not be saved');
    }
  }

  async #streamLoop(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      if (this.#policy.state === 'revoked') await this.#untilReinstated();
      this.#streaming = new AbortController();
      if (this.#stopping.signal.aborted) return;
      try {
        await readStream(
          this.#api,
          {
            opened: () => {
              failures = 0;
              void this.pull();
              this.#onTask();
            },
            policy: (version) => {
              if (version > this.#policy.version) void this.pull();
            },
            task: () => this.#onTask(),
            revoked: () => void this.#revoke(),
          },
          this.#streaming.signal,
        );
      } catch (error) {
        await this.#heard(error, 'policy stream ended');
      }
      failures += 1;
      await this.#pause(backoffMs(failures));
    }
  }

  #untilReinstated(): Promise<void> {
    return new Promise((resolve) => {
      this.#reinstated = resolve;
      if (this.#stopping.signal.aborted) resolve();
    });
  }

  async #pullLoop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#pause(PULL_EVERY_MS);
      if (!this.#stopping.signal.aborted && this.#policy.state !== 'revoked') await this.pull();
    }
  }

  async #heartbeatLoop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#isBeatAsked = false;
      await this.#beatOnce();
      const wait = this.#policy.state === 'revoked' ? REVOKED_EVERY_MS : HEARTBEAT_EVERY_MS;
      if (!this.#isBeatAsked) {
        await this.#pause(wait, (wake) => {
          this.#wakeBeat = wake;
        });
      }
    }
  }

  async #beatOnce(): Promise<void> {
    const { version, enforcedAt } = this.#policy;
    // Only an answer to a question asked while revoked can take it back: an older one may still be on its way.
    const wasRevoked = this.#policy.state === 'revoked';
    try {
      const newest = await heartbeat(this.#api, {
        ...(await this.#status()),
        policyVersion: version,
        ...(enforcedAt === undefined ? {} : { policyEnforcedAt: enforcedAt }),
      });
      if (wasRevoked) {
        await this.#policy.reinstate();
        this.#reinstated();
      }
      if (newest > this.#policy.version) void this.pull();
    } catch (error) {
      await this.#heard(error, 'heartbeat failed');
    }
  }

  /** Waits; `onWake` gets what ends the wait early. Stopping ends every wait. */
  #pause(ms: number, onWake?: (wake: () => void) => void): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#sleepers.add(wake);
      onWake?.(wake);
    });
  }
}
