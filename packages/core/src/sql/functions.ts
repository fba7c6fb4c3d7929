import type { Permission } from '../policy/permission.js';
import { extensionFunctionNeeds } from './extensions.js';
import {
  ADMIN_FUNCTIONS,
  DDL_FUNCTIONS,
  HARMLESS_FUNCTIONS,
  OPERATORS,
  PLAN_TIME_FUNCTIONS,
  WRITE_FUNCTIONS,
} from './generated/builtins.js';
import { type AstNode, asServersFold, settingLiteral, unwrap } from './tree.js';

/** The words of a generated list. */
export function words(generated: string): ReadonlySet<string> {
  return new Set(generated.trim().split(/\s+/));
}

const harmless = words(HARMLESS_FUNCTIONS);
const planTime = words(PLAN_TIME_FUNCTIONS);
const operators = words(OPERATORS);

const builtinNeeds = new Map<string, Permission>([
  ...[...words(WRITE_FUNCTIONS)].map((name) => [name, 'write'] as const),
  ...[...words(DDL_FUNCTIONS)].map((name) => [name, 'ddl'] as const),
  ...[...words(ADMIN_FUNCTIONS)].map((name) => [name, 'admin'] as const),
]);

/** Functions that run SQL given as text: which arguments hold it, and with how many arguments they do. */
const runsSql: ReadonlyMap<string, { readonly args: readonly number[]; readonly arity?: number }> = new Map([
  ['query_to_xml', { args: [0] }],
  ['query_to_xmlschema', { args: [0] }],
  ['query_to_xml_and_xmlschema', { args: [0] }],
  ['ts_stat', { args: [0] }],
  ['ts_rewrite', { args: [1], arity: 2 }],
]);

/** The same of the extension tablefunc. */
const extensionRunsSql: ReadonlyMap<string, readonly number[]> = new Map([
  ['crosstab', [0, 1]],
  ['crosstab2', [0]],
  ['crosstab3', [0]],
  ['crosstab4', [0]],
  ['crosstabn', [0]],
]);

/**
 * Functions of the extensions that PostgreSQL ships which reach the server, its files, other databases or build SQL.
 * By name in any schema, because extensions may live anywhere.
 */
const extensionAdmin =
  /^(dblink.*|heap_force_.*|pg_file_.*|pg_logdir_ls|pg_stat_statements_reset|pg_truncate_visibility_map|autoprewarm_.*|connectby|xpath_table|pg_stat_kcache_reset|lo_manage|postgres_fdw_disconnect.*|pg_read_file_v2|pg_get_wal_.*)$/;

/** Functions of information_schema: the standard's views and pgJDBC's catalog queries call them. All are harmless. */
const informationSchema = words(`
  _pg_char_max_length _pg_char_octet_length _pg_datetime_precision _pg_expandarray _pg_index_position
  _pg_interval_type _pg_numeric_precision _pg_numeric_precision_radix _pg_numeric_scale _pg_truetypid
  _pg_truetypmod`);

/** Functions of pg_catalog that take a type as text or by oid and make a value of it, which its checks see. */
const TYPES_BY_VALUE = words(
  'array_in domain_in multirange_in pg_input_error_info pg_input_is_valid range_in record_in',
);

/** True when a call of PostgreSQL's own function can reach any type there is. */
export function reachesAnyType(name: string): boolean {
  return TYPES_BY_VALUE.has(name);
}

const INV_READ = '262144';

/** What a call needs beyond what its arguments need. */
export type CallClass =
  | { readonly class: 'harmless' }
  /** `planTime`: the planner may run it, so that plain EXPLAIN needs it too. */
  | { readonly class: 'needs'; readonly permission: Permission; readonly planTime: boolean }
  /** Runs these arguments as SQL, on top of `alsoNeeds`. */
  | { readonly class: 'runs_sql'; readonly texts: readonly unknown[]; readonly alsoNeeds?: Permission }
  | { readonly class: 'set_config' };

const HARMLESS: CallClass = { class: 'harmless' };

/** Classifies a call by its name as written, split at the dots and folded by the parser, and its arguments. */
export function classifyCall(name: readonly string[], args: readonly unknown[]): CallClass {
  const base = name.at(-1) ?? '';
  const builtin = classifyBuiltinCall(name, args);
  if (builtin !== undefined) return builtin;
  if (extensionAdmin.test(base)) return { class: 'needs', permission: 'admin', planTime: true };
  const sqlArgs = extensionRunsSql.get(base);
  if (sqlArgs !== undefined) {
    return { class: 'runs_sql', texts: textArguments(sqlArgs, args), alsoNeeds: 'execute' };
  }
  return { class: 'needs', permission: 'execute', planTime: true };
}

/** The same for PostgreSQL's own functions; undefined: the name is not one of them. */
export function classifyBuiltinCall(
  name: readonly string[],
  args: readonly unknown[],
): CallClass | undefined {
  const schema = name.at(-2);
  const base = name.at(-1) ?? '';
  if (schema === undefined || schema === 'pg_catalog') return classifyBuiltin(base, args);
  return schema === 'information_schema' && informationSchema.has(base) ? HARMLESS : undefined;
}

/** A function of an extension that runs SQL given as text; undefined: it is not known to. */
export function classifyExtensionSql(name: string, args: readonly unknown[]): CallClass | undefined {
  const sqlArgs = extensionRunsSql.get(name);
  return sqlArgs && { class: 'runs_sql', texts: textArguments(sqlArgs, args), alsoNeeds: 'execute' };
}

/** What a function in C of an extension needs; undefined: nobody reviewed it. */
export function extensionNeeds(extension: string, name: string): readonly Permission[] | undefined {
  const reviewed = extensionFunctionNeeds(extension, name);
  return reviewed ?? (extensionAdmin.test(name) ? ['admin'] : undefined);
}

/**
 * What PostgreSQL's own code behind a cast, an operator, a type or a trigger needs. Functions that SQL cannot call, for
 * input and output or for triggers, are in no list; all of them are harmless.
 */
export function builtinNeedsOf(name: string): Permission | undefined {
  return isRunsSql(name) ? 'admin' : builtinNeeds.get(name);
}

/** Major versions of the servers from which the lists of built-ins were generated. */
const GENERATED_FROM = [14, 15, 16, 17, 18];

/** True when the lists hold every built-in of this server (`server_version_num`). */
export function isGeneratedFor(serverVersion: number): boolean {
  return GENERATED_FROM.includes(Math.floor(serverVersion / 10_000));
}

function classifyBuiltin(written: string, args: readonly unknown[]): CallClass | undefined {
  if (harmless.has(written)) return HARMLESS;
  const name = asServersFold(written);
  if (name === 'set_config') return { class: 'set_config' };
  if (name === 'lo_open') {
    const reads = args.length === 2 && settingLiteral(args[1]) === INV_READ;
    return reads ? HARMLESS : { class: 'needs', permission: 'write', planTime: false };
  }
  const sql = runsSql.get(name);
  if (sql !== undefined) {
    if (sql.arity !== undefined && args.length !== sql.arity) return HARMLESS;
    return { class: 'runs_sql', texts: textArguments(sql.args, args) };
  }
  const permission = builtinNeeds.get(name);
  return permission && { class: 'needs', permission, planTime: planTime.has(name) };
}

/** True for PostgreSQL's own functions that need something. Others may as well be columns where a name could be both. */
export function isEffectfulBuiltin(written: string): boolean {
  const name = asServersFold(written);
  return builtinNeeds.has(name) || isRunsSql(name);
}

function isRunsSql(name: string): boolean {
  return runsSql.has(name) || name === 'set_config' || name === 'lo_open';
}

/** The arguments at these places; all of them, to be safe, when any is given by name. */
function textArguments(places: readonly number[], args: readonly unknown[]): readonly unknown[] {
  const isNamed = (arg: unknown) => unwrap(arg)?.type === 'NamedArgExpr';
  if (args.some(isNamed)) return [undefined];
  return places.filter((place) => place === 0 || args[place] !== undefined).map((place) => args[place]);
}

/** True when the operator is one of PostgreSQL's own; others call functions that somebody wrote. */
export function isBuiltinOperator(name: readonly string[], node: AstNode): boolean {
  const symbol = name.at(-1) ?? '';
  if (name.length > 1) return name.at(-2) === 'pg_catalog' && operators.has(symbol);
  return operators.has(symbol) || (typeof node.kind === 'string' && /^AEXPR_(NOT_)?BETWEEN/.test(node.kind));
}

/** A name as people write it: `schema.name`. */
export function dotted(name: readonly string[]): string {
  return name.join('.');
}

/** True when a TABLESAMPLE method is one of PostgreSQL's own. */
export function isBuiltinSampling(name: readonly string[]): boolean {
  const method = name.at(-1) ?? '';
  return (name.length === 1 || name.at(-2) === 'pg_catalog') && ['bernoulli', 'system'].includes(method);
}
