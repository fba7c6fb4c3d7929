import type { ObjectRef, ObjectType } from './objects.js';
import { PUBLIC } from './objects.js';

/** An identifier, always in double quotes: no keyword list, nothing folded. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal, whatever `standard_conforming_strings` is. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** A grantee: a role, or PUBLIC, which is a keyword. */
export function quoteGrantee(role: string): string {
  return role === PUBLIC ? 'PUBLIC' : quoteIdent(role);
}

/** A setting's or parameter's name: parts between dots are identifiers of their own. */
export function quoteSetting(name: string): string {
  return name.split('.').map(quoteIdent).join('.');
}

/** How GRANT calls a type of object. Views, materialized views and foreign tables are tables to it. */
export const ON_KEYWORD: Readonly<Record<ObjectType, string>> = {
  table: 'TABLE',
  view: 'TABLE',
  materialized_view: 'TABLE',
  foreign_table: 'TABLE',
  sequence: 'SEQUENCE',
  function: 'FUNCTION',
  procedure: 'PROCEDURE',
  type: 'TYPE',
  domain: 'DOMAIN',
  schema: 'SCHEMA',
  database: 'DATABASE',
  language: 'LANGUAGE',
  foreign_server: 'FOREIGN SERVER',
  foreign_data_wrapper: 'FOREIGN DATA WRAPPER',
  tablespace: 'TABLESPACE',
  large_object: 'LARGE OBJECT',
  parameter: 'PARAMETER',
};

/** An object as statements name it. */
export function quoteObject({ type, schema, name }: ObjectRef): string {
  if (type === 'large_object') return /^\d+$/.test(name) ? name : quoteIdent(name);
  if (type === 'parameter') return quoteSetting(name);
  const quoted = type === 'function' || type === 'procedure' ? quoteSignature(name) : quoteIdent(name);
  return schema === undefined ? quoted : `${quoteIdent(schema)}.${quoted}`;
}

/** `total(integer)` → `"total"(integer)`. The types are the server's own text, names in them already quoted. */
function quoteSignature(signature: string): string {
  let isQuoted = false;
  for (let at = signature.length - 1; at > 0; at--) {
    const char = signature[at];
    if (char === '"') isQuoted = !isQuoted;
    else if (char === '(' && !isQuoted) {
      return `${quoteIdent(signature.slice(0, at))}${signature.slice(at)}`;
    }
  }
  return `${quoteIdent(signature)}()`;
}
