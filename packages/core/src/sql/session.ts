import type { Permission } from '../policy/permission.js';
import { words } from './functions.js';
import { SUPERUSER_SETTINGS } from './generated/builtins.js';
import {
  type AstNode,
  asServersFold,
  child,
  isNode,
  list,
  locationOf,
  nameParts,
  settingLiteral,
  text,
  unwrap,
} from './tree.js';

/** Something a statement needs or breaks beyond what its kind says. */
export type Finding =
  | { readonly permission: Permission; readonly what: string; readonly location?: number | undefined }
  | { readonly wall: 'always' | 'read_only'; readonly what: string; readonly location?: number | undefined };

/** A value that a setting gets: literals, or what stands for them. */
export type SettingValue =
  | { readonly to: 'values'; readonly values: readonly (string | undefined)[] }
  | { readonly to: 'default' };

const superuserSettings = words(SUPERUSER_SETTINGS);

/** Settings that anybody may change in PostgreSQL and that blind the log, or change what text or rows mean. */
const adminSettings = words(`
  row_security backslash_quote escape_string_warning local_preload_libraries session_preload_libraries
  dynamic_library_path allow_system_table_mods lo_compat_privileges session_replication_role`);
const adminPrefixes = /^(log_|pgaudit\.|auto_explain\.|pg_stat_statements\.|set_user\.)/;

/** What changing one setting needs or breaks. Ordinary settings give nothing. */
export function settingFindings(setting: string, value: SettingValue, location?: number): Finding[] {
  const name = asServersFold(setting).toLowerCase();
  switch (name) {
    case 'role':
    case 'session_authorization':
      return [{ wall: 'always', what: `changes ${name}`, location }];
    case 'transaction_read_only':
    case 'default_transaction_read_only':
      return turnsOn(value) ? [] : [{ wall: 'read_only', what: `changes ${name}`, location }];
    case 'standard_conforming_strings':
      if (turnsOn(value)) return [];
      return [{ wall: 'always', what: 'does not leave standard_conforming_strings on', location }];
    case 'client_encoding':
      return isUtf8(value)
        ? []
        : [{ wall: 'always', what: 'sets client_encoding to something other than UTF8', location }];
    case 'search_path':
      return searchPathFindings(value, location);
    default:
      if (!superuserSettings.has(name) && !adminSettings.has(name) && !adminPrefixes.test(name)) return [];
      return [{ permission: 'admin', what: `changes ${name}`, location }];
  }
}

/** PostgreSQL takes any unambiguous prefix of these words; only whole ones count here. */
function turnsOn(value: SettingValue): boolean {
  const [only, ...others] = value.to === 'values' ? value.values : [];
  return others.length === 0 && only !== undefined && ['on', 'true', 'yes', '1'].includes(only.toLowerCase());
}

function isUtf8(value: SettingValue): boolean {
  if (value.to === 'default') return true;
  const [only, ...others] = value.values;
  return others.length === 0 && only !== undefined && /^(utf-?8|unicode)$/i.test(only);
}

/**
 * pg_catalog wins over every schema as long as it is not listed, or is listed first. Behind another schema, even `=` and
 * IN may be somebody's functions.
 */
function searchPathFindings(value: SettingValue, location?: number): Finding[] {
  if (value.to === 'default') return [];
  const late = value.values.some(
    (schema, index) => schema === undefined || (schema === 'pg_catalog' && index > 0),
  );
  if (!late) return [];
  return [{ wall: 'always', what: 'puts another schema before pg_catalog in search_path', location }];
}

/** SET, RESET and their relatives (VariableSetStmt). */
export function setFindings(node: AstNode): Finding[] {
  const kind = text(node, 'kind');
  const name = text(node, 'name');
  if (kind === 'VAR_RESET_ALL') return [];
  if (kind === 'VAR_SET_MULTI') return transactionModeFindings(list(node, 'args'));
  const location = locationOf(node);
  if (kind === 'VAR_SET_VALUE') {
    return settingFindings(name, { to: 'values', values: list(node, 'args').map(settingLiteral) }, location);
  }
  // RESET of the two read-only settings left READ ONLY on PostgreSQL 15 (READ_ONLY.md), so default is not "on" there.
  return settingFindings(name, { to: 'default' }, location);
}

/** READ WRITE among transaction modes, as BEGIN, START, SET TRANSACTION and SET SESSION CHARACTERISTICS take them. */
export function transactionModeFindings(modes: readonly unknown[]): Finding[] {
  return modes.flatMap((mode): Finding[] => {
    const option = isNode(mode) ? child(mode, 'DefElem') : {};
    if (text(option, 'defname') !== 'transaction_read_only' || settingLiteral(option.arg) === '1') return [];
    return [{ wall: 'read_only', what: 'starts READ WRITE', location: locationOf(option) }];
  });
}

/** set_config(name, value, is_local): as SET of that setting; a name that is no literal could be any. */
export function setConfigFindings(args: readonly unknown[], location?: number): Finding[] {
  const named = args.some((arg) => unwrap(arg)?.type === 'NamedArgExpr');
  const name = named ? undefined : settingLiteral(args[0]);
  if (name === undefined) {
    return [{ wall: 'always', what: 'calls set_config with a name that is not a literal', location }];
  }
  const value = settingLiteral(args[1]);
  const values = name.toLowerCase() === 'search_path' && value !== undefined ? schemaList(value) : [value];
  return settingFindings(name, { to: 'values', values }, location);
}

/**
 * application_name says who is behind a shared login. The agent puts that back behind every statement, so one that sets it may do
 * nothing else: else it would do it under another's name.
 */
export function renamingFindings(args: readonly unknown[], location?: number): Finding[] {
  const name = settingLiteral(args[0]);
  if (name === undefined || asServersFold(name).toLowerCase() !== 'application_name') return [];
  return [{ permission: 'admin', what: 'changes application_name while it does something else', location }];
}

/** The call of `SELECT f(…)`, when that is all there is and its arguments are values. */
export function onlyCall(select: AstNode): AstNode | undefined {
  const parts = Object.keys(select).filter((key) => !['limitOption', 'op'].includes(key));
  const [target, ...others] = list(select, 'targetList');
  if (parts.join() !== 'targetList' || others.length > 0) return undefined;
  const call = unwrap(unwrap(target)?.node.val);
  if (call?.type !== 'FuncCall') return undefined;
  return list(call.node, 'args').every(isValue) ? call.node : undefined;
}

function isValue(argument: unknown): boolean {
  const part = unwrap(argument);
  if (part?.type === 'TypeCast') return isValue(part.node.arg);
  return part?.type === 'A_Const' || part?.type === 'ParamRef';
}

/** What pg_dump asks for before it reads (CVE-2024-7348), as a list of kinds of relations. */
export const PG_DUMP_GUARD = 'view, foreign-table';

/** `set_config(name, 'view, foreign-table', …)`. */
export function isPgDumpGuard(args: readonly unknown[]): boolean {
  return isColumnName(args[0]) && settingLiteral(args[1]) === PG_DUMP_GUARD;
}

/**
 * The call in pg_dump's `SELECT set_config(name, 'view, foreign-table', …) FROM pg_settings WHERE name =
 * 'restrict_nonsystem_relation_kind'`, which is written so that older servers do not mind. Nothing near it counts: from
 * elsewhere the column could hold the name of any setting.
 */
export function pgDumpGuardCall(select: AstNode): AstNode | undefined {
  const [target, ...targets] = list(select, 'targetList');
  const [from, ...others] = list(select, 'fromClause');
  const call = child(child(unwrap(target)?.node ?? {}, 'val'), 'FuncCall');
  const table = isNode(from) ? child(from, 'RangeVar') : {};
  const where = child(child(select, 'whereClause'), 'A_Expr');
  const isIt =
    targets.length + others.length === 0 &&
    isPgDumpGuard(list(call, 'args')) &&
    text(table, 'relname') === 'pg_settings' &&
    ['', 'pg_catalog'].includes(text(table, 'schemaname')) &&
    text(where, 'kind') === 'AEXPR_OP' &&
    nameParts(where.name).join('.') === '=' &&
    isColumnName(where.lexpr) &&
    settingLiteral(where.rexpr) === 'restrict_nonsystem_relation_kind';
  return isIt ? call : undefined;
}

function isColumnName(value: unknown): boolean {
  const column = unwrap(value);
  return column?.type === 'ColumnRef' && nameParts(column.node.fields).join('.') === 'name';
}

/** A search_path as text, split as the server's SplitIdentifierString does it. */
export function schemaList(path: string): string[] {
  const parts = path.match(/"(?:[^"]|"")*"|[^,]+/g) ?? [];
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase()));
}
