import { PERMISSION_BIT as BIT } from '@postern/core/policy';

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Groups of permissions; of each group a statement must need at least one. */
export type Demands = readonly number[];

const CHANGES: Readonly<Record<string, number>> = {
  ...{ InsertStmt: BIT.write, UpdateStmt: BIT.write, DeleteStmt: BIT.write, MergeStmt: BIT.write },
  ...{ LockingClause: BIT.write, intoClause: BIT.ddl },
};

const TOPS: Readonly<Record<string, number>> = {
  ...{ SelectStmt: BIT.read, ExplainStmt: BIT.explain, CallStmt: BIT.execute, DoStmt: BIT.admin },
  ...{ TruncateStmt: BIT.ddl, NotifyStmt: BIT.write, CreateStmt: BIT.ddl, CreateTableAsStmt: BIT.ddl },
  ...{
    ViewStmt: BIT.ddl,
    IndexStmt: BIT.ddl,
    CreateFunctionStmt: BIT.ddl,
    RuleStmt: BIT.ddl,
    CreateTrigStmt: BIT.ddl,
  },
  ...{ AlterTableStmt: BIT.ddl, DropStmt: BIT.ddl, GrantStmt: BIT.ddl | BIT.admin, VacuumStmt: BIT.ddl },
  ...{
    GrantRoleStmt: BIT.admin,
    CreateRoleStmt: BIT.admin,
    AlterRoleStmt: BIT.admin,
    DropRoleStmt: BIT.admin,
  },
  ...{ AlterSystemStmt: BIT.admin, LoadStmt: BIT.admin, CheckPointStmt: BIT.admin, CreatedbStmt: BIT.admin },
  ...{ DropdbStmt: BIT.admin, CreateSubscriptionStmt: BIT.admin, AlterDatabaseStmt: BIT.admin },
};

const ADMIN = new Set([
  ...[
    'pg_terminate_backend',
    'pg_cancel_backend',
    'pg_read_file',
    'pg_read_binary_file',
    'pg_ls_dir',
    'lo_import',
  ],
  ...[
    'lo_export',
    'pg_reload_conf',
    'pg_switch_wal',
    'pg_stat_reset',
    'pg_promote',
    'pg_create_restore_point',
  ],
]);
const WRITE = new Set([
  ...['nextval', 'setval', 'pg_notify', 'lo_put', 'lo_unlink', 'lo_create', 'lowrite', 'pg_advisory_lock'],
]);
const FOREIGN = new Set(['app_wipe', 'dblink_exec', 'dblink', 'my_fn']);

/** Statements of which every part runs. */
const RUNS_ALL = new Set([
  ...[
    'SelectStmt',
    'InsertStmt',
    'UpdateStmt',
    'DeleteStmt',
    'MergeStmt',
    'CopyStmt',
    'CallStmt',
    'PrepareStmt',
  ],
  ...['DeclareCursorStmt', 'IndexStmt'],
]);

const stringsOf = (list: unknown): string[] =>
  (Array.isArray(list) ? list : []).map((part: unknown) =>
    isNode(part) && isNode(part.String) ? String(part.String.sval) : '',
  );

/** `(1).pg_terminate_backend` and `t.nextval` are calls, when there is no such column. */
function attributeDemands(type: string, node: Node): number[] {
  if (type !== 'A_Indirection' && type !== 'ColumnRef') return [];
  const names = type === 'ColumnRef' ? stringsOf(node.fields).slice(1) : stringsOf(node.indirection);
  return names.flatMap((name) => (ADMIN.has(name) ? [BIT.admin] : WRITE.has(name) ? [BIT.write] : []));
}

function callDemand(node: Node): number | undefined {
  const parts = stringsOf(node.funcname);
  const name = parts.at(-1) ?? '';
  const isBuiltin = parts.length === 1 || parts.at(-2) === 'pg_catalog';
  if (isBuiltin && ADMIN.has(name)) return BIT.admin;
  if (isBuiltin && WRITE.has(name)) return BIT.write;
  if (FOREIGN.has(name) || ADMIN.has(name) || WRITE.has(name)) return BIT.execute | BIT.admin;
  return undefined;
}

/** Every field of everything, without any knowledge of what it is. */
function demandsInside(tree: Node, demands: number[]): void {
  const pending: unknown[] = [tree];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) pending.push(...value);
    else if (isNode(value)) {
      for (const [key, part] of Object.entries(value)) {
        if (typeof part !== 'object' || part === null) continue;
        const change = Object.hasOwn(CHANGES, key) ? CHANGES[key] : undefined;
        if (change !== undefined) demands.push(change);
        const call = key === 'FuncCall' && isNode(part) ? callDemand(part) : undefined;
        if (call !== undefined) demands.push(call);
        if (isNode(part)) demands.push(...attributeDemands(key, part));
        pending.push(part);
      }
    }
  }
}

function runsAll(type: string, node: Node): boolean {
  if (type !== 'ExplainStmt') return RUNS_ALL.has(type);
  const [option, ...others] = Array.isArray(node.options) ? node.options : [];
  const inner = isNode(node.query) ? (Object.keys(node.query)[0] ?? '') : '';
  const isPlainAnalyze =
    isNode(option) && isNode(option.DefElem) && option.DefElem.defname === 'analyze' && !option.DefElem.arg;
  return others.length === 0 && isPlainAnalyze && RUNS_ALL.has(inner);
}

/**
 * The least a statement must need, told from its tree in another, cruder way than the classifier's: where both are wrong
 * they are wrong in different ways.
 */
export function demandsOf(stmt: unknown): Demands {
  const [[type, node] = ['', {}]] = isNode(stmt) ? Object.entries(stmt) : [];
  if (!isNode(node)) return [];
  const demands: number[] = [];
  const top = Object.hasOwn(TOPS, type) ? TOPS[type] : undefined;
  if (top !== undefined) demands.push(top === BIT.ddl ? BIT.ddl | BIT.admin : top);
  if (Object.hasOwn(CHANGES, type)) demands.push(CHANGES[type] ?? 0);
  if (type === 'CopyStmt') {
    demands.push(node.is_from === true ? BIT.write : BIT.export);
    if (node.is_program === true || typeof node.filename === 'string') demands.push(BIT.admin);
  }
  if (runsAll(type, node)) demandsInside(node, demands);
  return demands;
}

/** Changes who the session is: no permission is enough. */
export function changesIdentity(stmt: unknown): boolean {
  const set = isNode(stmt) && isNode(stmt.VariableSetStmt) ? stmt.VariableSetStmt : {};
  return set.name === 'role' || set.name === 'session_authorization';
}
