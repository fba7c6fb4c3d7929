import { assertNever } from '../errors.js';
import { allPrivileges } from './acl.js';
import type { Change, ChangeOf, RoleAttributes } from './changes.js';
import type { DefaultObjectType, ServerFacts } from './graph.js';
import type { ObjectRef, PrivilegeMask } from './objects.js';
import { privilegesOf } from './privileges.js';
import { ON_KEYWORD, quoteGrantee, quoteIdent, quoteLiteral, quoteObject, quoteSetting } from './quote.js';
import { settingItems } from './settings.js';

/** Stands where a verifier would; PostgreSQL would take it for a password, so it must never be run. */
export const REDACTED = '[REDACTED]';

/** SCRAM verifiers by role. Without one the statement shows {@link REDACTED}. */
export type Verifiers = ReadonlyMap<string, string>;
const NO_VERIFIERS: Verifiers = new Map();

/** How long a statement waits for a session to end, in milliseconds. */
const SESSION_END_MS = 5_000;

/** A change as SQL for this server, statements without final semicolon. Output for people leaves `verifiers` out. */
export function render(change: Change, facts: ServerFacts, verifiers = NO_VERIFIERS): string[] {
  switch (change.kind) {
    case 'create_role':
      return [`CREATE ROLE ${quoteIdent(change.role)} WITH ${attributes(change.attributes, true).join(' ')}`];
    case 'alter_role':
      return [`ALTER ROLE ${quoteIdent(change.role)} WITH ${attributes(change.attributes, false).join(' ')}`];
    case 'set_password': {
      const verifier = verifiers.get(change.role) ?? REDACTED;
      return [`ALTER ROLE ${quoteIdent(change.role)} PASSWORD ${quoteLiteral(verifier)}`];
    }
    case 'set_comment': {
      const comment = change.comment === null ? 'NULL' : quoteLiteral(change.comment);
      return [`COMMENT ON ROLE ${quoteIdent(change.role)} IS ${comment}`];
    }
    case 'set_config':
      return [renderConfig(change, facts)];
    case 'grant_membership':
      return [renderGrantMembership(change, facts)];
    case 'revoke_membership':
      return [renderRevokeMembership(change, facts)];
    case 'create_schema': {
      const owner = change.owner === null ? '' : ` AUTHORIZATION ${quoteIdent(change.owner)}`;
      return [`CREATE SCHEMA ${quoteIdent(change.schema)}${owner}`];
    }
    case 'alter_schema_owner':
      return [`ALTER SCHEMA ${quoteIdent(change.schema)} OWNER TO ${quoteIdent(change.to)}`];
    case 'grant':
    case 'revoke':
      return [renderOnObjects(change, facts)];
    case 'grant_default':
    case 'revoke_default':
      return [renderDefault(change)];
    case 'set_row_security':
      return renderRowSecurity(change);
    case 'create_policy':
      return [renderPolicy(change)];
    case 'drop_policy':
      return [`DROP POLICY ${quoteIdent(change.policy)} ON ${quoteObject(change.table)}`];
    case 'terminate_sessions':
      return [
        `SELECT pg_catalog.pg_terminate_backend(pid, ${SESSION_END_MS}) FROM pg_catalog.pg_stat_activity WHERE usename = ${quoteLiteral(change.role)} AND pid <> pg_catalog.pg_backend_pid()`,
      ];
    case 'reassign_owned':
      return [`REASSIGN OWNED BY ${quoteIdent(change.role)} TO ${quoteIdent(change.to)}`];
    case 'drop_owned':
      return [`DROP OWNED BY ${quoteIdent(change.role)}`];
    case 'drop_role':
      return [`DROP ROLE ${quoteIdent(change.role)}`];
    default:
      return assertNever(change);
  }
}

const FLAGS = [
  'superuser',
  'createdb',
  'createrole',
  'inherit',
  'login',
  'replication',
  'bypassrls',
] as const;

/** CREATE ROLE says every flag, so that a server's own defaults never decide. */
function attributes(role: Partial<RoleAttributes>, isNew: boolean): string[] {
  const words = FLAGS.filter((flag) => role[flag] !== undefined).map(
    (flag) => `${role[flag] ? '' : 'NO'}${flag.toUpperCase()}`,
  );
  const { connectionLimit, validUntil } = role;
  if (connectionLimit !== undefined && !(isNew && connectionLimit === -1)) {
    words.push(`CONNECTION LIMIT ${connectionLimit}`);
  }
  if (validUntil !== undefined && !(isNew && validUntil === null)) {
    words.push(`VALID UNTIL ${quoteLiteral(validUntil ?? 'infinity')}`);
  }
  return words;
}

function renderConfig(
  { role, setting, value, inDatabase }: ChangeOf<'set_config'>,
  facts: ServerFacts,
): string {
  const where = inDatabase ? ` IN DATABASE ${quoteIdent(facts.database)}` : '';
  const alter = `ALTER ROLE ${quoteIdent(role)}${where}`;
  if (value === null) return `${alter} RESET ${quoteSetting(setting)}`;
  const items = settingItems(setting, value);
  const list = items && items.length > 0 ? items.map(quoteLiteral).join(', ') : quoteLiteral(value);
  return `${alter} SET ${quoteSetting(setting)} TO ${list}`;
}

function renderGrantMembership(change: ChangeOf<'grant_membership'>, { major }: ServerFacts): string {
  const grant = `GRANT ${quoteIdent(change.group)} TO ${quoteIdent(change.member)}`;
  const by = change.grantedBy === null ? '' : ` GRANTED BY ${quoteIdent(change.grantedBy)}`;
  if (major < 16) return `${grant}${change.admin ? ' WITH ADMIN OPTION' : ''}`;
  const options = (['admin', 'inherit', 'set'] as const).map(
    (option) => `${option.toUpperCase()} ${change[option] ? 'TRUE' : 'FALSE'}`,
  );
  return `${grant} WITH ${options.join(', ')}${by}`;
}

function renderRevokeMembership(change: ChangeOf<'revoke_membership'>, { major }: ServerFacts): string {
  const option = change.option === null ? '' : `${change.option.toUpperCase()} OPTION FOR `;
  const revoke = `REVOKE ${option}${quoteIdent(change.group)} FROM ${quoteIdent(change.member)}`;
  if (major < 16) return revoke;
  return `${revoke} GRANTED BY ${quoteIdent(change.grantor)}${change.cascade ? ' CASCADE' : ''}`;
}

function renderOnObjects(change: ChangeOf<'grant' | 'revoke'>, { major }: ServerFacts): string {
  const { type, objects, columns, privileges, grantee } = change;
  const all = allPrivileges(type, major);
  const what = !columns && privileges === all ? 'ALL PRIVILEGES' : words(privileges, columns);
  const on = `ON ${ON_KEYWORD[type]} ${listOf(objects)}`;
  if (change.kind === 'grant') {
    return `GRANT ${what} ${on} TO ${quoteGrantee(grantee)}${change.grantable ? ' WITH GRANT OPTION' : ''}`;
  }
  const option = change.optionOnly ? 'GRANT OPTION FOR ' : '';
  return `REVOKE ${option}${what} ${on} FROM ${quoteGrantee(grantee)}${change.cascade ? ' CASCADE' : ''}`;
}

/** Statements share their lists of hundreds of objects. */
const LISTS = new WeakMap<readonly ObjectRef[], string>();

function listOf(objects: readonly ObjectRef[]): string {
  const list = LISTS.get(objects) ?? objects.map(quoteObject).join(', ');
  LISTS.set(objects, list);
  return list;
}

/** Alphabetically, so that equal sets are equal text. */
function words(privileges: PrivilegeMask, columns?: readonly string[]): string {
  const list = columns ? ` (${columns.map(quoteIdent).join(', ')})` : '';
  return privilegesOf(privileges)
    .sort()
    .map((privilege) => `${privilege}${list}`)
    .join(', ');
}

const ON_DEFAULT: Readonly<Record<DefaultObjectType, string>> = {
  table: 'TABLES',
  sequence: 'SEQUENCES',
  function: 'FUNCTIONS',
  type: 'TYPES',
  schema: 'SCHEMAS',
  large_object: 'LARGE OBJECTS',
};

function renderDefault(change: ChangeOf<'grant_default' | 'revoke_default'>): string {
  const { owner, schema, on, privileges, grantee } = change;
  const where = schema === null ? '' : ` IN SCHEMA ${quoteIdent(schema)}`;
  const alter = `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdent(owner)}${where}`;
  const what = `${words(privileges)} ON ${ON_DEFAULT[on]}`;
  if (change.kind === 'grant_default') {
    return `${alter} GRANT ${what} TO ${quoteGrantee(grantee)}${change.grantable ? ' WITH GRANT OPTION' : ''}`;
  }
  return `${alter} REVOKE ${change.optionOnly ? 'GRANT OPTION FOR ' : ''}${what} FROM ${quoteGrantee(grantee)}`;
}

function renderRowSecurity({ table, enabled, forced }: ChangeOf<'set_row_security'>): string[] {
  const alter = `ALTER TABLE ${quoteObject(table)}`;
  const statements: string[] = [];
  if (enabled !== undefined) statements.push(`${alter} ${enabled ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`);
  if (forced !== undefined) statements.push(`${alter} ${forced ? 'FORCE' : 'NO FORCE'} ROW LEVEL SECURITY`);
  return statements;
}

function renderPolicy({ table, policy }: ChangeOf<'create_policy'>): string {
  const { name, permissive, command, roles, using, check } = policy;
  const kind = permissive ? 'PERMISSIVE' : 'RESTRICTIVE';
  const create = `CREATE POLICY ${quoteIdent(name)} ON ${quoteObject(table)} AS ${kind} FOR ${command}`;
  const to = ` TO ${roles.map(quoteGrantee).join(', ')}`;
  return `${create}${to}${using === null ? '' : ` USING (${using})`}${check === null ? '' : ` WITH CHECK (${check})`}`;
}
