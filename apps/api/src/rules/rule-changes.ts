import { type ErrorCode, PosternError } from '@postern/core/errors';
import { violatedConstraint } from '../errors/prisma-error.js';
import { requestPublication } from '../policy/request-publication.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { ruleView } from './rule.queries.js';
import type { RuleRow } from './rule.store.js';

/** Why a rule changes, where somebody else stands behind it. */
export interface Because {
  reason: string;
  approvedBy: string;
}

/** What the audit trail keeps of a rule. */
export function auditedRule(row: RuleRow): Record<string, unknown> {
  const { connection, permissions, members, description } = ruleView(row);
  return { connection, permissions, members, description };
}

/** How a list of events names a rule. */
export function ruleLabel(row: RuleRow): string {
  const { connection, permissions, members } = ruleView(row);
  const shown =
    members.slice(0, 3).join(', ') + (members.length > 3 ? ` and ${members.length - 3} more` : '');
  return `${permissions.join(', ')} on ${connection} for ${shown}`;
}

/** New bundles for the environments that a change of rules touches; null stands for `*`, which is all of them. */
export async function publishFor(
  tx: Tx,
  orgId: string,
  environmentIds: readonly (string | null)[],
): Promise<void> {
  if (environmentIds.includes(null)) return requestPublication(tx, orgId);
  for (const id of new Set(environmentIds)) if (id !== null) await requestPublication(tx, orgId, id);
}

export const staleRule = () =>
  new PosternError('rule.stale', 'somebody else has changed this rule meanwhile', {
    field: 'version',
    fix: 'load it again and repeat your change',
  });

const GONE: Record<string, { code: ErrorCode; field: string; what: string }> = {
  rule_connection_fk: { code: 'rule.unknown_connection', field: 'connection', what: 'connection' },
  rule_member_group_fk: { code: 'rule.unknown_group', field: 'members', what: 'group' },
  rule_member_membership_fk: { code: 'rule.unknown_user', field: 'members', what: 'person' },
};

/** What a rule names may be deleted between the look-up and the write: then its foreign key says so. */
export function namedThingGone(error: unknown): never {
  const gone = GONE[violatedConstraint(error) ?? ''];
  if (!gone) throw error;
  throw new PosternError(gone.code, `a ${gone.what} of this rule was deleted just now`, {
    field: gone.field,
    fix: 'load the rule again and choose another',
  });
}
