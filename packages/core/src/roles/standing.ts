import type { Desired } from './desired.js';
import type { ServerFacts } from './graph.js';
import { isPredefinedRole } from './names.js';

/**
 * What a role is to a manifest. `managed`: its rights in scope are exactly what the manifest says. `undeclared`: rights
 * that the manifest does not give are drift in authoritative mode. `left`: the server's and whoever applies; only what the
 * manifest says about it by name happens.
 */
export type Standing = 'managed' | 'undeclared' | 'left';

/** Roles that managed services need and that nobody there can take rights from. */
const PROVIDER_ROLES =
  /^(rdsadmin|rds_.*|rdsrepladmin|rdsproxyadmin|cloudsqladmin|cloudsqlsuperuser|cloudsqlagent|cloudsqliam.*|cloudsqlreplica|cloudsqlimportexport|cloudsqllogical|cloudsqlobservability.*|cloudsqlinactiveuser|cloudsqlconnpooladmin|alloydb.*|azuresu|azure_pg_admin|azure_superuser|replication)$/;

/** Roles that no manifest manages unless it names them. */
export function isSystemRole(role: string, facts: ServerFacts): boolean {
  return (
    isPredefinedRole(role) ||
    role === facts.bootstrapUser ||
    role === facts.currentUser ||
    (facts.provider !== null && PROVIDER_ROLES.test(role))
  );
}

/** Sorts roles for one manifest on one server. */
export function standings(desired: Desired, facts: ServerFacts): (role: string) => Standing {
  const retired = new Set(desired.retirements.map(({ role }) => role));
  const named = (role: string) =>
    desired.roles.has(role) || desired.externalRoles.has(role) || retired.has(role);
  return (role) => {
    if (named(role)) return 'managed';
    if (isSystemRole(role, facts)) return 'left';
    return desired.manageAllRoles ? 'managed' : 'undeclared';
  };
}
