import { PosternError } from '@postern/core/errors';
import type { Allowed } from '@postern/core/policy';
import { type Catalog, hasOwnTypes, withFindings, withParameterTypes } from '@postern/core/sql';
import { type Governor, NEVER_RAN } from '../session/govern.js';
import type { AllowedText, ClassifiedText, GovernedText } from '../session/governed-text.js';
import type { Owner } from '../session/tabs.js';
import type { BoundParameters } from '../targets/bound-parameters.js';
import type { Changer } from '../targets/catalog/live-catalog.js';
import { isSameKind, type SessionKind } from '../targets/connect.js';
import type { SessionNames } from './names.js';

/** A text that wants to run, or to be planned. */
export interface Question {
  /** Undefined: it is not UTF-8. `shown` is what the audit trail keeps of it. */
  readonly sql: string | undefined;
  readonly shown?: string;
  readonly parameterTypes?: readonly number[];
  readonly parameters?: BoundParameters;
  /** Code that ran may have put something else behind its name. */
  readonly isReplaceable?: boolean;
  /** When the message had come, on the steady clock. */
  readonly arrivedAt: number;
}

/** A text whose intent is on record, and which may run now. */
export interface Admitted {
  readonly text: GovernedText;
  readonly allowed: AllowedText;
  readonly decision: Allowed;
  readonly intentId: string;
}

/** A text that may run, or be planned, now. */
export interface Found {
  readonly text: GovernedText;
  readonly allowed: AllowedText;
  /** What the text was looked at with. */
  readonly catalog: Catalog | undefined;
}

/** Asks the governor in the name of one session. Throws what the client is to be told. */
export class Gate {
  readonly #governor: Governor;
  readonly #owner: Owner;
  readonly #connection: string;
  readonly #names: SessionNames;
  readonly #kind: SessionKind;
  readonly #session: Changer;
  readonly #isCancelled: () => boolean;
  /** The catalog that was read last. It serves all messages that had come before it was asked for. */
  #known: { readonly catalog: Catalog; readonly askedAt: number } | undefined;

  constructor(
    governor: Governor,
    of: {
      owner: Owner;
      connection: string;
      names: SessionNames;
      kind: SessionKind;
      session: Changer;
      /** Whether the client wanted to stop what is decided about at the moment; asked once for each. */
      isCancelled(): boolean;
    },
  ) {
    this.#governor = governor;
    this.#owner = of.owner;
    this.#connection = of.connection;
    this.#names = of.names;
    this.#kind = of.kind;
    this.#session = of.session;
    this.#isCancelled = of.isCancelled;
  }

  /** The policy, the catalog and the session as they are now allow it. `catalog`: why there is none. */
  async allowed(question: Question, catalog?: PosternError): Promise<Found> {
    const text = this.#textOf(question);
    const classified = await this.#classified(text, question, catalog);
    const allowed = await this.#governor.decide(text, classified);
    this.#checkWall(allowed.decision);
    this.#governor.mayChange(allowed, this.#session);
    return { text, allowed, catalog: classified.catalog };
  }

  /** The same at once; undefined where it is not known at once, or is no yes. */
  allowedNow(question: Question): Found | undefined {
    const isNew = this.#known !== undefined && this.#known.askedAt >= question.arrivedAt;
    const catalog = isNew ? this.#known?.catalog : this.#governor.sharedCatalog(this.#connection);
    return catalog && this.#allowedBy(catalog, question);
  }

  /** Calls one of the two, maybe at once. Neither may throw. Where only the catalog may have changed, nothing but that is asked. */
  whenAllowed(question: Question, then: (found: Found) => void, failed: (error: unknown) => void): void {
    const now = this.allowedNow(question);
    if (now) {
      then(now);
      return;
    }
    const slowly = (catalog?: PosternError): undefined =>
      void this.allowed(question, catalog).then(then, failed);
    const known = this.#known;
    const isOld = known !== undefined && known.askedAt < question.arrivedAt;
    if (!isOld || !this.#allowedBy(known.catalog, question)) {
      slowly();
      return;
    }
    const askedAt = performance.now();
    this.#governor.whenCurrent(this.#connection, (catalog) => {
      if (catalog instanceof PosternError) return slowly(catalog);
      this.#known = { catalog, askedAt };
      const found = this.allowedNow(question);
      return found ? then(found) : slowly();
    });
  }

  /** The same, and its intent is on record: it must be sent, or finished, by the caller. */
  whenAdmitted(
    question: Question,
    then: (admitted: Admitted) => void,
    failed: (error: unknown) => void,
  ): void {
    this.whenAllowed(question, (found) => this.#record(found, then, failed), failed);
  }

  admitted(question: Question): Promise<Admitted> {
    return new Promise((resolve, reject) => this.whenAdmitted(question, resolve, reject));
  }

  #record(
    { text, allowed }: Found,
    then: (admitted: Admitted) => void,
    failed: (error: unknown) => void,
  ): void {
    const recorded = (intentId: string) => {
      let decision: Allowed;
      try {
        decision = this.#governor.stillAllowed(text, allowed, intentId);
        this.#checkWall(decision);
        if (this.#isCancelled())
          throw new PosternError('sql.cancelled', 'canceling statement due to user request');
      } catch (error) {
        this.#governor.finish(text, allowed, intentId, NEVER_RAN);
        failed(error);
        return;
      }
      then({ text, allowed, decision, intentId });
    };
    this.#governor.recordIntent(text, allowed, recorded, failed);
  }

  /** By a catalog that may be older than the question. */
  #allowedBy(catalog: Catalog, question: Question): Found | undefined {
    const { sql, parameterTypes, isReplaceable } = question;
    if (sql === undefined || isReplaceable === true) return undefined;
    if (parameterTypes !== undefined && hasOwnTypes(parameterTypes)) return undefined;
    const text = this.#textOf(question);
    const allowed = this.#governor.allowedNow(text, this.#names.memory, catalog);
    if (!allowed || !this.#isInWall(allowed.decision)) return undefined;
    this.#governor.mayChange(allowed, this.#session);
    return { text, allowed, catalog };
  }

  #textOf({ sql, shown, parameters }: Question): GovernedText {
    const owner = this.#owner;
    const connection = this.#connection;
    const known = sql ?? shown ?? '';
    return parameters === undefined
      ? { owner, connection, sql: known, path: 'wire' }
      : { owner, connection, sql: known, path: 'wire', parameters };
  }

  async #classified(
    text: GovernedText,
    question: Question,
    unknown: PosternError | undefined,
  ): Promise<ClassifiedText> {
    const { memory } = this.#names;
    if (question.sql === undefined) {
      const rejection = { code: 'sql.invalid_text', message: 'the text is not valid UTF-8' } as const;
      return { classified: { ok: false, rejection }, memory, catalog: undefined };
    }
    const askedAt = performance.now();
    const isKnown = this.#known !== undefined && this.#known.askedAt >= question.arrivedAt;
    const found = await this.#governor.classify(
      text,
      this.#names,
      unknown ?? (isKnown ? this.#known?.catalog : undefined),
    );
    if (!isKnown && found.catalog) this.#known = { catalog: found.catalog, askedAt };
    if (!found.classified.ok) return found;
    const typed = withParameterTypes(
      found.classified.classification,
      question.parameterTypes ?? [],
      found.memory,
      found.catalog,
    );
    const classification = question.isReplaceable === true ? withFindings(typed, [REPLACEABLE]) : typed;
    return { ...found, classified: { ok: true, classification } };
  }

  /** A session is pinned to what its person could do when it began; when that changed it ends. */
  #checkWall(decision: Allowed): void {
    if (this.#isInWall(decision)) return;
    throw new PosternError('connection.unavailable', 'your access changed at this moment', {
      fix: 'connect again',
    });
  }

  #isInWall(decision: Allowed): boolean {
    return isSameKind(decision, this.#kind);
  }
}

const REPLACEABLE = {
  permission: 'execute',
  what: 'uses a name that code which ran in between may have given to something else',
} as const;
