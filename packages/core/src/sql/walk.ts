import { Collector, NAMED_ONLY } from './catalog/collector.js';
import type { Names } from './catalog/names.js';
import { EVENT, type LocatedUse } from './catalog/use.js';
import { systemSchemaFindings } from './findings.js';
import {
  type CallClass,
  classifyCall,
  dotted,
  isBuiltinOperator,
  isBuiltinSampling,
  isEffectfulBuiltin,
  words,
} from './functions.js';
import { RESTRICTED_RELATIONS } from './generated/builtins.js';
import { TYPED_FIELDS } from './generated/grammar.js';
import { PLAIN_NODES } from './nodes.js';
import { type Finding, onlyCall, pgDumpGuardCall, renamingFindings, setConfigFindings } from './session.js';
import type { TextSession } from './session-state.js';
import { type FieldModes, type Mode, STATEMENTS, type StatementRow } from './statements.js';
import {
  type AstNode,
  asServersFold,
  child,
  isNode,
  list,
  locationOf,
  nameParts,
  stringLiteral,
  text,
  unwrap,
} from './tree.js';

/** What one statement's tree says. */
export interface WalkResult {
  readonly findings: readonly Finding[];
  readonly relations: readonly string[];
  readonly functions: readonly string[];
  /** What it uses of the catalog, and the schemas that it puts into search_path. Nothing without a catalog. */
  readonly uses: readonly LocatedUse[];
  readonly searched: readonly string[];
}

/** Classifies SQL given as text to a function; undefined when that is not possible. */
export type NestedText = (sql: string) => Pick<WalkResult, 'findings' | 'uses' | 'searched'> | undefined;

/** How a statement is walked. */
export interface WalkOptions {
  /** `plan` tells what planning the statement alone would do. */
  readonly mode?: Mode;
  /** What names mean; without, nothing that is not PostgreSQL's own is known. */
  readonly names?: Names | undefined;
  /** What happens to every relation named, besides being read: the events of a view are those of its tables. */
  readonly events?: number;
  /** What the statement would store counts as if it were run, and nothing else of it. */
  readonly isStored?: boolean;
}

interface Frame {
  readonly type: string;
  readonly node: AstNode;
  readonly mode: Mode;
  /** Of the statement itself, not one inside it. */
  readonly isTop: boolean;
}

/** Nodes that hold no others: most of any tree. */
const LEAVES = new Set(['String', 'Integer', 'Float', 'Boolean', 'BitString', 'A_Star']);
/** Of these PUBLIC may read a part, but a powerful shared credential sees passwords of other servers. */
const SHOWS_SECRETS = ['pg_user_mappings', 'user_mapping_options'];
const restrictedRelations = new Set([...words(RESTRICTED_RELATIONS), ...SHOWS_SECRETS]);
const SYSTEM_SCHEMAS = ['', 'pg_catalog', 'information_schema'];
const NONE: FieldModes = {};

/**
 * Walks a whole statement, every field of every node, with a stack of its own: a tree as deep as the parser can make it
 * must not overflow ours. Nothing is skipped because nobody listed it; an unknown node needs admin.
 */
export function walkStatement(
  stmt: AstNode,
  session: TextSession,
  nested: NestedText,
  options: WalkOptions = {},
): WalkResult {
  const walker = new Walker(session, nested, options);
  walker.walk(stmt, options.mode ?? 'run');
  return walker.result();
}

class Walker {
  readonly #findings: Finding[] = [];
  /** Names and where each stands first. */
  readonly #relations = new Map<string, number>();
  readonly #functions = new Map<string, number>();
  readonly #cteNames = new Set<string>();
  readonly #frames: Frame[] = [];
  readonly #session: TextSession;
  readonly #nested: NestedText;
  readonly #collector: Collector | undefined;
  readonly #isStored: boolean;
  #pgDumpCall: AstNode | undefined;
  #onlyCall: AstNode | undefined;

  constructor(session: TextSession, nested: NestedText, { names, events, isStored = false }: WalkOptions) {
    this.#session = session;
    this.#nested = nested;
    this.#isStored = isStored;
    this.#collector = names && new Collector(names, isStored ? EVENT.all : events);
  }

  result(): WalkResult {
    const relations = inTextOrder(this.#relations).filter((name) => !this.#cteNames.has(name));
    const { uses = [], searched = [], findings = [] } = this.#collector ?? {};
    return {
      findings: [...this.#findings, ...findings],
      relations,
      functions: inTextOrder(this.#functions),
      uses,
      searched,
    };
  }

  walk(stmt: AstNode, mode: Mode): void {
    const top = unwrap(stmt);
    if (top === undefined) {
      this.#unknown('statement');
      return;
    }
    this.#frames.push({ ...top, mode, isTop: true });
    for (let frame = this.#frames.pop(); frame !== undefined; frame = this.#frames.pop()) this.#visit(frame);
  }

  #visit(frame: Frame): void {
    const { type, node, mode } = frame;
    const row = STATEMENTS[type];
    if (row !== undefined) {
      this.#collector?.statement(type, node, mode);
      if (this.#isStored && frame.isTop) {
        // What it needs itself is no part of what it stores.
      } else if (mode === 'run' || mode === 'analyze') this.#statement(row, frame);
      else if (mode === 'plan') this.#planned(row, node);
    } else if (PLAIN_NODES.has(type)) {
      this.#plain(type, node, mode);
    } else {
      this.#unknown(type);
    }
    this.#pushParts(frame, row);
  }

  #statement(row: StatementRow, { type, node, isTop }: Frame): void {
    if (type === 'SelectStmt') this.#pgDumpCall = pgDumpGuardCall(node) ?? this.#pgDumpCall;
    if (type === 'SelectStmt' && isTop) this.#onlyCall = onlyCall(node);
    const kind = typeof row.kind === 'string' ? row.kind : row.kind(node);
    const needs = typeof row.needs === 'function' ? row.needs(node) : row.needs;
    const what = `${isTop ? 'is' : 'contains'} ${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
    // Nodes that change rows have no place of their own; that of their table says more than the start of the text.
    const location = CHANGES_ROWS.has(type) ? locationOf(child(node, 'relation')) : undefined;
    for (const permission of needs) this.#findings.push({ permission, what, location });
    if (row.findings !== undefined) this.#findings.push(...row.findings(node, this.#session));
    if (needs.includes('ddl'))
      this.#findings.push(...systemSchemaFindings(node, this.#session.state.searchPath));
    if (CHANGES_ROWS.has(type) || node.is_from === true)
      this.#findings.push(...catalogFindings(child(node, 'relation')));
  }

  /** Of a statement that is only planned, permissions do not count; whatever breaks a wall does. */
  #planned(row: StatementRow, node: AstNode): void {
    const findings = row.findings?.(node, this.#session) ?? [];
    this.#findings.push(...findings.filter((finding) => 'wall' in finding));
    if (row.planFindings !== undefined) this.#findings.push(...row.planFindings(node, this.#session));
  }

  #plain(type: string, node: AstNode, mode: Mode): void {
    this.#collector?.plain(type, node, mode);
    switch (type) {
      case 'FuncCall':
        this.#call(node, mode);
        return;
      case 'A_Indirection':
        this.#attributes(node.arg, list(node, 'indirection'), node, mode);
        return;
      case 'ColumnRef':
        this.#attributes(undefined, list(node, 'fields').slice(1), node, mode);
        return;
      case 'RangeVar':
        this.#relation(node, mode);
        return;
      case 'CommonTableExpr':
        this.#cteNames.add(text(node, 'ctename'));
        return;
      case 'A_Expr':
        this.#operator(nameParts(node.name), node, mode);
        return;
      case 'SubLink':
        this.#operator(nameParts(node.operName), node, mode);
        return;
      case 'SortBy':
        this.#operator(nameParts(node.useOp), node, mode);
        return;
      case 'RangeTableSample':
        this.#sampling(node, mode);
        return;
    }
  }

  #call(node: AstNode, mode: Mode): void {
    const name = nameParts(node.funcname);
    note(this.#functions, dotted(name), node);
    this.#called(name, list(node, 'args'), node, mode);
  }

  /**
   * Attribute notation (manual, "Using Composite Types in Queries"): `(1234).pg_terminate_backend` is a call, and so is
   * `f.nextval FROM to_regclass('s') AS f`.
   */
  #attributes(first: unknown, attributes: readonly unknown[], node: AstNode, mode: Mode): void {
    let argument = first;
    for (const name of nameParts(attributes)) {
      if (isEffectfulBuiltin(name)) {
        note(this.#functions, name, node);
        this.#called([name], [argument], node, mode);
      }
      argument = undefined;
    }
  }

  #called(name: readonly string[], args: readonly unknown[], node: AstNode, mode: Mode): void {
    if (mode === 'stored') return;
    const location = locationOf(node);
    const shown = dotted(name);
    const call: CallClass = this.#collector?.call(name, args, node) ?? classifyCall(name, args);
    switch (call.class) {
      case 'harmless':
        return;
      case 'set_config':
        if (mode !== 'plan' && node !== this.#pgDumpCall)
          this.#findings.push(...setConfigFindings(args, location));
        if (mode !== 'plan' && node !== this.#onlyCall)
          this.#findings.push(...renamingFindings(args, location));
        return;
      case 'runs_sql':
        if (call.alsoNeeds)
          this.#findings.push({ permission: call.alsoNeeds, what: `calls ${shown}`, location });
        for (const argument of call.texts) this.#runsText(shown, argument, location);
        return;
      case 'needs':
        if (mode === 'plan' && !call.planTime) return;
        this.#findings.push({ permission: call.permission, what: `calls ${shown}`, location });
    }
  }

  #runsText(name: string, argument: unknown, location: number | undefined): void {
    const sql = stringLiteral(argument);
    const found = sql === undefined ? undefined : this.#nested(sql);
    if (found === undefined) {
      this.#findings.push({
        permission: 'admin',
        what: `runs SQL that cannot be read in advance (${name})`,
        location,
      });
      return;
    }
    for (const finding of found.findings)
      this.#findings.push({ ...finding, what: `${finding.what} (in ${name})`, location });
    this.#collector?.searched.push(...found.searched);
    for (const { use } of found.uses)
      this.#collector?.uses.push({ use: { ...use, does: `${use.does} (in ${name})` }, location });
  }

  #relation(node: AstNode, mode: Mode): void {
    const schema = text(node, 'schemaname');
    const name = text(node, 'relname');
    if (name === '') return;
    note(this.#relations, schema === '' ? name : `${schema}.${name}`, node);
    if (mode === 'stored' || mode === 'plan') return;
    if (!SYSTEM_SCHEMAS.includes(schema) || !restrictedRelations.has(asServersFold(name))) return;
    this.#findings.push({ permission: 'admin', what: `touches ${name}`, location: locationOf(node) });
  }

  #operator(name: readonly string[], node: AstNode, mode: Mode): void {
    if (name.length === 0 || mode === 'stored' || isBuiltinOperator(name, node)) return;
    if (this.#collector?.knowsOperator(name) === true) return;
    const what = `uses the operator ${dotted(name)}, which is not PostgreSQL’s own`;
    this.#findings.push({ permission: 'execute', what, location: locationOf(node) });
  }

  #sampling(node: AstNode, mode: Mode): void {
    const method = nameParts(node.method);
    if (mode === 'stored' || isBuiltinSampling(method)) return;
    this.#findings.push({
      permission: 'execute',
      what: `samples with ${dotted(method)}`,
      location: locationOf(node),
    });
  }

  #unknown(type: string): void {
    this.#findings.push({ permission: 'admin', what: `holds a part that Postern does not know (${type})` });
  }

  #pushParts({ type, node, mode }: Frame, row: StatementRow | undefined): void {
    const inherited: Mode = mode === 'analyze' || mode === 'parts' ? 'run' : mode;
    const own = partModes(type, node, mode, row);
    const typed = TYPED_FIELDS[type];
    const named = this.#collector && ownValue(NAMED_ONLY, type);
    const first = this.#frames.length;
    for (const field in node) {
      const value = node[field];
      if (typeof value !== 'object' || value === null) continue;
      let part = partMode(own, field, inherited);
      if (this.#isStored && part === 'stored') part = 'run';
      else if (!this.#isStored && named?.includes(field) === true && part === 'run') part = 'named';
      this.#push(value, typed && ownValue(typed, field), part);
    }
    // The stack gives back the last first; reasons should come in the order of the text.
    reverseFrom(this.#frames, first);
  }

  #push(value: object, typedAs: string | undefined, mode: Mode): void {
    if (Array.isArray(value)) {
      for (const item of value)
        if (typeof item === 'object' && item !== null) this.#push(item, typedAs, mode);
      return;
    }
    if (!isNode(value)) return;
    if (typedAs !== undefined) {
      if (!LEAVES.has(typedAs)) this.#frames.push({ type: typedAs, node: value, mode, isTop: false });
      return;
    }
    const wrapped = unwrap(value);
    if (wrapped === undefined) {
      // `{}` is the tree's way to say "none"; anything else without a type is not known.
      if (Object.keys(value).length > 0) this.#unknown('unnamed');
      return;
    }
    const { type, node } = wrapped;
    if (!LEAVES.has(type)) this.#frames.push({ type, node, mode, isTop: false });
  }
}

const CHANGES_ROWS = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/**
 * Changing rows of a catalog goes behind every other statement's back; an UPDATE of pg_settings is set_config(). Without
 * a schema a name that begins with pg_ is taken for the catalog's: it nearly always is.
 */
function catalogFindings(target: AstNode): Finding[] {
  const schema = text(target, 'schemaname');
  const name = asServersFold(text(target, 'relname'));
  const location = locationOf(target);
  if (schema !== 'pg_catalog' && (schema !== '' || !name.startsWith('pg_'))) return [];
  if (name === 'pg_settings')
    return [{ wall: 'always', what: 'changes settings through pg_settings', location }];
  return [{ permission: 'admin', what: `changes the catalog ${name}`, location }];
}

const PLANNED_CONSTRAINTS = new Set(['CONSTR_GENERATED', 'CONSTR_EXCLUSION']);

function partMode(own: Mode | FieldModes, field: string, inherited: Mode): Mode {
  if (inherited === 'stored') return own === 'plan' ? own : inherited;
  return typeof own === 'string' ? own : (ownValue(own, field) ?? inherited);
}

/** The grammar has a field called `constructor`, which every object answers to. */
function ownValue<Value>(table: Readonly<Partial<Record<string, Value>>>, field: string): Value | undefined {
  return Object.hasOwn(table, field) ? table[field] : undefined;
}

function note(names: Map<string, number>, name: string, node: AstNode): void {
  const location = locationOf(node) ?? 0;
  names.set(name, Math.min(names.get(name) ?? location, location));
}

function inTextOrder(names: Map<string, number>): string[] {
  return [...names].sort(([, a], [, b]) => a - b).map(([name]) => name);
}

function reverseFrom(frames: Frame[], first: number): void {
  for (let i = first, j = frames.length - 1; i < j; i++, j--) {
    const [a, b] = [frames[i], frames[j]];
    if (a === undefined || b === undefined) return;
    frames[i] = b;
    frames[j] = a;
  }
}

function partModes(
  type: string,
  node: AstNode,
  mode: Mode,
  row: StatementRow | undefined,
): Mode | FieldModes {
  if (row?.parts !== undefined) return typeof row.parts === 'string' ? row.parts : row.parts(node, mode);
  // Checked for being immutable, which the server does after it has computed what is constant in them.
  if (type === 'Constraint' && mode === 'stored' && PLANNED_CONSTRAINTS.has(text(node, 'contype')))
    return 'plan';
  // ALTER … SET DEFAULT is for rows to come; ADD COLUMN … DEFAULT is computed at once.
  if (type === 'AlterTableCmd' && text(node, 'subtype') === 'AT_ColumnDefault') return { def: 'stored' };
  return NONE;
}
