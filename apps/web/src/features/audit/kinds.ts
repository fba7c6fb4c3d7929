import type { AuditKind } from '@postern/core/audit';

/** What each kind of event is called. The type makes the list complete. */
export const KIND_LABEL: Readonly<Record<AuditKind, string>> = {
  'statement.decided': 'Statement',
  'statement.finished': 'Statement ended',
  'console.signed_in': 'Signed in to a console',
  'wire.session_opened': 'Database session opened',
  'wire.session_closed': 'Database session closed',
  'wire.sign_in_failed': 'Database sign-in failed',
  'policy.enforced': 'Policy enforced',
  'policy.refused': 'Policy refused by agent',
  'agent.started': 'Agent started',
  'agent.enrolled': 'Agent enrolled',
  'agent.revoked': 'Agent revoked',
  'agent.request_refused': 'Agent request refused',
  'audit.refused': 'Audit delivery refused',
  'enrolment_token.created': 'Enrolment token created',
  'org.created': 'Organisation created',
  'org.updated': 'Organisation changed',
  'user.signed_in': 'Signed in',
  'user.sign_in_failed': 'Sign-in failed',
  'access.refused': 'Access refused',
  'member.invited': 'Person invited',
  'member.joined': 'Person joined',
  'member.updated': 'Role changed',
  'member.removed': 'Person removed',
  'environment.created': 'Environment created',
  'environment.updated': 'Environment changed',
  'environment.deleted': 'Environment deleted',
  'group.created': 'Group created',
  'group.updated': 'Group changed',
  'group.deleted': 'Group deleted',
  'connection.created': 'Connection created',
  'connection.updated': 'Connection changed',
  'connection.deleted': 'Connection deleted',
  'rule.created': 'Rule created',
  'rule.updated': 'Rule changed',
  'rule.deleted': 'Rule deleted',
  'policy.published': 'Policy published',
  'database_password.created': 'Database password made',
  'database_password.revoked': 'Database password revoked',
  'audit.export_started': 'Audit export started',
  'audit.export_finished': 'Audit export ended',
  'saved_search.created': 'Search saved',
  'saved_search.updated': 'Saved search changed',
  'saved_search.deleted': 'Saved search deleted',
};

const labels: Readonly<Record<string, string>> = KIND_LABEL;

/** A newer api may know kinds that this page does not: then its own name is shown. */
export const kindLabel = (kind: string): string => labels[kind] ?? kind;
