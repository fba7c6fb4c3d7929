import {
  type CallClass,
  classifyBuiltinCall,
  classifyExtensionSql,
  dotted,
  reachesAnyType,
} from '../functions.js';
import type { Finding } from '../session.js';
import { isPgDumpGuard, PG_DUMP_GUARD, schemaList } from '../session.js';
import type { Mode } from '../statements.js';
import { type AstNode, isNode, list, locationOf, nameParts, settingLiteral, text, unwrap } from '../tree.js';
import type { CatalogFunction, CatalogRelation } from './model.js';
import { callOf, type Names, refUse, relationUse, typeUse } from './names.js';
import { EVENT, type Events, type LocatedUse, type Use, type UseMode } from './use.js';

/** Objects that one statement can reach without naming any before nobody looks into each. */
const OBJECTS_MAX = 1_000;
const SYSTEM = new Set(['pg_catalog', 'information_schema']);

/** What the tree of one statement uses of the catalog, collected while it is walked. */
export class Collector {
  readonly uses: LocatedUse[] = [];
  readonly findings: Finding[] = [];
  /** Schemas that it puts into search_path. */
  readonly searched: string[] = [];
  readonly #names: Names;
  /** What happens to every relation that is named, besides being read. */
  readonly #allEvents: Events;
  readonly #operators = new Set<string>();

  constructor(names: Names, allEvents: Events | undefined = 0) {
    this.#names = names;
    this.#allEvents = allEvents;
  }

  /** A statement, at the top or inside another. */
  statement(type: string, node: AstNode, mode: Mode): void {
    const use = useMode(mode);
    if (use === undefined) return;
    if (type === 'VariableSetStmt') this.#setting(node);
    const events = EVENTS_OF[type]?.(node) ?? 0;
    if (events === 0) return;
    const isNew = type === 'CreateStmt';
    const targets = (isNew ? TAKEN_AFTER : TARGETS).flatMap((field) => node[field] ?? []).flatMap(rangeVar);
    for (const target of targets) this.#relation(target, events | this.#allEvents, use);
    const isIndex = text(node, 'kind') === 'REINDEX_OBJECT_INDEX';
    if (isIndex || (targets.length === 0 && !isNew && (events & EVENT.rebuild) !== 0))
      this.#everyTable(events);
    if ((events & EVENT.truncate) !== 0 && text(node, 'behavior') === 'DROP_CASCADE')
      this.#everyTable(EVENT.truncate);
  }

  /** A node that is not a statement. */
  plain(type: string, node: AstNode, mode: Mode): void {
    const use = useMode(mode);
    if (use === undefined) return;
    switch (type) {
      case 'RangeVar':
        this.#relation(node, EVENT.select | this.#allEvents, use);
        return;
      case 'TypeName':
        this.#type(node);
        return;
      case 'ColumnRef':
        this.#attributes(list(node, 'fields').slice(1), node);
        return;
      case 'A_Indirection':
        this.#attributes(list(node, 'indirection'), node);
        return;
      default:
        for (const symbol of symbolsOf(type, node)) this.#operator(symbol, node);
    }
  }

  /** A call: what PostgreSQL's own function of that name needs. Other candidates become uses. */
  call(name: readonly string[], args: readonly unknown[], node: AstNode): CallClass {
    const builtin = classifyBuiltinCall(name, args);
    const location = locationOf(node);
    if (builtin?.class === 'set_config') this.#setConfig(args);
    if (this.#names.isStale && !isSystem(name)) this.#stale(`calls ${dotted(name)}`, location);
    if (builtin !== undefined && reachesAnyType(name.at(-1) ?? '')) this.#everyType(location);
    // Maintenance of an index computes its expressions.
    if (builtin?.class === 'needs' && builtin.permission === 'ddl') this.#everyTable(EVENT.rebuild);
    const candidates = this.#names.functions(name, arityOf(node, args));
    const types = args.length === 1 ? this.#names.types(name) : [];
    this.#calls(candidates, location);
    for (const type of types) this.uses.push({ use: typeUse(type, this.#names.runPath), location });
    if (builtin !== undefined) return builtin;
    if (candidates.some(({ extension }) => extension !== undefined)) {
      const runs = classifyExtensionSql(name.at(-1) ?? '', args);
      if (runs !== undefined) return runs;
    }
    if (candidates.length + types.length > 0 || this.#isUnknown(name)) return { class: 'harmless' };
    return { class: 'needs', permission: 'execute', planTime: true };
  }

  /** True when an operator that is not PostgreSQL's own needs no more than its candidates. */
  knowsOperator(name: readonly string[]): boolean {
    return this.#names.knowsBuiltins || this.#names.operators(name).length > 0;
  }

  /** True when a name that nothing answers to is the server's to report. */
  #isUnknown(name: readonly string[]): boolean {
    return this.#names.knowsBuiltins && name.at(-2) !== 'information_schema';
  }

  #calls(candidates: readonly CatalogFunction[], location: number | undefined): void {
    const { catalog, runPath } = this.#names;
    for (const candidate of candidates)
      this.uses.push({ use: callOf(catalog, candidate, runPath), location });
  }

  /** Attribute notation: `a.f` is `f(a)`, and `a.t` may be a cast to the type t, when there is no such column. */
  #attributes(attributes: readonly unknown[], node: AstNode): void {
    const location = locationOf(node);
    const names = nameParts(attributes).filter((name) => name !== '');
    for (const name of names) {
      this.#calls(this.#names.functions([name], 1), location);
      for (const type of this.#names.types([name]))
        this.uses.push({ use: typeUse(type, this.#names.runPath), location });
    }
    if (this.#names.isStale && names.length > 0) this.#stale(`names ${names.join('.')}`, location);
  }

  #operator(name: readonly string[], node: AstNode): void {
    const symbol = dotted(name);
    if (this.#operators.has(symbol)) return;
    this.#operators.add(symbol);
    const location = locationOf(node);
    const { catalog, runPath } = this.#names;
    if (this.#names.isStale && !isSystem(name)) this.#stale(`uses the operator ${symbol}`, location);
    for (const operator of this.#names.operators(name)) {
      // The planner may put an operator's negator or commutator in its place, and only their authors know which they are.
      const own = catalog.functions.get(operator.function.oid)?.extension === undefined;
      for (const { function: ref, name: used } of own ? catalog.ownOperators : [operator]) {
        const does = `uses the operator ${used}, which calls ${ref.schema}.${ref.name}`;
        this.uses.push({ use: refUse(catalog, ref, runPath, 'call', does), location });
      }
    }
  }

  #type(node: AstNode): void {
    const name = nameParts(node.names);
    const location = locationOf(node);
    const { catalog } = this.#names;
    if (this.#names.isStale && !isSystem(name)) this.#stale(`uses the type ${dotted(name)}`, location);
    // `table.column%TYPE`
    const found =
      node.pct_type === true
        ? this.#names.relations(name.slice(0, -1)).flatMap(({ types }) => types)
        : this.#names.types(name).map(({ oid }) => oid);
    for (const oid of found) {
      const type = catalog.types.get(oid);
      if (type !== undefined) this.uses.push({ use: typeUse(type, this.#names.runPath), location });
    }
  }

  #relation(node: AstNode, events: Events, mode: UseMode): void {
    const schema = text(node, 'schemaname');
    const name = schema === '' ? [text(node, 'relname')] : [schema, text(node, 'relname')];
    const location = locationOf(node);
    if (this.#names.isStale && !isSystem(name)) this.#stale(`names ${dotted(name)}`, location);
    const does = `${events === EVENT.select ? 'reads' : 'touches'} ${dotted(name)}`;
    for (const relation of this.#names.relations(name))
      this.uses.push({ use: this.#relationUse(relation, events, mode, does), location });
  }

  #everyType(location: number | undefined): void {
    const { types } = this.#names.catalog.data;
    if (this.#isTooMuch(types, 'types')) return;
    for (const type of types) this.uses.push({ use: typeUse(type, this.#names.runPath), location });
  }

  #everyTable(events: Events): void {
    const { relations } = this.#names.catalog.data;
    if (this.#isTooMuch(relations, 'tables')) return;
    for (const relation of relations) {
      if (relation.kind === 'view' || relation.kind === 'foreign_table') continue;
      const does = `touches ${relation.schema}.${relation.name}`;
      this.uses.push({ use: this.#relationUse(relation, events, 'run', does), location: undefined });
    }
  }

  #isTooMuch(objects: readonly unknown[], what: string): boolean {
    if (this.#names.isStale) this.#stale(`reaches ${what}`, undefined);
    if (objects.length <= OBJECTS_MAX) return this.#names.isStale;
    this.findings.push({ permission: 'execute', what: `reaches more ${what} than can be looked into` });
    return true;
  }

  #relationUse(relation: CatalogRelation, events: Events, mode: UseMode, does: string): Use {
    return relationUse(relation, { events, mode, path: this.#names.runPath }, does);
  }

  #setting(node: AstNode): void {
    if (text(node, 'name').toLowerCase() !== 'search_path') return;
    this.searched.push(...list(node, 'args').flatMap((arg) => settingLiteral(arg) ?? []));
  }

  #setConfig(args: readonly unknown[]): void {
    if (isPgDumpGuard(args)) this.searched.push(...schemaList(PG_DUMP_GUARD));
    if (settingLiteral(args[0])?.toLowerCase() !== 'search_path') return;
    this.searched.push(...schemaList(settingLiteral(args[1]) ?? ''));
  }

  #stale(does: string, location: number | undefined): void {
    const what = `${does}, whose code may have changed in this session`;
    this.findings.push({ permission: 'execute', what, location });
  }
}

function useMode(mode: Mode): UseMode | undefined {
  if (mode === 'stored' || mode === 'named') return undefined;
  return mode === 'plan' ? 'plan' : 'run';
}

/** Nothing that a session makes can take the place of these. */
function isSystem(name: readonly string[]): boolean {
  return SYSTEM.has(name.at(-2) ?? '');
}

/** Arguments of a call; undefined when a candidate's count says nothing: named ones, VARIADIC, WITHIN GROUP. */
function arityOf(node: AstNode, args: readonly unknown[]): number | undefined {
  const isOpen = node.func_variadic === true || node.agg_within_group === true;
  return isOpen || args.some((arg) => unwrap(arg)?.type === 'NamedArgExpr') ? undefined : args.length;
}

function rangeVar(value: unknown): AstNode[] {
  if (!isNode(value)) return [];
  if (isNode(value.VacuumRelation)) return rangeVar(value.VacuumRelation.relation);
  if (isNode(value.TableLikeClause)) return rangeVar(value.TableLikeClause.relation);
  if (isNode(value.RangeVar)) return [value.RangeVar];
  return text(value, 'relname') === '' ? [] : [value];
}

/** Fields of statements that name the relations that they are about, and those that a new table takes after. */
const TARGETS = ['relation', 'relations', 'rels'];
const TAKEN_AFTER = ['inhRelations', 'tableElts'];

/** What statements do to the relations that they are about. */
const EVENTS_OF: Readonly<Record<string, (node: AstNode) => Events>> = {
  InsertStmt: (node) => EVENT.insert | (isNode(node.onConflictClause) ? EVENT.update : 0),
  UpdateStmt: () => EVENT.update,
  DeleteStmt: () => EVENT.delete,
  MergeStmt: () => EVENT.insert | EVENT.update | EVENT.delete,
  CopyStmt: (node) => (node.is_from === true ? EVENT.insert : 0),
  TruncateStmt: () => EVENT.truncate,
  IndexStmt: () => EVENT.rebuild,
  AlterTableStmt: () => EVENT.rebuild,
  CreateStmt: () => EVENT.rebuild,
  VacuumStmt: () => EVENT.rebuild | EVENT.select,
  ReindexStmt: () => EVENT.rebuild,
  ClusterStmt: () => EVENT.rebuild,
  RefreshMatViewStmt: () => EVENT.rebuild | EVENT.refresh,
};

const EQUALS = [['=']];

/** The operators that a node uses, by name or without saying so. */
function symbolsOf(type: string, node: AstNode): readonly (readonly string[])[] {
  switch (type) {
    case 'A_Expr': {
      const name = nameParts(node.name);
      if (/^AEXPR_(NOT_)?BETWEEN/.test(text(node, 'kind'))) return [['<'], ['<='], ['>'], ['>=']];
      return [name];
    }
    case 'SubLink': {
      const name = nameParts(node.operName);
      if (name.length > 0) return [name];
      return text(node, 'subLinkType') === 'ANY_SUBLINK' ? EQUALS : [];
    }
    case 'SortBy':
      return [nameParts(node.useOp)].filter((name) => name.length > 0);
    case 'CaseExpr':
      return isNode(node.arg) ? EQUALS : [];
    case 'JoinExpr':
      return node.isNatural === true || list(node, 'usingClause').length > 0 ? EQUALS : [];
    default:
      return [];
  }
}

/** Fields whose names only say what a statement is about: nothing of what they name is run. */
export const NAMED_ONLY: Readonly<Record<string, readonly string[]>> = {
  IntoClause: ['rel'],
  CreateStmt: ['relation'],
  CreateForeignTableStmt: ['base'],
  CreateSeqStmt: ['sequence'],
  AlterSeqStmt: ['sequence'],
  LockStmt: ['relations'],
  GrantStmt: ['objects'],
  DropStmt: ['objects'],
  CommentStmt: ['object'],
  RenameStmt: ['relation', 'object'],
  AlterObjectSchemaStmt: ['relation', 'object'],
  AlterOwnerStmt: ['relation', 'object'],
  IndexStmt: ['relation'],
};
