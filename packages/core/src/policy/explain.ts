import type { CompiledPolicy, CompiledRule } from './compile.js';
import { PERMISSION_BIT, PERMISSIONS, type Permission, type PermissionMask } from './permission.js';

/** A permission held, and every rule that gives it. */
export interface GrantedPermission {
  readonly permission: Permission;
  readonly ruleIds: string[];
}

/** Rules that reach a principal on a connection: those for everybody first, each part in the bundle's order. */
export function matchingRules(
  policy: CompiledPolicy,
  principalId: string,
  connectionSlug: string,
): readonly CompiledRule[] {
  if (!policy.principals.has(principalId) || !policy.connections.has(connectionSlug)) return [];
  const reaches = (rule: CompiledRule) => rule.connection === null || rule.connection === connectionSlug;
  const named = policy.rulesByPrincipal.get(principalId) ?? [];
  return [...policy.rulesForEveryone.filter(reaches), ...named.filter(reaches)];
}

/** Ids of the rules that give at least one of `wanted` to a principal on a connection. Hot: every statement asks. */
export function grantingRuleIds(
  policy: CompiledPolicy,
  principalId: string,
  connectionSlug: string,
  wanted: PermissionMask,
): string[] {
  const ids: string[] = [];
  for (const rules of [policy.rulesForEveryone, policy.rulesByPrincipal.get(principalId) ?? []]) {
    for (const { id, connection, mask } of rules) {
      if ((mask & wanted) !== 0 && (connection === null || connection === connectionSlug)) ids.push(id);
    }
  }
  return ids;
}

/** Why a principal holds what they hold on a connection: each permission with all the rules that give it. */
export function explain(
  policy: CompiledPolicy,
  principalId: string,
  connectionSlug: string,
): GrantedPermission[] {
  const rules = matchingRules(policy, principalId, connectionSlug);
  const granted: GrantedPermission[] = [];
  for (const permission of PERMISSIONS) {
    const ruleIds = rules
      .filter((rule) => (rule.mask & PERMISSION_BIT[permission]) !== 0)
      .map((rule) => rule.id);
    if (ruleIds.length > 0) granted.push({ permission, ruleIds });
  }
  return granted;
}
