import type { ChangeOf } from './changes.js';
import type { Desired } from './desired.js';
import { objectKey, type RoleGraph, type RowPolicy, type RowSecurityState } from './graph.js';
import type { ModeRules } from './modes.js';
import type { ObjectRef } from './objects.js';

export type RowSecurityChange = ChangeOf<'set_row_security' | 'create_policy' | 'drop_policy'>;

/** What the server makes of an expression, by {@link expressionKey}. */
export type Expressions = ReadonlyMap<string, string>;

/** Key of one expression on one table. */
export function expressionKey(table: ObjectRef, text: string): string {
  return `${table.schema ?? ''}\0${table.name}\0${text}`;
}

/** All policy expressions of a manifest: the server alone knows how it would print them. */
export function writtenExpressions(desired: Desired): { table: ObjectRef; text: string }[] {
  return desired.rowSecurity.flatMap(({ table, policies }) =>
    [...policies.values()].flatMap(({ using, check }) =>
      [using, check].flatMap((text) => (text === null ? [] : [{ table, text }])),
    ),
  );
}

/** Row level security as it is wanted. */
export function wantedRowSecurity(
  desired: Desired,
  current: RoleGraph,
  mode: ModeRules,
  expressions: Expressions,
): Map<string, RowSecurityState> {
  const states = new Map(current.rowSecurity);
  for (const { at: _, ...wanted } of desired.rowSecurity) {
    const key = objectKey(wanted.table);
    const before = current.rowSecurity.get(key) ?? bare(wanted.table);
    const policies = new Map(
      [...wanted.policies].map(([name, policy]) => [
        name,
        stored(policy, before.policies.get(name), wanted.table, expressions),
      ]),
    );
    const after = mode.changesExisting ? { ...wanted, policies } : widened(before, policies);
    if (after.enabled || after.forced || after.policies.size > 0) states.set(key, after);
    else states.delete(key);
  }
  return states;
}

/** A table without row level security. */
export function bare(table: ObjectRef): RowSecurityState {
  return { table, enabled: false, forced: false, policies: new Map() };
}

/** Additive: only policies that show more rows, none of them changed. */
function widened(before: RowSecurityState, wanted: ReadonlyMap<string, RowPolicy>): RowSecurityState {
  const added = [...wanted].filter(([name, policy]) => policy.permissive && !before.policies.has(name));
  return { ...before, policies: new Map([...before.policies, ...added]) };
}

/** The policy as the catalog would hold it. */
function stored(
  policy: RowPolicy,
  existing: RowPolicy | undefined,
  table: ObjectRef,
  expressions: Expressions,
): RowPolicy {
  const printed = (text: string | null, there: string | null) => {
    if (text === null) return null;
    const known = expressions.get(expressionKey(table, text));
    if (known !== undefined) return known;
    return there !== null && plain(there) === plain(text) ? there : text;
  };
  return {
    ...policy,
    roles: [...policy.roles].sort(),
    using: printed(policy.using, existing?.using ?? null),
    check: printed(policy.check, existing?.check ?? null),
  };
}

/** An expression without white space at its ends and without parentheses around all of it. */
function plain(text: string): string {
  const trimmed = text.trim().replace(/\s+/g, ' ');
  if (!trimmed.startsWith('(') || !trimmed.endsWith(')')) return trimmed;
  let depth = 0;
  for (const [at, char] of [...trimmed].entries()) {
    if (char === '(') depth++;
    else if (char === ')') depth--;
    if (depth === 0 && at < trimmed.length - 1) return trimmed;
  }
  return plain(trimmed.slice(1, -1));
}

/** What leads from one state of a table to another; a changed policy is made anew. */
export function rowSecuritySteps(before: RowSecurityState, after: RowSecurityState): RowSecurityChange[] {
  if (before === after) return [];
  const { table } = after;
  const changes: RowSecurityChange[] = [];
  for (const [name, policy] of before.policies) {
    if (!samePolicy(policy, after.policies.get(name))) {
      changes.push({ kind: 'drop_policy', table, policy: name });
    }
  }
  for (const [name, policy] of after.policies) {
    if (!samePolicy(policy, before.policies.get(name)))
      changes.push({ kind: 'create_policy', table, policy });
  }
  const enabled = before.enabled === after.enabled ? {} : { enabled: after.enabled };
  const forced = before.forced === after.forced ? {} : { forced: after.forced };
  if ('enabled' in enabled || 'forced' in forced) {
    changes.push({ kind: 'set_row_security', table, ...enabled, ...forced });
  }
  return changes;
}

function samePolicy(a: RowPolicy, b: RowPolicy | undefined): boolean {
  return (
    b !== undefined &&
    a.permissive === b.permissive &&
    a.command === b.command &&
    a.roles.join('\0') === b.roles.join('\0') &&
    a.using === b.using &&
    a.check === b.check
  );
}
