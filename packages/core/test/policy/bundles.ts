import { type IamRule, type PolicyBundle, policyConnection } from '../../src/policy/index.js';

export interface Scene {
  readonly connections: readonly string[];
  readonly users: readonly string[];
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly rules: readonly Omit<IamRule, 'id'>[];
}

/** A bundle from a scene. A user's id is `id of <email>`, so that nobody confuses the two. */
export function bundleOf({ connections, users, groups, rules }: Scene): PolicyBundle {
  return {
    schema: 1,
    orgId: 'org',
    orgName: 'Acme',
    environmentId: 'env',
    environmentName: 'Production',
    version: 1,
    issuedAt: '2026-11-21T12:00:00.000Z',
    leaseSeconds: 3600,
    connections: connections.map((slug) => policyConnection.parse({ id: `id of ${slug}`, slug, name: slug })),
    principals: users.map((email) => ({ id: idOf(email), email, name: email })),
    groups: Object.entries(groups).map(([slug, members]) => ({ slug, memberIds: members.map(idOf) })),
    rules: rules.map((rule, index) => ({ id: `rule ${index + 1}`, ...rule })),
    signingKeys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'k' }],
  };
}

export const idOf = (email: string): string => `id of ${email}`;
