import {
  type AuditStatement,
  auditStatementOf,
  fixedPart,
  isSecretText,
  KEEP_ALL,
  mayHoldSecrets,
  type StatementKeeping,
  TOUCHES_MAX,
} from '@postern/core/audit';
import { maskOf } from '@postern/core/policy';
import type { TouchedItem } from '@postern/core/roles';
import {
  accessChangesOf,
  type Classification,
  INLINE_PARSE_BYTES,
  type NotesWanted,
  type StatementNotes,
} from '@postern/core/sql';
import { type BoundParameters, shownValue, typeName } from '../targets/bound-parameters.js';
import { isOften } from './classifier.js';

/** Statement kinds in one event: a text of thousands must not make an event that nobody takes. */
const KINDS_MAX = 100;
const PARAMETERS_MAX = 100;

type OfConnection = ReadonlyMap<string, { readonly config: { readonly keep?: StatementKeeping } }>;

/** What events keep of the statements of each connection. Done once for each classification of a text that many ask about. */
export class StatementTexts {
  readonly #wanted = new Map<string, NotesWanted>();
  readonly #keeps = new Map<string, StatementKeeping>();
  readonly #strictest: StatementKeeping;
  readonly #known = new WeakMap<StatementNotes, AuditStatement>();

  constructor(targets: OfConnection) {
    for (const [slug, { config }] of targets) {
      const keep = config.keep ?? KEEP_ALL;
      this.#keeps.set(slug, keep);
      this.#wanted.set(slug, {
        columns: keep.columns,
        fingerprint: keep.text !== 'full' || keep.columns.size > 0,
      });
    }
    this.#strictest = strictest([...this.#keeps.values()]);
  }

  /** What the classifier is to look for. */
  wanted(slug: string): NotesWanted | undefined {
    return this.#wanted.get(slug);
  }

  /** Whether values that are bound are kept, so that nobody reads them for nothing. */
  keepsValues(slug: string): boolean {
    const { values, text, columns } = this.#keeps.get(slug) ?? this.#strictest;
    return values === 'all' && text === 'full' && columns.size === 0;
  }

  /** Where the text speaks of something secret, any value may be it. */
  parameters(slug: string, sql: string, { count, types, values }: BoundParameters): Partial<AuditStatement> {
    const shown = Math.min(count, PARAMETERS_MAX);
    const parameterTypes = Array.from({ length: shown }, (_, index) => typeName(types()[index] ?? 0));
    const counted = count === 0 ? { parameters: 0 } : { parameters: count, parameterTypes };
    if (values === undefined || count === 0 || !this.keepsValues(slug)) return counted;
    const isSecret = mayHoldSecrets(sql);
    const parameterValues = values.slice(0, shown).map((value, index) => {
      const kept = shownValue(value, types()[index] ?? 0);
      return kept.text !== null && (isSecret || isSecretText(kept.text)) ? { text: '***' } : kept;
    });
    return { ...counted, parameterValues };
  }

  /** `classification`: absent where the text could not be understood. Texts for connections that are not here are kept as the strictest setting here has it: whom they were meant for is not known. */
  statement(slug: string, sql: string, classification: Classification | undefined): AuditStatement {
    const notes = classification?.notes;
    const known = notes && this.#known.get(notes);
    if (known) return known;
    const kinds = classification?.statements.slice(0, KINDS_MAX).map(({ kind }) => kind) ?? [];
    const kept = auditStatementOf(sql, kinds, this.#keeps.get(slug) ?? this.#strictest, notes);
    const touches = classification ? touchesOf(sql, classification) : [];
    const statement = touches.length === 0 ? kept : { ...kept, touches };
    if (notes && isOften(classification)) this.#known.set(notes, fixedPart(statement));
    return statement;
  }
}

const CHANGES_ACCESS = maskOf(['ddl', 'admin']);

/** What of access it changes, so that a later difference can be told to come from it, whatever is kept of its text. */
function touchesOf(sql: string, { required }: Classification): TouchedItem[] {
  if ((required & CHANGES_ACCESS) === 0 || Buffer.byteLength(sql) > INLINE_PARSE_BYTES) return [];
  return accessChangesOf(sql).slice(0, TOUCHES_MAX);
}

const STRICTNESS = ['full', 'literals_redacted', 'fingerprint'] as const;

function strictest(keeps: readonly StatementKeeping[]): StatementKeeping {
  return {
    text: STRICTNESS[Math.max(0, ...keeps.map(({ text }) => STRICTNESS.indexOf(text)))] ?? 'fingerprint',
    columns: new Set(keeps.flatMap(({ columns }) => [...columns])),
    maxBytes: Math.min(KEEP_ALL.maxBytes, ...keeps.map(({ maxBytes }) => maxBytes)),
  };
}
