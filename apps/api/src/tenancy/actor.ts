import type { AuditActor } from '@postern/core/audit';

/** Roles of a membership, mildest last. */
export const ORG_ROLES = ['owner', 'admin', 'auditor', 'member'] as const;
export type OrgRole = (typeof ORG_ROLES)[number];

/** A signed-in person, inside one organisation. Every use-case takes one: it says whose rows, and who is to be recorded. */
export interface OrgActor {
  readonly orgId: string;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: OrgRole;
}

/** How the audit trail names this person. */
export function auditActorOf(actor: { userId: string; email: string }): AuditActor {
  return { type: 'user', id: actor.userId, label: actor.email };
}
