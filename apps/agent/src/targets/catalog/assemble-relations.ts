import type { CatalogRelation, DataEvent } from '@postern/core/sql';
import type {
  ColumnTypeRow,
  EdgeRow,
  ExpressionRow,
  ForeignRow,
  PolicyRow,
  RelationNameRow,
  RuleRow,
  TriggerRow,
} from './relation-sections.js';
import { conditionOf } from './trigger-condition.js';

/** Stands where a definition is too long or was locked: no SQL, so whatever reaches it counts as not understood. */
export const NOT_READ = ') not read (';

export interface RelationRows {
  readonly rules: readonly RuleRow[];
  readonly policies: readonly PolicyRow[];
  readonly triggers: readonly TriggerRow[];
  readonly expressions: readonly ExpressionRow[];
  readonly foreign: readonly ForeignRow[];
  readonly edges: readonly EdgeRow[];
  readonly columnTypes: readonly ColumnTypeRow[];
}

interface Parts {
  query?: string;
  rules: CatalogRelation['rules'][number][];
  policies: Map<number, { event?: DataEvent; expressions: string[] }>;
  triggers: CatalogRelation['triggers'][number][];
  readExpressions: string[];
  writeExpressions: string[];
  foreign?: NonNullable<CatalogRelation['foreign']>;
  children: number[];
  cascades: number[];
  types: number[];
}

/** What runs when a relation is used, by its oid. Relations that run nothing, nor lead to one that does, are not in it. */
export class RelationParts {
  readonly #parts = new Map<number, Parts>();

  constructor(rows: RelationRows) {
    for (const row of rows.rules) this.#addRule(row);
    for (const row of rows.policies) this.#addPolicy(row);
    for (const row of rows.triggers) this.#addTrigger(row);
    for (const { relation, text, isRead } of rows.expressions) {
      const parts = this.#of(relation);
      // Checks and triggers may look at a virtual column while its row is written.
      parts.writeExpressions.push(text ?? NOT_READ);
      if (isRead) parts.readExpressions.push(text ?? NOT_READ);
    }
    for (const { relation, wrapper, isProgram } of rows.foreign)
      this.#of(relation).foreign = { wrapper, isProgram };
    for (const { relation, type } of rows.columnTypes) this.#of(relation).types.push(type);
    this.#follow(rows.edges);
  }

  get oids(): number[] {
    return [...this.#parts.keys()];
  }

  named(names: readonly RelationNameRow[]): CatalogRelation[] {
    return names.flatMap((name) => {
      const parts = this.#parts.get(name.oid);
      return parts === undefined ? [] : [{ ...name, ...parts, policies: [...parts.policies.values()] }];
    });
  }

  #of(relation: number): Parts {
    const known = this.#parts.get(relation);
    if (known) return known;
    const parts: Parts = {
      rules: [],
      policies: new Map(),
      triggers: [],
      readExpressions: [],
      writeExpressions: [],
      children: [],
      cascades: [],
      types: [],
    };
    this.#parts.set(relation, parts);
    return parts;
  }

  #addRule({ relation, isQuery, event, text }: RuleRow): void {
    const parts = this.#of(relation);
    if (isQuery) parts.query = text ?? NOT_READ;
    else parts.rules.push({ event, definition: text ?? NOT_READ });
  }

  #addPolicy({ relation, policy, event, text }: PolicyRow): void {
    const { policies } = this.#of(relation);
    const known = policies.get(policy) ?? { ...(event === null ? {} : { event }), expressions: [] };
    known.expressions.push(text ?? NOT_READ);
    policies.set(policy, known);
  }

  #addTrigger({ relation, type, function: called, hasWhen, text }: TriggerRow): void {
    const events = EVENT_BITS.filter(([bit]) => (type & bit) !== 0).map(([, event]) => event);
    const when = hasWhen ? { when: (text === null ? undefined : conditionOf(text)) ?? NOT_READ } : {};
    this.#of(relation).triggers.push({ events, function: called, ...when });
  }

  /** Keeps the edges that lead to a relation that runs something, from however far. */
  #follow(edges: readonly EdgeRow[]): void {
    const into = groupedByTarget(edges);
    const queue = this.oids;
    for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
      for (const { from, isChild } of into.get(oid) ?? []) {
        if (!this.#parts.has(from)) queue.push(from);
        const parts = this.#of(from);
        (isChild ? parts.children : parts.cascades).push(oid);
      }
    }
  }
}

/** pg_trigger.h */
const EVENT_BITS = [
  [4, 'insert'],
  [8, 'delete'],
  [16, 'update'],
  [32, 'truncate'],
] as const;

function groupedByTarget(edges: readonly EdgeRow[]): Map<number, EdgeRow[]> {
  const grouped = new Map<number, EdgeRow[]>();
  for (const edge of edges) {
    const known = grouped.get(edge.to);
    if (known) known.push(edge);
    else grouped.set(edge.to, [edge]);
  }
  return grouped;
}
