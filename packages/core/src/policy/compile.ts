import type { IamRule, PolicyBundle, PolicyConnection } from './model.js';
import { ALL_PERMISSIONS, isPermission, maskOf, type PermissionMask } from './permission.js';

/** A rule whose references have been looked up. Rules that can grant nothing are not kept. */
export interface CompiledRule {
  readonly id: string;
  /** A slug of the bundle, or null for `*`. */
  readonly connection: string | null;
  readonly mask: PermissionMask;
}

/**
 * A bundle made ready for decisions: four tables whose union is the answer. They grow with rules × their expanded
 * members, never with people × connections.
 */
export interface CompiledPolicy {
  readonly orgName: string;
  readonly environmentName: string;
  readonly version: number;
  readonly connections: ReadonlyMap<string, PolicyConnection>;
  readonly principals: ReadonlySet<string>;
  /** Members `*` on connection `*`. */
  readonly everyoneEverywhere: PermissionMask;
  /** Members `*`, by connection. */
  readonly everyone: ReadonlyMap<string, PermissionMask>;
  /** Connection `*`, by principal. */
  readonly everywhere: ReadonlyMap<string, PermissionMask>;
  /** One principal on one connection. */
  readonly cells: ReadonlyMap<string, ReadonlyMap<string, PermissionMask>>;
  /** The rules behind the tables, in bundle order: those for everybody … */
  readonly rulesForEveryone: readonly CompiledRule[];
  /** … and those that name a principal, directly or through a group. */
  readonly rulesByPrincipal: ReadonlyMap<string, readonly CompiledRule[]>;
}

/** Mask of a rule's permissions; a name that nobody knows grants nothing. */
function ruleMask(rule: IamRule): PermissionMask {
  if (rule.permissions.includes('*')) return ALL_PERMISSIONS;
  return maskOf(rule.permissions.filter(isPermission));
}

function idsByEmail(bundle: PolicyBundle): Map<string, string[]> {
  const byEmail = new Map<string, string[]>();
  for (const { id, email } of bundle.principals) {
    const key = email.toLowerCase();
    const ids = byEmail.get(key);
    if (ids) ids.push(id);
    else byEmail.set(key, [id]);
  }
  return byEmail;
}

function idsByGroup(bundle: PolicyBundle, principals: ReadonlySet<string>): Map<string, string[]> {
  const byGroup = new Map<string, string[]>();
  for (const { slug, memberIds } of bundle.groups) {
    const known = memberIds.filter((id) => principals.has(id));
    byGroup.set(slug, [...(byGroup.get(slug) ?? []), ...known]);
  }
  return byGroup;
}

/** Ids that a rule's members other than `*` name. Unknown and malformed members name nobody. */
function namedMembers(
  rule: IamRule,
  byEmail: Map<string, string[]>,
  byGroup: Map<string, string[]>,
): Set<string> {
  const ids = new Set<string>();
  for (const member of rule.members) {
    const found = member.startsWith('user:')
      ? byEmail.get(member.slice('user:'.length).toLowerCase())
      : member.startsWith('group:')
        ? byGroup.get(member.slice('group:'.length))
        : undefined;
    for (const id of found ?? []) ids.add(id);
  }
  return ids;
}

function addTo(table: Map<string, PermissionMask>, key: string, mask: PermissionMask): void {
  table.set(key, (table.get(key) ?? 0) | mask);
}

/** Compiles a bundle. References to connections, groups or people that the bundle does not hold grant nothing. */
export function compilePolicy(bundle: PolicyBundle): CompiledPolicy {
  const connections = new Map(bundle.connections.map((connection) => [connection.slug, connection]));
  const principals = new Set(bundle.principals.map((principal) => principal.id));
  const byEmail = idsByEmail(bundle);
  const byGroup = idsByGroup(bundle, principals);

  let everyoneEverywhere: PermissionMask = 0;
  const everyone = new Map<string, PermissionMask>();
  const everywhere = new Map<string, PermissionMask>();
  const cells = new Map<string, Map<string, PermissionMask>>();
  const rulesForEveryone: CompiledRule[] = [];
  const rulesByPrincipal = new Map<string, CompiledRule[]>();

  for (const rule of bundle.rules) {
    const connection = rule.connection === '*' ? null : rule.connection;
    const mask = ruleMask(rule);
    if (mask === 0 || (connection !== null && !connections.has(connection))) continue;
    const compiled: CompiledRule = { id: rule.id, connection, mask };

    if (rule.members.includes('*')) {
      rulesForEveryone.push(compiled);
      if (connection === null) everyoneEverywhere |= mask;
      else addTo(everyone, connection, mask);
      continue;
    }
    for (const id of namedMembers(rule, byEmail, byGroup)) {
      const rules = rulesByPrincipal.get(id);
      if (rules) rules.push(compiled);
      else rulesByPrincipal.set(id, [compiled]);
      if (connection === null) {
        addTo(everywhere, id, mask);
        continue;
      }
      const row = cells.get(id) ?? new Map<string, PermissionMask>();
      addTo(row, connection, mask);
      cells.set(id, row);
    }
  }

  return {
    orgName: bundle.orgName,
    environmentName: bundle.environmentName,
    version: bundle.version,
    connections,
    principals,
    everyoneEverywhere,
    everyone,
    everywhere,
    cells,
    rulesForEveryone,
    rulesByPrincipal,
  };
}
