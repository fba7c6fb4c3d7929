import { canonicalJson, sha256Hex } from '@postern/core/audit';
import {
  ALL_PERMISSIONS,
  type PolicyBundle,
  type PublicJwk,
  permissionsOf,
  policyBundle,
} from '@postern/core/policy';
import type { PolicyFacts } from './policy-facts.store.js';

/** What a bundle says besides the rows. */
export interface BundleFrame {
  version: number;
  issuedAt: Date;
  leaseSeconds: number;
  signingKeys: PublicJwk[];
}

/** Rows become a bundle in the words of `spec/iam-rules.txt`. Parsed once more: nothing malformed is ever signed. */
export function buildBundle(facts: PolicyFacts, frame: BundleFrame): PolicyBundle {
  return policyBundle.parse({
    schema: 1,
    orgId: facts.org.id,
    orgName: facts.org.name,
    environmentId: facts.environment.id,
    environmentName: facts.environment.name,
    version: frame.version,
    issuedAt: frame.issuedAt.toISOString(),
    leaseSeconds: frame.leaseSeconds,
    connections: facts.connections.map((connection) => ({ ...connection, label: facts.environment.name })),
    principals: facts.principals,
    groups: facts.groups,
    rules: facts.rules.map((rule) => ({
      id: rule.id,
      connection: rule.connection ?? '*',
      permissions: rule.permissions === ALL_PERMISSIONS ? ['*'] : permissionsOf(rule.permissions),
      members: rule.members,
    })),
    signingKeys: frame.signingKeys,
  });
}

/** SHA-256 of all that a bundle says except its version and time: equal digests, equal policy. */
export function contentDigest(bundle: PolicyBundle): string {
  return sha256Hex(canonicalJson({ ...bundle, version: 0, issuedAt: '' }));
}
