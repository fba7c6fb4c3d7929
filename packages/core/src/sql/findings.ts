import type { Finding } from './session.js';
import { type AstNode, child, isNode, list, nameParts, settingLiteral, text, unwrap } from './tree.js';

// What some statements need beyond what their kind says, with words of its own: used by the table in statements.ts.

/** ALTER TABLE actions that change who may see or do what. */
const adminTableActions: Readonly<Record<string, string>> = {
  AT_ChangeOwner: 'changes an owner',
  AT_DisableRowSecurity: 'disables row level security',
  AT_NoForceRowSecurity: 'takes row level security off the owner',
};

export function alterTableFindings(node: AstNode): Finding[] {
  return list(node, 'cmds').flatMap((command): Finding[] => {
    const what = adminTableActions[text(unwrap(command)?.node ?? {}, 'subtype')];
    return what === undefined ? [] : [{ permission: 'admin', what }];
  });
}

/** Languages whose functions cannot leave the database. */
const trustedLanguages = new Set(['sql', 'plpgsql', 'plperl', 'pltcl', 'plv8']);

export function functionFindings(node: AstNode): Finding[] {
  for (const option of list(node, 'options')) {
    const element = unwrap(option)?.node ?? {};
    const language = settingLiteral(element.arg)?.toLowerCase();
    if (
      text(element, 'defname') === 'language' &&
      language !== undefined &&
      !trustedLanguages.has(language)
    ) {
      return [
        { permission: 'admin', what: `creates a function in ${language}, which PostgreSQL does not confine` },
      ];
    }
  }
  return [];
}

export function selectFindings(node: AstNode): Finding[] {
  const findings: Finding[] = [];
  if (isNode(node.intoClause)) findings.push({ permission: 'ddl', what: 'creates a table (INTO)' });
  for (const clause of list(node, 'lockingClause')) {
    const strength = text(unwrap(clause)?.node ?? {}, 'strength');
    findings.push({ permission: 'write', what: `locks rows (${lockNames[strength] ?? 'FOR UPDATE'})` });
  }
  return findings;
}

const lockNames: Readonly<Record<string, string>> = {
  LCS_FORKEYSHARE: 'FOR KEY SHARE',
  LCS_FORSHARE: 'FOR SHARE',
  LCS_FORNOKEYUPDATE: 'FOR NO KEY UPDATE',
  LCS_FORUPDATE: 'FOR UPDATE',
};

/** Parts of INSERT, UPDATE, DELETE and MERGE through which data is read out or copied. */
export function dataFindings(node: AstNode): Finding[] {
  const findings: Finding[] = [];
  if (isNode(node.returningClause)) findings.push({ permission: 'read', what: 'returns data (RETURNING)' });
  if (list(node, 'fromClause').length > 0)
    findings.push({ permission: 'read', what: 'reads other tables (FROM)' });
  const using = list(node, 'usingClause').length > 0 || isNode(node.sourceRelation);
  if (using) findings.push({ permission: 'read', what: 'reads other tables (USING)' });
  return findings;
}

export function copyFindings(node: AstNode): Finding[] {
  if (node.is_program === true) return [{ permission: 'admin', what: 'runs a program on the server' }];
  return text(node, 'filename') === '' ? [] : [{ permission: 'admin', what: 'uses a file of the server' }];
}

const SYSTEM_SCHEMAS = new Set(['pg_catalog', 'information_schema']);

/**
 * What a definition puts into PostgreSQL's own schemas, or takes out of them: everybody's statements run it, and the classifier
 * takes it for PostgreSQL's. Without a schema a name goes where the search_path says, which may have been set to there.
 */
export function systemSchemaFindings(
  node: AstNode,
  searchPath: readonly string[] | 'any' | undefined,
): Finding[] {
  const objects = [child(node, 'func'), unwrap(node.object)?.node ?? {}];
  const names = [node.funcname, node.defnames, node.typeName, ...objects.map(({ objname }) => objname)]
    .map(nameParts)
    .filter((name) => name.length > 0);
  const isThere =
    names.some((name) => SYSTEM_SCHEMAS.has(name.at(-2) ?? '')) ||
    SYSTEM_SCHEMAS.has(text(node, 'newschema'));
  const mayGoThere =
    searchPath === 'any' || searchPath?.some((schema) => SYSTEM_SCHEMAS.has(schema)) === true;
  if (!isThere && !(mayGoThere && names.some((name) => name.length === 1))) return [];
  return [{ permission: 'admin', what: 'may change PostgreSQL’s own schema' }];
}

/** A schema made for somebody else's role is theirs: the same as OWNER TO. */
export function schemaFindings(node: AstNode): Finding[] {
  return isNode(node.authrole)
    ? [{ permission: 'admin', what: 'gives a schema to a role (AUTHORIZATION)' }]
    : [];
}
