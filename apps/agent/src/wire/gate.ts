import { PosternError } from '@postern/core/errors';
import type { Allowed } from '@postern/core/policy';
import { type Catalog, withFindings, withParameterTypes } from '@postern/core/sql';
import {
  type AllowedText,
  type ClassifiedText,
  type GovernedText,
  type Governor,
  NEVER_RAN,
} from '../session/govern.js';
import type { Owner } from '../session/tabs.js';
import type { BoundParameters } from '../targets/bound-parameters.js';
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

/** Asks the governor in the name of one session. Throws what the client is to be told. */
export class Gate {
  readonly #governor: Governor;
  readonly #owner: Owner;
  readonly #connection: string;
  readonly #names: SessionNames;
  readonly #isReadOnly: boolean;
  /** The catalog that was read last. It serves all messages that had come before it was asked for. */
  #known: { readonly catalog: Catalog; readonly askedAt: number } | undefined;

  constructor(
    governor: Governor,
    of: { owner: Owner; connection: string; names: SessionNames; readOnly: boolean },
  ) {
    this.#governor = governor;
    this.#owner = of.owner;
    this.#connection = of.connection;
    this.#names = of.names;
    this.#isReadOnly = of.readOnly;
  }

  /** The policy, the catalog and the session as they are now allow it. */
  async allowed(question: Question): Promise<{ text: GovernedText; allowed: AllowedText }> {
    const text = this.#textOf(question);
    const allowed = await this.#governor.decide(text, await this.#classified(text, question));
    this.#checkWall(allowed.decision);
    return { text, allowed };
  }

  /** The same at once; undefined where it is not known at once, or is no yes. */
  allowedNow(question: Question): { text: GovernedText; allowed: AllowedText } | undefined {
    const { sql, parameterTypes, isReplaceable, arrivedAt } = question;
    if (sql === undefined || isReplaceable === true) return undefined;
    if (parameterTypes !== undefined && parameterTypes.length > 0) return undefined;
    if (this.#known === undefined || this.#known.askedAt < arrivedAt) return undefined;
    const text = this.#textOf(question);
    const allowed = this.#governor.allowedNow(text, this.#names.memory, this.#known.catalog);
    if (!allowed) return undefined;
    this.#checkWall(allowed.decision);
    return { text, allowed };
  }

  /** The same, and its intent is on record: it must be sent, or finished, by the caller. */
  async admitted(question: Question): Promise<Admitted> {
    const { text, allowed } = this.allowedNow(question) ?? (await this.allowed(question));
    const intentId = await this.#governor.recordIntent(text, allowed);
    try {
      const decision = this.#governor.stillAllowed(text, allowed, intentId);
      this.#checkWall(decision);
      return { text, allowed, decision, intentId };
    } catch (error) {
      this.#governor.finish(text, allowed, intentId, NEVER_RAN);
      throw error;
    }
  }

  #textOf({ sql, shown, parameters }: Question): GovernedText {
    const text: GovernedText = {
      owner: this.#owner,
      connection: this.#connection,
      sql: sql ?? shown ?? '',
      path: 'wire',
    };
    return parameters === undefined ? text : { ...text, parameters };
  }

  async #classified(text: GovernedText, question: Question): Promise<ClassifiedText> {
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
      isKnown ? this.#known?.catalog : undefined,
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
  #checkWall({ readOnly }: Allowed): void {
    if (readOnly === this.#isReadOnly) return;
    throw new PosternError('connection.unavailable', 'your access changed at this moment', {
      fix: 'connect again',
    });
  }
}

const REPLACEABLE = {
  permission: 'execute',
  what: 'uses a name that code which ran in between may have given to something else',
} as const;
