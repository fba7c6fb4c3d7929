import { type AuditOutcome, withoutQuotes } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import {
  type Allowed,
  type Denied,
  decide,
  NO_STATEMENT,
  PERMISSION_BIT,
  permissionsOf,
} from '@postern/core/policy';
import {
  type Catalog,
  type Classification,
  type ClassifyResult,
  NEW_SESSION,
  type SessionState,
  type SqlRejection,
} from '@postern/core/sql';
import type { Recorder } from '../audit/recorder.js';
import { errorFacts, type Logger } from '../log.js';
import type { EnforcedPolicy, PolicyHolder } from '../policy/policy-holder.js';
import type { Changer } from '../targets/catalog/live-catalog.js';
import type { Target } from '../targets/target.js';
import type { Classifier } from './classifier.js';
import { isDivergence } from './divergence.js';
import { DecisionCache } from './event-parts.js';
import type { AllowedText, ClassifiedText, GovernedText } from './governed-text.js';
import { type DenialFacts, RunRefused } from './outcome.js';
import { type GovernedSession, type Surroundings, surroundingsOf } from './statement-catalog.js';
import { namesOf, StatementEvents } from './statement-events.js';
import type { StatementTexts } from './statement-texts.js';

/** Reasons in one answer. */
const REASONS_MAX = 100;

/** What may change a catalog, or run code that does. */
const CHANGING = PERMISSION_BIT.ddl | PERMISSION_BIT.execute | PERMISSION_BIT.admin;

/** What came of a text that was allowed and not run. */
export const NEVER_RAN: AuditOutcome = { status: 'cancelled', rows: null, durationMs: 0, sqlstate: null };

/**
 * classify → decide → record, the same for every path; how an allowed text then runs is the path's own. Whatever is not
 * allowed is recorded as a denial and thrown as {@link RunRefused}.
 */
export class Governor {
  readonly #classifier: Classifier;
  readonly #policy: PolicyHolder;
  readonly #events: StatementEvents;
  readonly #targets: ReadonlyMap<string, Target>;
  readonly #texts: StatementTexts;
  readonly #decisions = new DecisionCache();
  readonly #log: Logger;
  /** Outcomes not yet written: nobody waits for them, but the shutdown does. */
  readonly #outcomes = new Set<Promise<unknown>>();

  constructor(parts: {
    classifier: Classifier;
    policy: PolicyHolder;
    recorder: Recorder;
    targets: ReadonlyMap<string, Target>;
    texts: StatementTexts;
    log: Logger;
  }) {
    this.#classifier = parts.classifier;
    this.#policy = parts.policy;
    this.#events = new StatementEvents(parts.recorder, parts.texts);
    this.#targets = parts.targets;
    this.#texts = parts.texts;
    this.#log = parts.log;
  }

  /** Whether the audit trail keeps values that are bound on that connection. */
  keepsValues(connection: string): boolean {
    return this.#texts.keepsValues(connection);
  }

  /** Waits until every outcome is recorded. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#outcomes);
  }

  /**
   * Only for those who see the connection its catalog is asked for: for others a hidden one takes as long as one that does not
   * exist. What they may see can change meanwhile, so it is decided afterwards. `known`: a catalog that was read after the
   * text had come counts as well, or why there is none.
   */
  async classify(
    text: GovernedText,
    session: GovernedSession | undefined,
    known?: Catalog | PosternError,
  ): Promise<ClassifiedText> {
    const seen = this.#seen(text);
    if (known instanceof PosternError) {
      if (seen) return this.#withoutCatalog(text, seen, known);
      known = undefined;
    }
    let surroundings: Surroundings = { memory: session?.memory ?? NEW_SESSION, catalog: known };
    if (seen && known === undefined) {
      try {
        surroundings = await surroundingsOf(this.#targets.get(text.connection), session);
      } catch (error) {
        if (!(error instanceof PosternError)) throw error;
        return this.#withoutCatalog(text, seen, error);
      }
    }
    const { memory, catalog } = surroundings;
    const wanted = this.#texts.wanted(text.connection);
    const classified = await this.#classifier.classify(text.sql, memory, catalog, wanted);
    return { memory, catalog, classified };
  }

  /**
   * Whether the text may run, where that takes no waiting: its classification is known, and the policy says yes. Else undefined, and
   * `classify` and `decide` say it. `catalog`: one that was read after the text had come.
   */
  allowedNow(text: GovernedText, memory: SessionState, catalog: Catalog): AllowedText | undefined {
    if (this.#policy.state !== 'ok') return undefined;
    const known = this.#classifier.known(text.sql, memory, catalog, this.#texts.wanted(text.connection));
    if (!known?.ok) return undefined;
    const { classification } = known;
    const policy = this.#policy.inForce();
    const decision = this.#decisions.decide(policy, text, classification);
    return decision.allowed ? { policy, decision, classification, memory } : undefined;
  }

  /** The same with a catalog that others have asked for, where that is enough. */
  allowedShared(text: GovernedText, session: GovernedSession | undefined): AllowedText | undefined {
    const memory = session?.memory ?? NEW_SESSION;
    if (memory.storedCode || !this.#seen(text)) return undefined;
    const catalog = this.sharedCatalog(text.connection);
    return catalog && this.allowedNow(text, memory, catalog);
  }

  /** One that is a few milliseconds older, where nothing that came through this agent can have changed it: see {@link LiveCatalog}. */
  sharedCatalog(connection: string): Catalog | undefined {
    return this.#targets.get(connection)?.catalog.shared();
  }

  /** To be told before anything of the text is sent: others must see what it changes, whenever its session commits that. */
  mayChange({ decision, classification }: AllowedText, session: Changer): void {
    const { required, statements } = classification;
    const isHarmless = (required & CHANGING) === 0 && !statements.some(({ storesCode }) => storesCode);
    if (!isHarmless) this.#targets.get(decision.connection.slug)?.catalog.changedBy(session);
  }

  /** Resolves when the text may run now; else the denial is recorded and thrown. */
  async decide(text: GovernedText, { classified, memory }: ClassifiedText): Promise<AllowedText> {
    const policy = await this.#policyFor(text, classified);
    const { principalId } = text.owner;
    if (!classified.ok) {
      // A connection that they may not see answers the same for every text.
      const seen = decide(policy.compiled, principalId, text.connection, NO_STATEMENT);
      if (!seen.allowed) return this.#deny(text, policy, seen, undefined);
      return this.#reject(text, policy, seen, classified.rejection);
    }
    const { classification } = classified;
    const decision = this.#decisions.decide(policy, text, classification);
    if (!decision.allowed) return this.#deny(text, policy, decision, classification);
    return { policy, decision, classification, memory };
  }

  /**
   * Calls `then` with the intent's id when the text may run: once the disk has it, or, where the connection is set to `batched`, once the
   * system has it, so that it survives the agent and the disk has it within 50 ms. Else `failed`. Neither may throw.
   */
  recordIntent(
    text: GovernedText,
    allowed: AllowedText,
    then: (intentId: string) => void,
    failed: (error: unknown) => void,
  ): void {
    const { id, appended } = this.#events.intent(text, allowed);
    if (allowed.decision.connection.audit === 'batched') {
      appended.onWritten(() => then(id), failed);
      return;
    }
    const lost = (error: unknown) => {
      this.finish(text, allowed, id, NEVER_RAN);
      failed(error);
    };
    appended.onWritten(() => void appended.durable().then(() => then(id), lost), failed);
  }

  /** The same as a promise. */
  intentRecorded(text: GovernedText, allowed: AllowedText): Promise<string> {
    return new Promise((resolve, reject) => this.recordIntent(text, allowed, resolve, reject));
  }

  /**
   * Calls `then` with a catalog that is not older than the call, as soon as there is one, or with why there is none. For texts
   * that a session has used before, whose person sees the connection. It may not throw.
   */
  whenCurrent(connection: string, then: (catalog: Catalog | PosternError) => void): void {
    const target = this.#targets.get(connection);
    if (target) target.catalog.whenCurrent(({ catalog }) => then(catalog), then);
    else then(new PosternError('connection.unavailable', 'this agent does not serve the connection'));
  }

  /** Recording took a while: what was allowed before must still be. */
  stillAllowed(text: GovernedText, allowed: AllowedText, intentId: string): Allowed {
    const policy = this.#policy.inForce();
    if (policy === allowed.policy) return allowed.decision;
    const { principalId } = text.owner;
    const decision = decide(policy.compiled, principalId, text.connection, allowed.classification);
    if (decision.allowed) return decision;
    const { code, message, fix, missing } = decision;
    const reasons = decision.reasons.slice(0, REASONS_MAX);
    const held = permissionsOf(decision.held);
    const facts = { auditId: intentId, connection: text.connection, missing, held, reasons };
    throw new RunRefused(code, message, { fix }, facts);
  }

  /** To be told after each text: what its session may have stored, whoever asks next must see, also after a COMMIT much later. */
  ran(text: GovernedText, { storedCode }: SessionState): void {
    if (storedCode) this.#targets.get(text.connection)?.catalog.suspect();
  }

  /** Records what came of an intent, in its own time. */
  finish(text: GovernedText, allowed: AllowedText, intentId: string, outcome: AuditOutcome): void {
    this.#track(this.#events.outcome(text, allowed, intentId, outcome).written);
    if (isDivergence(allowed.decision, outcome.sqlstate))
      this.#track(this.#events.diverged(text, allowed, intentId));
  }

  #track(written: Promise<unknown>): void {
    if (this.#outcomes.has(written)) return;
    this.#outcomes.add(written);
    void written
      // The intent stands in the trail, shown as "outcome unknown": nothing is lost silently.
      .catch((error: unknown) =>
        this.#log.error(errorFacts(error), 'outcomes of statements could not be recorded'),
      )
      .finally(() => this.#outcomes.delete(written));
  }

  #seen({ owner, connection }: GovernedText): { policy: EnforcedPolicy; seen: Allowed } | undefined {
    if (this.#policy.state !== 'ok') return undefined;
    const policy = this.#policy.inForce();
    const seen = decide(policy.compiled, owner.principalId, connection, NO_STATEMENT);
    return seen.allowed ? { policy, seen } : undefined;
  }

  async #withoutCatalog(
    text: GovernedText,
    { policy, seen }: { policy: EnforcedPolicy; seen: Allowed },
    error: PosternError,
  ): Promise<never> {
    const { id, slug } = seen.connection;
    const why = { connection: { id, slug }, held: permissionsOf(seen.held), reason: error.message };
    const auditId = await this.#events.denied(text, why, { policy });
    throw new RunRefused(error.code, error.message, error.detail, { auditId });
  }

  /** The policy in force; where there is none the attempt is a denial like any other. */
  async #policyFor(text: GovernedText, classified: ClassifyResult): Promise<EnforcedPolicy> {
    try {
      return this.#policy.inForce();
    } catch (error) {
      if (!(error instanceof PosternError)) throw error;
      const why = { connection: { id: '', slug: text.connection }, reason: error.message };
      const classification = classified.ok ? classified.classification : undefined;
      const auditId = await this.#events.denied(text, why, { classification });
      throw new RunRefused(error.code, error.message, error.detail, { auditId });
    }
  }

  async #deny(
    text: GovernedText,
    policy: EnforcedPolicy,
    decision: Denied,
    classification: Classification | undefined,
  ): Promise<never> {
    const { code, message, fix, missing } = decision;
    const reasons = decision.reasons.slice(0, REASONS_MAX);
    const held = permissionsOf(decision.held);
    const slug = text.connection;
    const why = {
      ...(classification && namesOf(classification)),
      connection: { id: policy.compiled.connections.get(slug)?.id ?? '', slug },
      required: permissionsOf(decision.required),
      held,
      missing,
      reason: message,
    };
    const auditId = await this.#events.denied(text, why, { classification, policy });
    if (code === 'connection.not_found') throw new RunRefused(code, message, { fix }, { auditId });
    const position = reasons[0]?.position;
    const facts: DenialFacts = { auditId, connection: slug, missing, held, reasons };
    throw new RunRefused(code, message, { fix }, position === undefined ? facts : { ...facts, position });
  }

  /** What could not be understood is not run. */
  async #reject(
    text: GovernedText,
    policy: EnforcedPolicy,
    seen: Allowed,
    rejection: SqlRejection,
  ): Promise<never> {
    const { id, slug } = seen.connection;
    // The parser quotes what it stumbled over.
    const reason = `not understood: ${withoutQuotes(rejection.message)}`;
    const why = { connection: { id, slug }, held: permissionsOf(seen.held), reason };
    const auditId = await this.#events.denied(text, why, { policy });
    const { code, message, fix, position } = rejection;
    const facts: DenialFacts = { auditId, connection: text.connection };
    const how = fix === undefined ? {} : { fix };
    throw new RunRefused(code, message, how, position === undefined ? facts : { ...facts, position });
  }
}
