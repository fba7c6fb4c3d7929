import { readdirSync, readFileSync } from 'node:fs';
import { type Change, type ObjectType, PRIVILEGES_ON, PUBLIC, privilegesOf } from '@postern/core/roles';
import type pg from 'pg';
import { parse } from 'yaml';

/** A case of packages/core/corpus/roles; its README says what the fields mean. */
export interface RoleCase {
  readonly name: string;
  readonly covers: readonly string[];
  readonly start?: string;
  readonly manifest?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly mode?: 'authoritative' | 'adopt' | 'additive';
  readonly minMajor?: number;
  readonly maxMajor?: number;
  readonly alone?: boolean;
  readonly as?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly changes?: readonly string[];
  readonly problems?: readonly string[];
  readonly refused?: readonly string[];
  readonly undeclared?: readonly string[];
  readonly then?: string;
  readonly can?: readonly string[];
  readonly cannot?: readonly string[];
  readonly holds?: readonly string[];
}

const CORPUS = new URL('../../../packages/core/corpus/roles/', import.meta.url);

/** The cases that need a database, by file. */
export const databaseCases = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.yaml') && name !== 'rows.yaml')
  .map((file) => ({
    file,
    cases: (parse(readFileSync(new URL(file, CORPUS), 'utf8')) as RoleCase[]).filter(needsDatabase),
  }))
  .filter(({ cases }) => cases.length > 0);

function needsDatabase({ changes, refused, problems }: RoleCase): boolean {
  return changes !== undefined || refused !== undefined || problems?.some(isOfServer) === true;
}
function isOfServer(problem: string): boolean {
  return problem.startsWith('server.');
}

/** The case with names of its own: `~` stands for the prefix of everything that the whole server shares. */
export function withNames(testCase: RoleCase, prefix: string, database: string): RoleCase {
  const text = JSON.stringify(testCase).replaceAll('~db', database).replaceAll('~', prefix);
  return JSON.parse(text) as RoleCase;
}

/** Leaves more behind than roles and schemas, which are easily removed: it gets a database of its own. */
export function leavesTraces(testCase: RoleCase): boolean {
  return /database|~db|language|extension|lo_create|large_object|tablespace/.test(JSON.stringify(testCase));
}

/** Changes in the words of the corpus, sorted; what is granted alike on several objects is one line. */
export function told(changes: readonly Change[], major: number): string[] {
  const lines: string[] = [];
  const onObjects = new Map<string, string[]>();
  for (const change of changes) {
    if (change.kind === 'grant' || change.kind === 'revoke') {
      const head = headOf(change, major);
      onObjects.set(head, [...(onObjects.get(head) ?? []), ...change.objects.map(nameOf)]);
    } else lines.push(toldOne(change, major));
  }
  for (const [head, objects] of onObjects) lines.push(head.replace('…', objects.sort().join(', ')));
  return lines.sort();
}

const nameOf = ({ schema, name }: { readonly schema?: string; readonly name: string }): string =>
  schema === undefined ? name : `${schema}.${name}`;
const grantee = (name: string): string => (name === PUBLIC ? 'PUBLIC' : name);

/** `ALL` only where it is shorter. */
function words(privileges: number, type: ObjectType, major: number): string {
  const all = privilegesOf(PRIVILEGES_ON[type]).filter((word) => word !== 'MAINTAIN' || major >= 17);
  const held = privilegesOf(privileges);
  return held.length > 4 && held.length === all.length ? 'ALL' : held.sort().join(', ');
}

function headOf(change: Extract<Change, { kind: 'grant' | 'revoke' }>, major: number): string {
  const { kind, type, privileges, columns } = change;
  const on = `${type} …${columns ? ` (${[...columns].sort().join(', ')})` : ''}`;
  const option =
    kind === 'grant' ? change.grantable && ' with grant option' : change.optionOnly && ' option only';
  return `${kind} ${grantee(change.grantee)}: ${words(privileges, type, major)} on ${on}${option || ''}`;
}

function toldOne(change: Exclude<Change, { kind: 'grant' | 'revoke' }>, major: number): string {
  const { kind } = change;
  switch (kind) {
    case 'alter_role':
      return `${kind} ${change.role} ${Object.entries(change.attributes)
        .map(([name, value]) => `${name}=${value}`)
        .sort()
        .join(' ')}`;
    case 'set_comment':
      return `${kind} ${change.role} ${change.comment ?? 'none'}`;
    case 'set_config':
      return `${kind} ${change.role} ${change.setting}=${change.value ?? 'reset'}${change.inDatabase ? ' in database' : ''}`;
    case 'grant_membership': {
      const options = [change.admin && 'admin', !change.inherit && 'no inherit', !change.set && 'no set'];
      const by = change.grantedBy === null ? [] : [`by ${change.grantedBy}`];
      return [`${kind} ${change.group} to ${change.member}`, ...options.filter(Boolean), ...by].join(' ');
    }
    case 'revoke_membership':
      return `${kind} ${change.group} from ${change.member}${change.option ? ` ${change.option} option` : ''}`;
    case 'create_schema':
      return `${kind} ${change.schema}${change.owner === null ? '' : ` of ${change.owner}`}`;
    case 'alter_schema_owner':
      return `${kind} ${change.schema} to ${change.to}`;
    case 'grant_default':
    case 'revoke_default': {
      const where = change.schema === null ? 'everywhere' : `in ${change.schema}`;
      const option =
        kind === 'grant_default'
          ? change.grantable && ' with grant option'
          : change.optionOnly && ' option only';
      return `${kind} ${grantee(change.grantee)}: ${words(change.privileges, change.on, major)} on ${change.on} of ${change.owner} ${where}${option || ''}`;
    }
    case 'set_row_security': {
      const flags = [
        change.enabled !== undefined && `enabled=${change.enabled}`,
        change.forced !== undefined && `forced=${change.forced}`,
      ];
      return [`${kind} ${nameOf(change.table)}`, ...flags.filter(Boolean)].join(' ');
    }
    case 'create_policy':
      return `${kind} ${change.policy.name} on ${nameOf(change.table)}`;
    case 'drop_policy':
      return `${kind} ${change.policy} on ${nameOf(change.table)}`;
    case 'reassign_owned':
      return `${kind} ${change.role} to ${change.to}`;
    default:
      return `${kind} ${change.role}`;
  }
}

const FUNCTION_OF: Readonly<Record<string, string>> = {
  table: 'has_table_privilege',
  view: 'has_table_privilege',
  materialized_view: 'has_table_privilege',
  foreign_table: 'has_table_privilege',
  sequence: 'has_sequence_privilege',
  function: 'has_function_privilege',
  procedure: 'has_function_privilege',
  type: 'has_type_privilege',
  domain: 'has_type_privilege',
  schema: 'has_schema_privilege',
  database: 'has_database_privilege',
  language: 'has_language_privilege',
  foreign_server: 'has_server_privilege',
  foreign_data_wrapper: 'has_foreign_data_wrapper_privilege',
  tablespace: 'has_tablespace_privilege',
  parameter: 'has_parameter_privilege',
  role: 'pg_has_role',
};

/** `role: PRIVILEGE, … on type object[ column c]`, answered by the server: what of it the role has, what it lacks. */
export async function privileges(
  admin: pg.Client,
  line: string,
): Promise<{ readonly has: string[]; readonly lacks: string[] }> {
  const [, role = '', list = '', type = '', object = '', column] =
    /^(\S+): ([A-Z, ]+) on (\w+) (.+?)(?: column (\S+))?$/.exec(line) ?? [];
  const name = column === undefined ? FUNCTION_OF[type] : 'has_column_privilege';
  if (name === undefined) throw new Error(`not understood: ${line}`);
  const has: string[] = [];
  const lacks: string[] = [];
  for (const privilege of list.split(', ')) {
    const values = [
      grantee(role) === 'PUBLIC' ? 'public' : role,
      object,
      ...(column ? [column] : []),
      privilege,
    ];
    const marks = values.map((_, index) => `$${index + 1}`).join(', ');
    const { rows } = await admin.query<{ answer: boolean }>(`select ${name}(${marks}) as answer`, values);
    (rows[0]?.answer === true ? has : lacks).push(privilege);
  }
  return { has, lacks };
}
