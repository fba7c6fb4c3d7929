import { type Place, type Problem, problem } from './problem.js';

/** NAMEDATALEN - 1: PostgreSQL would cut longer names silently, and never find them again. */
const MAX_NAME_BYTES = 63;

/** Length in UTF-8, without TextEncoder's copy. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** What PostgreSQL refuses in any name. */
export function nameProblems(name: string, what: string, at: Place): Problem[] {
  if (name === '') return [problem(at, 'manifest.bad_name', `${what} has no name`, 'write a name')];
  const bytes = utf8Length(name);
  if (bytes > MAX_NAME_BYTES) {
    const message = `${what} \`${name}\` has ${bytes} bytes, PostgreSQL keeps ${MAX_NAME_BYTES}`;
    return [problem(at, 'manifest.bad_name', message, 'choose a shorter name')];
  }
  if (name.includes('\0')) {
    return [problem(at, 'manifest.bad_name', `${what} holds a NUL character`, 'remove it')];
  }
  return [];
}

/** PostgreSQL's own roles (`pg_read_all_data` …). */
export const isPredefinedRole = (name: string): boolean => name.startsWith('pg_');

/** Where a role is referred to that may not be PUBLIC. */
export function roleProblems(name: string, what: string, at: Place): Problem[] {
  if (name === 'PUBLIC') {
    return [problem(at, 'manifest.bad_name', `${what} cannot be \`PUBLIC\``, 'name a role')];
  }
  return granteeProblems(name, what, at);
}

/** Where a role or PUBLIC is referred to. */
export function granteeProblems(name: string, what: string, at: Place): Problem[] {
  if (name === 'public') {
    const message = `${what} cannot be \`public\`: PostgreSQL reserves the name`;
    return [problem(at, 'manifest.bad_name', message, 'write `PUBLIC` for everybody')];
  }
  if (name === 'none') {
    const message = `${what} cannot be \`none\`: PostgreSQL reserves the name`;
    return [problem(at, 'manifest.bad_name', message, 'choose another name')];
  }
  return nameProblems(name, what, at);
}

/** Where a role is made or dropped. */
export function ownRoleProblems(name: string, what: string, at: Place): Problem[] {
  if (isPredefinedRole(name)) {
    const message = `${what} \`${name}\` is one of PostgreSQL's own`;
    const fix = 'name it in `memberships` only, or declare it `external: true`';
    return [problem(at, 'manifest.bad_name', message, fix)];
  }
  return roleProblems(name, what, at);
}
