import type { CheckResponse } from '@postern/agent/console-contract';
import { type CompiledPolicy, compilePolicy, decide, permissionsOf } from '@postern/core/policy';
import type { ClassifyResult } from '@postern/core/sql';
import type { Connection } from '../connections/connection-switcher';

/** What the agent said of a text, or what this browser foresees until it has. */
export interface Check extends CheckResponse {
  /** By the text alone: the agent knows the database and the session as well, and it alone decides. */
  readonly isForeseen: boolean;
}

const ME = 'me';

/** What this person holds on a connection as a policy of its own, so that the agent's own function decides. */
function policyOf({ slug, name, label, permissions }: Connection, orgName: string): CompiledPolicy {
  const connection = { id: slug, slug, name, label, rowCap: 1 };
  const limits = { statementTimeoutMs: 1, lockTimeoutMs: 1, idleInTransactionTimeoutMs: 1 };
  return compilePolicy({
    ...{ schema: 1, version: 1, orgId: ME, orgName, environmentId: ME, environmentName: label },
    ...{ issuedAt: '', leaseSeconds: 1, groups: [], signingKeys: [] },
    connections: [{ ...connection, ...limits }],
    principals: [{ id: ME, email: ME, name: ME }],
    rules: [{ id: ME, connection: slug, permissions, members: [`user:${ME}`] }],
  });
}

const NOTHING = { statements: [], required: 0 };

/**
 * What can be said of a text without its database. Nothing is foreseen to be allowed. Whether a function needs `execute` the agent
 * says, which looks into it, and what names of the session stand for it says as well: of both nothing is foreseen.
 */
export function foresee(classified: ClassifyResult, connection: Connection, orgName: string): Check {
  const classification = classified.ok ? classified.classification : NOTHING;
  const decision = decide(policyOf(connection, orgName), ME, connection.slug, classification);
  const isOpen = classified.ok && classified.classification.usesSession === true;
  const isTold = ({ permission }: { permission: string | null }) => !isOpen && permission !== 'execute';
  const needs = isOpen
    ? []
    : permissionsOf(decision.required).filter((permission) => permission !== 'execute');
  const reasons = decision.allowed ? [] : decision.reasons.filter(isTold);
  return {
    isForeseen: true,
    allowed: false,
    required: needs,
    missing: needs.filter((permission) => !connection.permissions.includes(permission)),
    reasons,
    error: classified.ok ? null : classified.rejection,
    statements: classification.statements.map(({ index, kind, start, end }) => ({ index, kind, start, end })),
  };
}
