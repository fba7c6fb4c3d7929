import { PERMISSION_BIT, type PermissionMask } from '../policy/permission.js';
import type { Finding } from './session.js';
import { type AstNode, text } from './tree.js';

/** Why something kept for later needs what it needs: one reason for each permission and each wall. */
export type Reasons = readonly Finding[];

/** A statement that PREPARE keeps: what running it needs, and what planning it needs (plain EXPLAIN EXECUTE). */
export interface PreparedStatement {
  readonly run: Reasons;
  readonly plan: Reasons;
  /** Which catalog and names it was looked at with. */
  readonly against?: string;
}

/** An open cursor: fetching from it runs its query on. */
export interface Cursor {
  readonly run: Reasons;
  /** WITH HOLD: it outlives its transaction. */
  readonly hold: boolean;
  readonly against?: string;
}

/**
 * What is known of one database session: what each name in it stands for. Plain data that is never changed, so it can be
 * handed to threads and compared by identity. What is not in here needs `admin`.
 */
export interface SessionState {
  readonly prepared: ReadonlyMap<string, PreparedStatement>;
  readonly cursors: ReadonlyMap<string, Cursor>;
  /** Schemas that it ever put into search_path, besides those of a new session; `any`: nobody knows which. */
  readonly searchPath?: readonly string[] | 'any';
  /** Code that it stored, or that it ran, may have changed what the agent's catalog says. */
  readonly storedCode?: true;
}

/**
 * What names mean in a session, apart from its catalog: classifications of the same text with the same catalog differ
 * where this does. Empty for a session that changed nothing of it.
 */
export function sessionNamesKey({ searchPath, storedCode }: SessionState): string {
  if (searchPath === undefined && storedCode === undefined) return '';
  return `${storedCode === undefined ? '' : 'stored '}${JSON.stringify(searchPath ?? [])}`;
}

/**
 * The state once the agent has read the catalog again. To be called only for a catalog whose reading began after the
 * session's last statement ended, outside a transaction: what an open one did is not in there.
 */
export function sessionWithCatalog(state: SessionState): SessionState {
  if (state.storedCode === undefined) return state;
  const { storedCode: _, ...known } = state;
  return known;
}

/** A session in which nothing was prepared or declared. */
export const NEW_SESSION: SessionState = { prepared: new Map(), cursors: new Map() };

/** What a statement changes in its session once it succeeded; no name stands for all of them. */
export type SessionEffect =
  | { readonly does: 'prepare'; readonly name: string; readonly statement: PreparedStatement }
  | { readonly does: 'deallocate'; readonly name?: string }
  | { readonly does: 'declare'; readonly name: string; readonly cursor: Cursor }
  | { readonly does: 'close'; readonly name?: string }
  | { readonly does: 'end_transaction' }
  | { readonly does: 'discard_all' };

interface RanStatement {
  /** As in `StatementClass`. */
  readonly kind?: string;
  readonly required: PermissionMask;
  readonly effect?: SessionEffect;
  readonly storesCode?: true;
  readonly searched?: readonly string[];
}

/** What runs code that nobody looked into. */
const CODE = PERMISSION_BIT.execute | PERMISSION_BIT.admin;
/** Names kept of each kind. A session with more has others, which need admin. */
const NAMES_MAX = 256;
/**
 * Names that every server reads as the parser does. Longer ones are cut (to 60 bytes or more, depending on the server's
 * encoding), and outside ASCII the folding of case depends on it too.
 */
const CERTAIN_NAME = /^[\x20-\x7e]{1,59}$/;

/**
 * The state as soon as a statement is sent, whatever becomes of it: code may prepare and deallocate, and neither is undone
 * when it fails. So a name that stood for something may stand for something of that code, which is `execute`.
 */
export function sessionDuring(before: SessionState, statement: RanStatement): SessionState {
  const { kind, required, effect } = statement;
  // A setting that needs admin is no code.
  const isSetting = kind === 'SET' || kind === 'RESET';
  const runsCode = (required & CODE) !== 0 && effect?.does !== 'prepare' && !isSetting;
  const state = namesDuring(before, statement, runsCode);
  if (!runsCode || (state.prepared.size === 0 && state.cursors.size === 0)) return state;
  return {
    ...state,
    prepared: mapped(state.prepared, (one) => ({
      ...one,
      run: replaceable(one.run),
      plan: replaceable(one.plan),
    })),
    cursors: mapped(state.cursors, (one) => ({ ...one, run: replaceable(one.run) })),
  };
}

/** Nothing of this is undone: a search_path may come back with a ROLLBACK, and code may have set any. */
function namesDuring(
  state: SessionState,
  { storesCode, searched = [] }: RanStatement,
  runsCode: boolean,
): SessionState {
  if (runsCode)
    return state.storedCode && state.searchPath === 'any'
      ? state
      : { ...state, searchPath: 'any', storedCode: true };
  const stored = storesCode === true ? { ...state, storedCode: storesCode } : state;
  return searched.length === 0 ? stored : { ...stored, searchPath: withSchemas(state.searchPath, searched) };
}

/** A search_path of a session with more schemas in it. */
export function withSchemas(
  path: SessionState['searchPath'],
  searched: readonly string[],
): readonly string[] | 'any' {
  if (path === 'any' || !searched.every((schema) => schema === '' || CERTAIN_NAME.test(schema))) return 'any';
  const schemas = [...new Set([...(path ?? []), ...searched])].sort();
  return schemas.length > NAMES_MAX ? 'any' : schemas;
}

/** The state after a statement that succeeded. PREPARE and DEALLOCATE are not undone by ROLLBACK. */
export function sessionAfter(state: SessionState, statement: RanStatement): SessionState {
  const during = sessionDuring(state, statement);
  const { effect } = statement;
  if (effect === undefined) return during;
  switch (effect.does) {
    case 'prepare':
      return { ...during, prepared: withName(during.prepared, effect.name, effect.statement) };
    case 'deallocate':
      return { ...during, prepared: withoutName(during.prepared, effect.name) };
    case 'declare':
      return { ...during, cursors: withName(during.cursors, effect.name, effect.cursor) };
    case 'close':
      return { ...during, cursors: withoutName(during.cursors, effect.name) };
    case 'end_transaction':
      return sessionOutsideTransaction(during);
    case 'discard_all':
      return { ...during, prepared: new Map(), cursors: new Map() };
  }
}

/** The state once no transaction is open: cursors without hold are closed. */
export function sessionOutsideTransaction(state: SessionState): SessionState {
  const held = [...state.cursors].filter(([, { hold }]) => hold);
  return held.length === state.cursors.size ? state : { ...state, cursors: new Map(held) };
}

const REPLACEABLE: Finding = {
  permission: 'execute',
  what: 'code that ran in between may have replaced',
};

const OUTDATED: Finding = {
  permission: 'execute',
  what: 'was looked into before the catalog or search_path changed',
};

function replaceable(reasons: Reasons): Reasons {
  return oneOfEach([...reasons, REPLACEABLE]);
}

/** The first reason for each permission and each wall, without its place, which is in another text by then. */
export function oneOfEach(findings: readonly Finding[]): Reasons {
  const reasons = new Map<string, Finding>();
  for (const finding of findings) {
    const { what } = finding;
    const key = 'wall' in finding ? `wall ${finding.wall}` : finding.permission;
    if (reasons.has(key)) continue;
    reasons.set(
      key,
      'wall' in finding ? { wall: finding.wall, what } : { permission: finding.permission, what },
    );
  }
  return [...reasons.values()];
}

function mapped<Value>(
  names: ReadonlyMap<string, Value>,
  change: (value: Value) => Value,
): ReadonlyMap<string, Value> {
  return new Map([...names].map(([name, value]) => [name, change(value)]));
}

function withName<Value>(
  names: ReadonlyMap<string, Value>,
  name: string,
  value: Value,
): ReadonlyMap<string, Value> {
  if (!CERTAIN_NAME.test(name) || (names.size >= NAMES_MAX && !names.has(name))) return names;
  return new Map(names).set(name, value);
}

function withoutName<Value>(
  names: ReadonlyMap<string, Value>,
  name: string | undefined,
): ReadonlyMap<string, Value> {
  return new Map(name === undefined ? [] : [...names].filter(([other]) => other !== name));
}

/** parsenodes.h, CURSOR_OPT_HOLD. */
const HOLD = 0x20;
const ENDS_TRANSACTION = new Set(['TRANS_STMT_COMMIT', 'TRANS_STMT_ROLLBACK', 'TRANS_STMT_PREPARE']);

/** What a statement of this node does to its session. `run` and `plan`: what the walk found for each. */
export function effectOf(
  type: string,
  node: AstNode,
  run: readonly Finding[],
  plan: () => readonly Finding[],
  against?: string,
): SessionEffect | undefined {
  const looked = against === undefined ? {} : { against };
  switch (type) {
    case 'PrepareStmt': {
      const statement = { run: oneOfEach(run), plan: oneOfEach(plan()), ...looked };
      return { does: 'prepare', name: text(node, 'name'), statement };
    }
    case 'DeallocateStmt':
      return { does: 'deallocate', ...nameOf(node, 'name') };
    case 'DeclareCursorStmt': {
      const hold = typeof node.options === 'number' && (node.options & HOLD) !== 0;
      return {
        does: 'declare',
        name: text(node, 'portalname'),
        cursor: { run: oneOfEach(run), hold, ...looked },
      };
    }
    case 'ClosePortalStmt':
      return { does: 'close', ...nameOf(node, 'portalname') };
    case 'TransactionStmt':
      return ENDS_TRANSACTION.has(text(node, 'kind')) ? { does: 'end_transaction' } : undefined;
    case 'DiscardStmt':
      return text(node, 'target') === 'DISCARD_ALL' ? { does: 'discard_all' } : undefined;
    default:
      return undefined;
  }
}

function nameOf(node: AstNode, field: string): { name?: string } {
  const name = text(node, field);
  return name === '' ? {} : { name };
}

/** The session as one text meets it, statement after statement. */
export class TextSession {
  #state: SessionState;
  #wasAsked = false;
  readonly #version: string | undefined;

  /** `version`: of the catalog that the text is looked at with. */
  constructor(state: SessionState, version?: string) {
    this.#state = state;
    this.#version = version;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Which catalog and names the next statement is looked at with; undefined without a catalog. */
  get against(): string | undefined {
    return this.#version === undefined ? undefined : `${this.#version} ${sessionNamesKey(this.#state)}`;
  }

  /** Whether anything that was found depends on what the session holds. */
  get wasAsked(): boolean {
    return this.#wasAsked;
  }

  /** EXECUTE: what the statement prepared under this name needs. */
  executeFindings(name: string): Finding[] {
    return this.#preparedFindings(name, 'run');
  }

  /** Plain EXPLAIN EXECUTE: the planner may run calls. */
  planFindings(name: string): Finding[] {
    return this.#preparedFindings(name, 'plan');
  }

  /** FETCH, MOVE. */
  fetchFindings(name: string): Finding[] {
    this.#wasAsked = true;
    const cursor = this.#state.cursors.get(name);
    if (cursor !== undefined) return explained(`fetches from \`${name}\``, this.#reasons(cursor, cursor.run));
    return [{ permission: 'admin', what: `fetches from \`${name}\`, a cursor declared elsewhere` }];
  }

  /** Takes note of a statement once it is classified: the next one runs only if it succeeds. */
  note(statement: RanStatement): void {
    this.#state = sessionAfter(this.#state, statement);
  }

  /** What was true of another catalog or search_path may not be by now. */
  #reasons({ against }: { readonly against?: string }, reasons: Reasons): Reasons {
    return this.against === undefined || against === this.against ? reasons : [...reasons, OUTDATED];
  }

  #preparedFindings(name: string, use: 'run' | 'plan'): Finding[] {
    this.#wasAsked = true;
    const statement = this.#state.prepared.get(name);
    if (statement !== undefined)
      return explained(`executes \`${name}\``, this.#reasons(statement, statement[use]));
    return [{ permission: 'admin', what: `executes \`${name}\`, prepared elsewhere` }];
  }
}

function explained(does: string, reasons: Reasons): Finding[] {
  return reasons.map((reason) => ({ ...reason, what: `${does}, which ${reason.what}` }));
}
