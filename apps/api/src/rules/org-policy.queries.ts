import {
  ALL_PERMISSIONS,
  type CompiledPolicy,
  compilePolicy,
  type IamRule,
  type PolicyBundle,
  permissionsOf,
} from '@postern/core/policy';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { type OrgPolicyRows, readOrgPolicyRows } from './org-policy.store.js';

/** The rules of an organisation, in the words of the spec. */
export const iamRulesOf = (rows: OrgPolicyRows): IamRule[] =>
  rows.rules.map(({ id, connection, mask, members }) => ({
    id,
    connection,
    permissions: mask === ALL_PERMISSIONS ? ['*'] : permissionsOf(mask),
    members,
  }));

/**
 * Compiles all environments as one: short names of connections are unique in the organisation, so that nobody's access
 * differs from what the agents' bundles say (a test compares them).
 */
export function compileOrgPolicy(rows: OrgPolicyRows, rules: readonly IamRule[]): CompiledPolicy {
  const limits = {
    statementTimeoutMs: 1,
    lockTimeoutMs: 1,
    idleInTransactionTimeoutMs: 1,
    rowCap: 1,
    label: '',
  };
  const bundle: PolicyBundle = {
    schema: 1,
    orgId: '-',
    orgName: rows.orgName,
    environmentId: '-',
    environmentName: '-',
    version: 1,
    issuedAt: '-',
    leaseSeconds: 1,
    connections: rows.connections.map((connection) => ({ ...connection, ...limits })),
    principals: rows.principals,
    groups: rows.groups,
    rules: [...rules],
    signingKeys: [],
  };
  return compilePolicy(bundle);
}

/** The policy in force, of all environments. */
export async function readOrgPolicy(tx: Tx): Promise<CompiledPolicy> {
  const rows = await readOrgPolicyRows(tx);
  return compileOrgPolicy(rows, iamRulesOf(rows));
}

export const orgPolicy = (db: TenantDb, orgId: string): Promise<CompiledPolicy> =>
  db.withOrg(orgId, readOrgPolicy);

export { readOrgPolicyRows };
