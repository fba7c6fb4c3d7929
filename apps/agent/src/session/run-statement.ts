import { type AuditOutcome, auditStatementOf } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import { type Allowed, type Denied, decide, PERMISSION_BIT, permissionsOf } from '@postern/core/policy';
import {
  type Classification,
  type ClassifyResult,
  NEW_SESSION,
  type SessionState,
  type SqlRejection,
} from '@postern/core/sql';
import type { AuditFacts, Recorder } from '../audit/recorder.js';
import { errorFacts, type Logger } from '../log.js';
import type { EnforcedPolicy, PolicyHolder } from '../policy/policy-holder.js';
import { codeOf } from '../targets/connect.js';
import type { Target } from '../targets/target.js';
import type { Classifier } from './classifier.js';
import { type DenialFacts, type RunFailure, type RunOutcome, RunRefused } from './outcome.js';
import { runBatch } from './run-batch.js';
import { type Surroundings, surroundingsOf } from './statement-catalog.js';
import type { Owner, Run, Tabs } from './tabs.js';

/** Most rows of one result, also for those who may export. */
export const HARD_ROW_CAP = 10_000;

export interface StatementRequest {
  readonly owner: Owner;
  readonly tab: string;
  readonly connection: string;
  readonly sql: string;
  /** Where it came in. */
  readonly path: 'console';
}

/** Statement kinds in one event, and reasons in one answer: a text of thousands must not make an event that nobody takes. */
const KINDS_MAX = 100;
const REASONS_MAX = 100;

const NOTHING: Classification = { statements: [], required: 0 };

/** Rows that a person may get from one statement. */
export function rowCapOf({ connection, held }: Pick<Allowed, 'connection' | 'held'>): number {
  return (held & PERMISSION_BIT.export) === 0 ? Math.min(connection.rowCap, HARD_ROW_CAP) : HARD_ROW_CAP;
}

/** classify → decide → record → execute → record: the one way for a statement, whichever path it came in by. */
export class StatementRunner {
  readonly #classifier: Classifier;
  readonly #policy: PolicyHolder;
  readonly #recorder: Recorder;
  readonly #tabs: Tabs;
  readonly #targets: ReadonlyMap<string, Target>;
  readonly #log: Logger;
  /** Outcomes not yet durable: nobody waits for them, but the shutdown does. */
  readonly #outcomes = new Set<Promise<void>>();

  constructor(parts: {
    classifier: Classifier;
    policy: PolicyHolder;
    recorder: Recorder;
    tabs: Tabs;
    targets: ReadonlyMap<string, Target>;
    log: Logger;
  }) {
    this.#classifier = parts.classifier;
    this.#policy = parts.policy;
    this.#recorder = parts.recorder;
    this.#tabs = parts.tabs;
    this.#targets = parts.targets;
    this.#log = parts.log;
  }

  /** Resolves also when the database refused; throws {@link RunRefused} when it was never asked. */
  async run(request: StatementRequest): Promise<RunOutcome> {
    const run = this.#tabs.begin(request.owner, request.tab, request.connection);
    try {
      return await this.#govern(run, request);
    } finally {
      this.#tabs.end(run);
    }
  }

  /** Waits until every outcome is recorded. */
  async settled(): Promise<void> {
    await Promise.all(this.#outcomes);
  }

  async #govern(run: Run, request: StatementRequest): Promise<RunOutcome> {
    const { memory, classified } = await this.#classify(request);
    if (classified.ok && classified.classification.statements.length === 0) {
      throw new RunRefused('sql.empty', 'there is no statement in the text', { fix: 'write one' }, {});
    }
    const policy = await this.#policyFor(request, classified);
    const { principalId } = request.owner;
    if (!classified.ok) {
      // A connection that they may not see answers the same for every text.
      const seen = decide(policy.compiled, principalId, request.connection, NOTHING);
      if (!seen.allowed) return this.#deny(request, policy, seen, []);
      return this.#reject(request, policy, seen, classified.rejection);
    }
    const { classification } = classified;
    const decision = decide(policy.compiled, principalId, request.connection, classification);
    const kinds = classification.statements.map(({ kind }) => kind);
    if (!decision.allowed) return this.#deny(request, policy, decision, kinds);
    run.required = decision.required;
    const intentId = await this.#recorder.record(this.#allowedFacts(request, policy, decision, kinds));
    return this.#execute(run, request, { policy, decision, classification, memory, intentId });
  }

  /**
   * Only for those who see the connection its catalog is asked for: for others a hidden one takes as long as one that does not
   * exist. What they may see can change meanwhile, so it is decided afterwards.
   */
  async #classify(request: StatementRequest) {
    const { owner, tab, connection, sql } = request;
    const session = this.#tabs.opened(owner, tab, connection);
    let surroundings: Surroundings = { memory: session?.memory ?? NEW_SESSION, catalog: undefined };
    const seen = this.#seen(request);
    if (seen) {
      try {
        surroundings = await surroundingsOf(this.#targets.get(connection), session);
      } catch (error) {
        if (!(error instanceof PosternError)) throw error;
        return this.#withoutCatalog(request, seen, error);
      }
    }
    const { memory, catalog } = surroundings;
    return { memory, classified: await this.#classifier.classify(sql, memory, catalog) };
  }

  #seen({ owner, connection }: StatementRequest): { policy: EnforcedPolicy; seen: Allowed } | undefined {
    if (this.#policy.state !== 'ok') return undefined;
    const policy = this.#policy.inForce();
    const seen = decide(policy.compiled, owner.principalId, connection, NOTHING);
    return seen.allowed ? { policy, seen } : undefined;
  }

  async #withoutCatalog(
    request: StatementRequest,
    { policy, seen }: { policy: EnforcedPolicy; seen: Allowed },
    error: PosternError,
  ): Promise<never> {
    const auditId = await this.#recorder.record({
      ...this.#common(request, [], policy),
      decision: 'denied',
      connection: { id: seen.connection.id, slug: seen.connection.slug },
      held: permissionsOf(seen.held),
      reason: error.message,
    });
    throw new RunRefused(error.code, error.message, error.detail, { auditId });
  }

  /** The policy in force; where there is none the attempt is a denial like any other. */
  async #policyFor(request: StatementRequest, classified: ClassifyResult): Promise<EnforcedPolicy> {
    try {
      return this.#policy.inForce();
    } catch (error) {
      if (!(error instanceof PosternError)) throw error;
      const kinds = classified.ok ? classified.classification.statements.map(({ kind }) => kind) : [];
      const auditId = await this.#recorder.record({
        ...this.#common(request, kinds),
        decision: 'denied',
        connection: { id: '', slug: request.connection },
        reason: error.message,
      });
      throw new RunRefused(error.code, error.message, error.detail, { auditId });
    }
  }

  async #deny(
    request: StatementRequest,
    policy: EnforcedPolicy,
    decision: Denied,
    kinds: readonly string[],
  ): Promise<never> {
    const { code, message, fix, missing } = decision;
    const reasons = decision.reasons.slice(0, REASONS_MAX);
    const held = permissionsOf(decision.held);
    const auditId = await this.#recorder.record({
      ...this.#common(request, kinds, policy),
      decision: 'denied',
      connection: this.#connectionOf(policy, request.connection),
      required: permissionsOf(decision.required),
      held,
      missing,
      reason: message,
    });
    if (code === 'connection.not_found') throw new RunRefused(code, message, { fix }, { auditId });
    const position = reasons[0]?.position;
    const facts: DenialFacts = { auditId, connection: request.connection, missing, held, reasons };
    throw new RunRefused(code, message, { fix }, position === undefined ? facts : { ...facts, position });
  }

  /** What could not be understood is not run. */
  async #reject(
    request: StatementRequest,
    policy: EnforcedPolicy,
    seen: Allowed,
    rejection: SqlRejection,
  ): Promise<never> {
    const auditId = await this.#recorder.record({
      ...this.#common(request, [], policy),
      decision: 'denied',
      connection: { id: seen.connection.id, slug: seen.connection.slug },
      held: permissionsOf(seen.held),
      reason: `not understood: ${rejection.message}`,
    });
    const { code, message, position } = rejection;
    const facts: DenialFacts = { auditId, connection: request.connection };
    throw new RunRefused(code, message, {}, position === undefined ? facts : { ...facts, position });
  }

  async #execute(run: Run, request: StatementRequest, allowed: AllowedRun): Promise<RunOutcome> {
    const startedAt = performance.now();
    let outcome: RunOutcome;
    try {
      outcome = await this.#inDatabase(run, request, allowed);
    } catch (error) {
      const status = run.stopped ? 'cancelled' : 'failed';
      const sqlstate = codeOf((error as { cause?: unknown }).cause) ?? codeOf(error) ?? null;
      this.#finish(request, allowed, {
        status,
        rows: null,
        durationMs: performance.now() - startedAt,
        sqlstate: sqlstateOnly(sqlstate),
      });
      if (!(error instanceof PosternError) || error instanceof RunRefused) throw error;
      throw new RunRefused(error.code, error.message, error.detail, { auditId: allowed.intentId });
    }
    const { failure, results } = outcome;
    this.#finish(request, allowed, {
      status: statusOf(failure),
      rows: results.reduce<number | null>(
        (sum, { rowCount }) => (rowCount === null ? sum : (sum ?? 0) + rowCount),
        null,
      ),
      durationMs: performance.now() - startedAt,
      sqlstate: failure?.sqlstate ?? null,
    });
    return outcome;
  }

  async #inDatabase(run: Run, request: StatementRequest, allowed: AllowedRun): Promise<RunOutcome> {
    const { intentId, classification } = allowed;
    const decision = this.#stillAllowed(request, allowed);
    const session = await this.#tabs.session(run, decision.connection, decision.readOnly);
    // Opening took a while: the policy may have changed again.
    if (this.#stillAllowed(request, allowed).readOnly !== session.readOnly) {
      throw new PosternError('connection.unavailable', 'your access changed at this moment', {
        fix: 'run it again',
      });
    }
    if (classification.usesSession === true && session.memory !== allowed.memory) {
      const fix = 'prepare or declare it again';
      const message = 'the database session that knew the name of this statement or cursor has ended';
      throw new PosternError('connection.unavailable', message, { fix });
    }
    const batch = await runBatch(run, session, request.sql, classification.statements, rowCapOf(decision));
    return { auditId: intentId, ...batch, transaction: session.transaction };
  }

  /** Recording took a while: what was allowed before must still be. */
  #stillAllowed(request: StatementRequest, allowed: AllowedRun): Allowed {
    const policy = this.#policy.inForce();
    if (policy === allowed.policy) return allowed.decision;
    const decision = decide(
      policy.compiled,
      request.owner.principalId,
      request.connection,
      allowed.classification,
    );
    if (decision.allowed) return decision;
    const { code, message, fix, missing } = decision;
    const reasons = decision.reasons.slice(0, REASONS_MAX);
    const held = permissionsOf(decision.held);
    const facts = { auditId: allowed.intentId, connection: request.connection, missing, held, reasons };
    throw new RunRefused(code, message, { fix }, facts);
  }

  #allowedFacts(
    request: StatementRequest,
    policy: EnforcedPolicy,
    decision: Allowed,
    kinds: readonly string[],
  ): AuditFacts {
    return {
      ...this.#common(request, kinds, policy),
      decision: 'allowed',
      connection: { id: decision.connection.id, slug: decision.connection.slug },
      required: permissionsOf(decision.required),
      held: permissionsOf(decision.held),
      ruleIds: decision.ruleIds,
    };
  }

  #common(request: StatementRequest, kinds: readonly string[], policy?: EnforcedPolicy) {
    return {
      kind: 'statement.decided' as const,
      actor: actorOf(request.owner),
      path: request.path,
      statement: auditStatementOf(request.sql, kinds.slice(0, KINDS_MAX)),
      sessionId: request.owner.consoleSession,
      ...(policy ? { policyVersion: policy.bundle.version } : {}),
    };
  }

  #connectionOf(policy: EnforcedPolicy, slug: string): { id: string; slug: string } {
    return { id: policy.compiled.connections.get(slug)?.id ?? '', slug };
  }

  #finish(request: StatementRequest, allowed: AllowedRun, outcome: AuditOutcome): void {
    const { connection } = allowed.decision;
    const recorded = this.#recorder
      .record({
        kind: 'statement.finished',
        actor: actorOf(request.owner),
        path: request.path,
        connection: { id: connection.id, slug: connection.slug },
        intentId: allowed.intentId,
        outcome,
        sessionId: request.owner.consoleSession,
      })
      .then(
        () => undefined,
        // The intent stands in the trail, shown as "outcome unknown": nothing is lost silently.
        (error: unknown) =>
          this.#log.error(errorFacts(error), 'the outcome of a statement could not be recorded'),
      );
    this.#outcomes.add(recorded);
    void recorded.finally(() => this.#outcomes.delete(recorded));
  }
}

interface AllowedRun {
  readonly policy: EnforcedPolicy;
  readonly decision: Allowed;
  readonly classification: Classification;
  /** What the classification was made with. */
  readonly memory: SessionState;
  readonly intentId: string;
}

export const actorOf = (owner: Owner) => ({
  type: 'user' as const,
  id: owner.principalId,
  label: owner.email,
});

/** System codes like ECONNREFUSED are no SQLSTATE. */
const sqlstateOnly = (code: string | null): string | null =>
  code !== null && /^[0-9A-Z]{5}$/.test(code) ? code : null;

function statusOf(failure: RunFailure | null): AuditOutcome['status'] {
  if (!failure) return 'succeeded';
  return failure.code === 'sql.cancelled' ? 'cancelled' : 'failed';
}
