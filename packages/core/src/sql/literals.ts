import { isSecretColumn, isSecretFunction, mayHoldSecrets } from '../audit/secret-names.js';
import { type AstNode, child, isNode, list, nameParts, text } from './tree.js';

/** Literals by the UTF-16 offset at which they begin; `all` where it can not be said which. */
export type SensitiveLiterals = readonly number[] | 'all';

/** Nodes that hold expressions beside each other: a sensitive one does not make its neighbours so. */
const STRUCTURE: ReadonlySet<string> = new Set([
  'BoolExpr',
  'ResTarget',
  'RangeSubselect',
  'RangeVar',
  'JoinExpr',
  'CommonTableExpr',
  'SortBy',
  'ColumnRef',
  'ColumnDef',
  'Constraint',
  'DefElem',
  'MergeWhenClause',
  'WindowDef',
  'GroupingSet',
  'String',
  'Alias',
]);

/** What brings values from elsewhere in the statement to a column, so that only the whole statement is safe to blank. */
const DETOURS: ReadonlySet<string> = new Set([
  'RangeSubselect',
  'RangeFunction',
  'RangeTableFunc',
  'JsonTable',
  'CommonTableExpr',
]);

/**
 * Which literals of a text must not be kept: what secret functions are given, and values compared with or assigned to secret
 * columns and to those of `columns` (lower case, whatever their table). Where a value may reach one of `columns` on a way that the text
 * alone does not show, every literal of its statement. `offsetOf` as the parser's, from bytes to UTF-16 units.
 */
export function sensitiveLiterals(
  sql: string,
  statements: readonly { readonly stmt: AstNode }[],
  offsetOf: (byte: number) => number,
  columns: ReadonlySet<string>,
): SensitiveLiterals {
  if (columns.size === 0 && !mayHoldSecrets(sql)) return [];
  try {
    const found = new Set<number>();
    for (const { stmt } of statements) {
      const search = new LiteralSearch(columns);
      search.statement(stmt);
      for (const byte of search.found()) {
        // The parser does not tell its place.
        if (byte <= 0) return 'all';
        found.add(offsetOf(byte));
      }
    }
    return [...found].sort((a, b) => a - b);
  } catch (error) {
    // The stack ran out: what was not looked at is not kept.
    if (error instanceof RangeError) return 'all';
    throw error;
  }
}

class LiteralSearch {
  readonly #columns: ReadonlySet<string>;
  /** Every literal in the order of the walk, so that a subtree is an interval. */
  readonly #literals: number[] = [];
  readonly #marked = new Set<number>();
  /** The interval marked last: an expression around it marks only what is new. */
  #done = { from: 0, to: 0 };
  #namesConfigured = false;
  #hasDetour = false;
  #isWhole = false;

  constructor(columns: ReadonlySet<string>) {
    this.#columns = columns;
  }

  statement(stmt: AstNode): void {
    this.#visit(stmt);
    if (this.#columns.size > 0 && (this.#isWhole || (this.#namesConfigured && this.#hasDetour)))
      this.#mark(0);
  }

  *found(): Generator<number> {
    for (const index of this.#marked) yield this.#literals[index] ?? 0;
  }

  /** True when a sensitive column is named below. */
  #visit(value: unknown): boolean {
    if (Array.isArray(value))
      return value.reduce<boolean>((found, item) => this.#visit(item) || found, false);
    if (!isNode(value)) return false;
    let found = false;
    for (const key in value) {
      const inner = value[key];
      // Lengths of types are no data.
      if (typeof inner !== 'object' || key === 'typmods') continue;
      const isType = /^[A-Z]/.test(key);
      found = (isType && isNode(inner) ? this.#node(key, inner) : this.#visit(inner)) || found;
    }
    return found;
  }

  #node(type: string, node: AstNode): boolean {
    if (type === 'A_Const') return this.#literal(node);
    if (type === 'String') return this.#isSensitive(text(node, 'sval'));
    if (DETOURS.has(type)) this.#hasDetour = true;
    const from = this.#literals.length;
    if (type === 'InsertStmt') return this.#insert(node);
    if (type === 'MergeWhenClause') return this.#mergeInsert(node);
    const found = this.#visit(node);
    if (this.#isOwn(type, node)) this.#mark(from);
    else if (found && !STRUCTURE.has(type) && !type.endsWith('Stmt')) this.#mark(from);
    return found;
  }

  /** Sensitive by what the node itself is, whatever is below. */
  #isOwn(type: string, node: AstNode): boolean {
    if (type === 'ResTarget' || type === 'AlterTableCmd') return this.#isSensitive(text(node, 'name'));
    if (type === 'ColumnDef') return this.#isSensitive(text(node, 'colname'));
    if (type === 'FuncCall') return isSecretFunction(nameParts(node.funcname).at(-1) ?? '');
    // Where the parameters of a prepared statement go is not in this text.
    if (type === 'ExecuteStmt') return this.#columns.size > 0;
    return false;
  }

  #isSensitive(name: string): boolean {
    if (name === '') return false;
    const isConfigured = this.#columns.has(name.toLowerCase());
    if (isConfigured) this.#namesConfigured = true;
    return isConfigured || isSecretColumn(name);
  }

  #literal(node: AstNode): boolean {
    const { location } = node;
    this.#literals.push(typeof location === 'number' ? location : -1);
    return false;
  }

  #mark(from: number): void {
    const to = this.#literals.length;
    const { from: start, to: end } = this.#done;
    const isAround = start >= from && end <= to;
    for (let i = from; i < (isAround ? start : to); i++) this.#marked.add(i);
    for (let i = isAround ? end : to; i < to; i++) this.#marked.add(i);
    this.#done = { from, to };
  }

  /** Values by the position of their column. Without a list of columns they could be any. */
  #insert(node: AstNode): boolean {
    const { cols, selectStmt, ...rest } = node;
    const names = targetNames(list(node, 'cols'));
    const sensitive = names.map((name) => this.#isSensitive(name));
    const select = child(isNode(selectStmt) ? selectStmt : {}, 'SelectStmt');
    if (names.length === 0) this.#isWhole = true;
    const rows = list(select, 'valuesLists');
    if (rows.length > 0) this.#rows(rows, sensitive);
    else this.#selected(select, sensitive);
    // WITH and what else belongs to the values.
    const { valuesLists, targetList, ...other } = select;
    this.#visit(other);
    this.#visit(rest);
    return sensitive.includes(true);
  }

  #rows(rows: readonly unknown[], sensitive: readonly boolean[]): void {
    for (const row of rows) this.#items(list(child(isNode(row) ? row : {}, 'List'), 'items'), sensitive);
  }

  #items(items: readonly unknown[], sensitive: readonly boolean[]): void {
    for (const [index, item] of items.entries()) {
      const from = this.#literals.length;
      this.#visit(item);
      if (sensitive[index] === true) this.#mark(from);
    }
  }

  /** INSERT … SELECT: literals in the list stand at their column; where the rest comes from is not looked into. */
  #selected(select: AstNode, sensitive: readonly boolean[]): void {
    const isSet = select.larg !== undefined;
    if (sensitive.includes(true) && (isSet || list(select, 'fromClause').length > 0)) this.#hasDetour = true;
    this.#items(list(select, 'targetList'), sensitive);
  }

  #mergeInsert(node: AstNode): boolean {
    const { values, ...rest } = node;
    const sensitive = targetNames(list(node, 'targetList')).map((name) => this.#isSensitive(name));
    if (list(node, 'values').length > 0 && sensitive.length === 0) this.#isWhole = true;
    this.#items(list(node, 'values'), sensitive);
    return this.#visit(rest) || sensitive.includes(true);
  }
}

const targetNames = (targets: readonly unknown[]): string[] =>
  targets.map((target) => text(child(isNode(target) ? target : {}, 'ResTarget'), 'name'));
