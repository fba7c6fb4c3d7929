import { createHash } from 'node:crypto';
import { PosternError } from '@postern/core/errors';
import { type CompiledPolicy, compilePolicy, type PolicyBundle, type Principal } from '@postern/core/policy';
import { type Clock, isoTime } from '../clock.js';
import type { AgentIdentity } from '../link/identity.js';
import { Lease } from './lease.js';
import { readLease, readPolicy, writeLease, writePolicy } from './policy-file.js';
import { verifyBundle } from './verify.js';

/** A bundle in force. Replaced as a whole, so whoever holds one sees one consistent policy. */
export interface EnforcedPolicy {
  readonly compiled: CompiledPolicy;
  readonly bundle: PolicyBundle;
  readonly principals: ReadonlyMap<string, Principal>;
  readonly enforcedAt: string;
}

export type PolicyStateName = 'ok' | 'none' | 'lease_expired' | 'revoked';

export interface PolicyEvents {
  enforced(policy: EnforcedPolicy): void;
  refused(error: PosternError): void;
  /** Sessions must be looked at again: the policy, its lease or the agent's standing changed. */
  changed(): void;
}

/** The one place that knows which policy is in force, and whether any may be. */
export class PolicyHolder {
  readonly #identity: AgentIdentity;
  readonly #paths: { policyFile: string; leaseFile: string };
  readonly #clock: Clock;
  readonly #lease: Lease;
  readonly #events: PolicyEvents;
  #trustedKeys: AgentIdentity['signingKeys'];
  #current: EnforcedPolicy | undefined;
  #revoked = false;
  #saving: Promise<void> = Promise.resolve();
  #lastRefused = '';
  #lastState: PolicyStateName = 'none';

  constructor(options: {
    identity: AgentIdentity;
    paths: { policyFile: string; leaseFile: string };
    clock: Clock;
    events: PolicyEvents;
  }) {
    this.#identity = options.identity;
    this.#paths = options.paths;
    this.#clock = options.clock;
    this.#events = options.events;
    this.#lease = new Lease(options.clock);
    this.#trustedKeys = options.identity.signingKeys;
  }

  get version(): number {
    return this.#current?.bundle.version ?? 0;
  }

  get enforcedAt(): string | undefined {
    return this.#current?.enforcedAt;
  }

  /** Keys that sign-in tokens may be signed with. */
  get trustedKeys(): AgentIdentity['signingKeys'] {
    return this.#trustedKeys;
  }

  /** The last policy, in force or not: for showing, never for deciding. */
  get shown(): EnforcedPolicy | undefined {
    return this.#current;
  }

  get state(): PolicyStateName {
    if (this.#revoked) return 'revoked';
    if (!this.#current) return 'none';
    return this.#lease.isExpired(this.#current.bundle.leaseSeconds) ? 'lease_expired' : 'ok';
  }

  /** The policy to decide by; throws when there is none to be trusted now: then everything is denied. */
  inForce(): EnforcedPolicy {
    const { state } = this;
    if (state === 'ok' && this.#current) return this.#current;
    throw denialOf(state);
  }

  /** Takes up the policy that was in force before a restart. */
  async load(): Promise<void> {
    const lease = await readLease(this.#paths.leaseFile);
    if (lease) {
      this.#lease.restore(lease.confirmedAt);
      this.#revoked = lease.revoked;
    }
    const stored = await readPolicy(this.#paths.policyFile);
    if (!stored) return;
    try {
      const bundle = await verifyBundle(stored.jws, {
        ...this.#identity,
        trustedKeys: stored.trustedKeys,
        newerThan: 0,
      });
      this.#swap(bundle);
    } catch (error) {
      if (!(error instanceof PosternError)) throw error;
      this.#events.refused(error);
    }
  }

  /** A bundle from the control plane: enforced when it is right and newer, else refused and the old one kept. */
  async offer(jws: string): Promise<void> {
    let bundle: PolicyBundle;
    try {
      bundle = await verifyBundle(jws, {
        ...this.#identity,
        trustedKeys: this.#trustedKeys,
        newerThan: this.version,
      });
    } catch (error) {
      if (!(error instanceof PosternError)) throw error;
      this.#refuse(jws, error);
      return;
    }
    // Enforced before it is saved: a full disk must not keep a revocation out. After a crash in between, the older
    // bundle on disk is replaced at the first pull.
    const acceptedWith = this.#trustedKeys;
    this.#lastRefused = '';
    this.#lease.confirm();
    this.#events.enforced(this.#swap(bundle));
    await writePolicy(this.#paths.policyFile, jws, acceptedWith);
    await this.#saveLease();
  }

  /** The control plane said that the policy in force is still the current one: the lease runs anew. */
  async confirm(): Promise<void> {
    this.#lease.confirm();
    this.noticeTime();
    await this.#saveLease();
  }

  /** A lease runs out without anything happening: to be called every second or so. */
  noticeTime(): void {
    const { state } = this;
    if (state === this.#lastState) return;
    this.#lastState = state;
    this.#events.changed();
  }

  async revoke(): Promise<void> {
    if (this.#revoked) return;
    this.#revoked = true;
    this.noticeTime();
    await this.#saveLease();
  }

  async reinstate(): Promise<void> {
    if (!this.#revoked) return;
    this.#revoked = false;
    this.noticeTime();
    await this.#saveLease();
  }

  /** One event for one bad bundle, however often it is offered. */
  #refuse(jws: string, error: PosternError): void {
    const digest = createHash('sha256').update(jws).digest('hex');
    if (digest === this.#lastRefused) return;
    this.#lastRefused = digest;
    this.#events.refused(error);
  }

  #swap(bundle: PolicyBundle): EnforcedPolicy {
    const policy: EnforcedPolicy = {
      bundle,
      compiled: compilePolicy(bundle),
      principals: new Map(bundle.principals.map((principal) => [principal.id, principal])),
      enforcedAt: isoTime(this.#clock.now()),
    };
    this.#current = policy;
    this.#trustedKeys = bundle.signingKeys;
    this.#lastState = this.state;
    this.#events.changed();
    return policy;
  }

  /** Waits until what was heard last is on disk. */
  async settled(): Promise<void> {
    await this.#saving.catch(() => undefined);
  }

  /** One write after the other, each of what is true then: an older one must not overtake a revocation. */
  #saveLease(): Promise<void> {
    this.#saving = this.#saving
      .catch(() => undefined)
      .then(() =>
        writeLease(this.#paths.leaseFile, {
          confirmedAt: this.#lease.confirmedAt ?? 0,
          revoked: this.#revoked,
        }),
      );
    return this.#saving;
  }
}

function denialOf(state: PolicyStateName): PosternError {
  if (state === 'revoked') {
    return new PosternError('agent.revoked', 'this agent was revoked: nothing may run through it', {
      fix: 'ask an administrator to enrol it again',
    });
  }
  if (state === 'lease_expired') {
    return new PosternError(
      'policy.lease_expired',
      'the control plane has not confirmed the policy for too long, so nothing may run',
      { fix: 'wait until the agent reaches the control plane again, or tell an administrator' },
    );
  }
  return new PosternError('policy.none', 'no policy has reached this agent yet, so nothing may run', {
    fix: 'wait until a policy is published, or tell an administrator',
  });
}
