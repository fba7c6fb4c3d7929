import { type AuditOutcome, type CanonicalForm, canonicalForm } from '@postern/core/audit';
import type { Allowed, PolicyConnection } from '@postern/core/policy';
import type { Classification } from '@postern/core/sql';
import type { Appended } from '../audit/group.js';
import { type AuditFacts, formOf, type Recorder } from '../audit/recorder.js';
import type { EnforcedPolicy } from '../policy/policy-holder.js';
import { isOften } from './classifier.js';
import { connectionOf, permissionList, personOf, relationsOf, statementWith } from './event-parts.js';
import type { AllowedText, GovernedText } from './governed-text.js';
import type { StatementTexts } from './statement-texts.js';
import type { Owner } from './tabs.js';

/** An intent, written but for what differs from one time to the next. */
interface IntentForm {
  readonly path: GovernedText['path'];
  readonly parameters: number | undefined;
  readonly types: readonly number[] | undefined;
  readonly form: CanonicalForm;
}

/** How statements of one person there ended, written but for what came of each. */
interface OutcomeForm {
  readonly path: GovernedText['path'];
  readonly connection: PolicyConnection;
  readonly form: CanonicalForm;
}

/** The events that statements leave in the audit trail. */
export class StatementEvents {
  readonly #recorder: Recorder;
  readonly #texts: StatementTexts;
  /** A decision is one person's, about one text, by one policy; those that are kept are found again here. */
  readonly #intents = new WeakMap<Allowed, IntentForm>();
  readonly #outcomes = new WeakMap<Owner, OutcomeForm>();

  constructor(recorder: Recorder, texts: StatementTexts) {
    this.#recorder = recorder;
    this.#texts = texts;
  }

  intent(text: GovernedText, allowed: AllowedText): { id: string; appended: Appended } {
    // Values are each statement's own.
    const isFixed = text.parameters?.values === undefined && isOften(allowed.classification);
    if (!isFixed) return this.#recorder.begin(this.#intentFacts(text, allowed));
    return this.#recorder.beginForm(this.#intentForm(text, allowed));
  }

  outcome(text: GovernedText, allowed: AllowedText, intentId: string, outcome: AuditOutcome): Appended {
    const form = this.#outcomeForm(text, allowed.decision);
    return this.#recorder.noteForm(form, `"${intentId}"`, outcomeText(outcome));
  }

  /** The kernel refused what was allowed; resolves once the disk has it. */
  diverged(text: GovernedText, allowed: AllowedText, intentId: string): Promise<string> {
    const { policy, decision, classification } = allowed;
    const role = decision.guard ?? '';
    return this.#recorder.record({
      ...this.#facts(text, classification, policy),
      ...namesOf(classification),
      kind: 'guard.diverged',
      connection: connectionOf(decision.connection),
      held: permissionList(decision.held),
      intentId,
      target: { type: 'database_role', id: role, label: role },
      reason: `the database refused \`${role}\` what the rules allow (SQLSTATE 42501)`,
    });
  }

  /** Resolves with its id once the disk has it. */
  denied(
    text: GovernedText,
    why: Partial<AuditFacts>,
    of: { readonly classification?: Classification | undefined; readonly policy?: EnforcedPolicy } = {},
  ): Promise<string> {
    const { classification, policy } = of;
    return this.#recorder.record({
      ...this.#facts(text, classification, policy),
      decision: 'denied',
      ...why,
    });
  }

  #intentForm(text: GovernedText, allowed: AllowedText): CanonicalForm {
    const { path, parameters } = text;
    const types = parameters?.types();
    const known = this.#intents.get(allowed.decision);
    const isSame = known?.path === path && known.parameters === parameters?.count && known.types === types;
    if (known && isSame) return known.form;
    const form = formOf(this.#intentFacts(text, allowed));
    this.#intents.set(allowed.decision, { path, parameters: parameters?.count, types, form });
    return form;
  }

  #intentFacts(text: GovernedText, { policy, decision, classification }: AllowedText): AuditFacts {
    return {
      ...this.#facts(text, classification, policy),
      ...namesOf(classification),
      decision: 'allowed',
      connection: connectionOf(decision.connection),
      required: permissionList(decision.required),
      held: permissionList(decision.held),
      ruleIds: decision.ruleIds,
    };
  }

  #outcomeForm({ owner, path }: GovernedText, { connection }: Allowed): CanonicalForm {
    const known = this.#outcomes.get(owner);
    if (known?.path === path && known.connection === connection) return known.form;
    const facts = {
      kind: 'statement.finished',
      actor: personOf(owner),
      path,
      connection: connectionOf(connection),
      sessionId: owner.consoleSession,
    } as const;
    const form = formOf(facts, ['intentId', 'outcome']);
    this.#outcomes.set(owner, { path, connection, form });
    return form;
  }

  #facts(
    text: GovernedText,
    classification: Classification | undefined,
    policy?: EnforcedPolicy,
  ): AuditFacts {
    return {
      kind: 'statement.decided',
      actor: personOf(text.owner),
      path: text.path,
      statement: this.#statement(text, classification),
      sessionId: text.owner.consoleSession,
      ...(policy ? { policyVersion: policy.bundle.version } : {}),
    };
  }

  #statement({ connection, sql, parameters }: GovernedText, classification: Classification | undefined) {
    const statement = this.#texts.statement(connection, sql, classification);
    if (parameters === undefined) return statement;
    const bound = this.#texts.parameters(connection, sql, parameters);
    const isShared = classification !== undefined && isOften(classification);
    return isShared ? statementWith(statement, bound) : { ...statement, ...bound };
  }
}

/** Of a text, what search finds it by beside the text itself. */
export function namesOf(classification: Classification): Pick<AuditFacts, 'relations'> {
  const relations = relationsOf(classification);
  return relations.length === 0 ? {} : { relations };
}

const WITH_BYTES = canonicalForm({}, ['bytes', 'durationMs', 'rows', 'sqlstate', 'status']);
const WITHOUT_BYTES = canonicalForm({}, ['durationMs', 'rows', 'sqlstate', 'status']);

/** Microseconds say enough. */
function outcomeText({ status, rows, durationMs, sqlstate, bytes }: AuditOutcome): string {
  const duration = String(Math.round(durationMs * 1_000) / 1_000);
  const code = sqlstate === null ? 'null' : JSON.stringify(sqlstate);
  if (bytes === undefined) return WITHOUT_BYTES(duration, String(rows), code, `"${status}"`);
  return WITH_BYTES(String(bytes), duration, String(rows), code, `"${status}"`);
}
