import type { AuditEvent } from '@postern/core/audit';
import { addressOf } from '../audit/audit-row.js';

/** Version of the Open Cybersecurity Schema Framework that this is written for (schema.ocsf.io/1.3.0; docs/guides/integrations.md). */
export const OCSF_VERSION = '1.3.0';

/** Class, activity and what the class needs besides. */
interface Shape {
  readonly classUid: 3001 | 3002 | 3004 | 6005;
  readonly activityId: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** An activity that the class has no word for: `activity_name` says what it is. */
const OTHER = 99;

/** OCSF's category is the first digit of the class. */
const categoryOf = (classUid: number): number => Math.floor(classUid / 1_000);

/** An event of the trail as OCSF: statements as Datastore Activity, sign-ins as Authentication, people as Account Change, the rest Entity Management. */
export function toOcsf(orgId: string, event: AuditEvent): Record<string, unknown> {
  const { classUid, activityId, facts } = shapeOf(event);
  const isFailure = hasFailed(event);
  return {
    category_uid: categoryOf(classUid),
    class_uid: classUid,
    activity_id: activityId,
    ...(activityId === OTHER ? { activity_name: event.kind } : {}),
    type_uid: classUid * 100 + activityId,
    severity_id: isFailure ? 3 : 1,
    time: Date.parse(event.at),
    status_id: isFailure ? 2 : 1,
    ...(event.outcome?.sqlstate ? { status_code: event.outcome.sqlstate } : {}),
    ...(event.reason === undefined ? {} : { status_detail: event.reason }),
    message: event.reason ?? event.kind,
    metadata: {
      version: OCSF_VERSION,
      uid: event.id,
      tenant_uid: orgId,
      event_code: event.kind,
      product: { name: 'Postern', vendor_name: 'Postern' },
      ...(event.intentId === undefined ? {} : { correlation_uid: event.intentId }),
    },
    ...facts,
    unmapped: {
      decision: event.decision,
      required: event.required,
      missing: event.missing,
      rule_ids: event.ruleIds,
      policy_version: event.policyVersion,
      session_id: event.sessionId,
      before: event.before,
      after: event.after,
    },
  };
}

function hasFailed({ kind, decision, outcome }: AuditEvent): boolean {
  if (decision === 'denied' || outcome?.status === 'failed') return true;
  return /failed|refused/.test(kind);
}

function userOf({ actor }: AuditEvent): Record<string, unknown> {
  return {
    type_id: actor.type === 'user' ? 1 : actor.type === 'anonymous' ? 0 : 3,
    uid: actor.id === '' ? actor.type : actor.id,
    name: actor.label === '' ? actor.type : actor.label,
    ...(actor.label.includes('@') ? { email_addr: actor.label } : {}),
  };
}

/** An attribute that is empty is none. */
const uidOf = (id: string | undefined): { uid?: string } => (id ? { uid: id } : {});

/** Where it came from; an endpoint needs at least a name. */
function sourceOf({ client, path }: AuditEvent): Record<string, unknown> {
  const ip = addressOf(client);
  const port = Number(/[^:]:(\d+)$/.exec(client?.address ?? '')?.[1]);
  return {
    svc_name: client?.application || `postern-${path ?? 'agent'}`,
    ...(ip === null ? {} : { ip }),
    ...(ip !== null && ip !== client?.address && port <= 65_535 ? { port } : {}),
  };
}

function shapeOf(event: AuditEvent): Shape {
  const { kind } = event;
  if (kind.startsWith('statement.') || kind.startsWith('wire.session_')) return datastore(event);
  if (/(?:^|[._])sign(?:ed)?_in/.test(kind)) return authentication(event);
  if (/^(?:member|database_password)\./.test(kind)) return account(event);
  return entity(event);
}

function datastore(event: AuditEvent): Shape {
  const { statement, connection, outcome, relations } = event;
  return {
    classUid: 6005,
    activityId: event.kind.startsWith('wire.')
      ? event.kind === 'wire.session_opened'
        ? 3
        : OTHER
      : activityOf(event),
    facts: {
      actor: { user: userOf(event) },
      src_endpoint: sourceOf(event),
      type_id: 1,
      database: { type_id: 1, name: connection?.slug ?? 'unknown', ...uidOf(connection?.id) },
      ...(statement
        ? {
            query_info: {
              query_string: statement.text || (statement.fingerprint ?? statement.sha256),
              uid: statement.fingerprint ?? statement.sha256,
              bytes: statement.bytes,
            },
          }
        : {}),
      ...(relations?.[0] === undefined ? {} : { table: { name: relations[0] } }),
      ...(outcome ? { duration: Math.round(outcome.durationMs), count: 1 } : {}),
    },
  };
}

/** What the statement does, by what it needed; several at once, and the end of one, are Other. */
function activityOf({ kind, required, statement }: AuditEvent): number {
  if (kind !== 'statement.decided') return OTHER;
  const first = statement?.kinds[0];
  if (statement?.kinds.length === 1) {
    if (first === 'DELETE' || first === 'TRUNCATE' || first?.startsWith('DROP ')) return 7;
    if (first === 'UPDATE' || first === 'MERGE' || first?.startsWith('ALTER ')) return 2;
    if (first === 'INSERT') return 5;
    if (first?.startsWith('CREATE ')) return 6;
    if (first === 'SELECT' && required?.every((permission) => permission === 'read')) return 4;
  }
  return OTHER;
}

function authentication(event: AuditEvent): Shape {
  return {
    classUid: 3002,
    activityId: 1,
    facts: {
      user: userOf(event),
      src_endpoint: sourceOf(event),
      service: { name: `postern-${event.path ?? 'web'}` },
      is_remote: true,
    },
  };
}

const ACCOUNT: Readonly<Record<string, number>> = {
  'member.joined': 1,
  'member.removed': 6,
  'database_password.created': 3,
  'database_password.revoked': 5,
};

function account(event: AuditEvent): Shape {
  const { target, kind } = event;
  return {
    classUid: 3001,
    activityId: ACCOUNT[kind] ?? OTHER,
    facts: {
      actor: { user: userOf(event) },
      user: target ? { type_id: 1, ...uidOf(target.id), name: target.label || target.type } : userOf(event),
      src_endpoint: sourceOf(event),
    },
  };
}

function entity(event: AuditEvent): Shape {
  const { kind, target, actor } = event;
  const what = kind.split('.')[1] ?? '';
  const activity = { created: 1, enrolled: 1, updated: 3, deleted: 4, removed: 4, revoked: 4 }[what];
  return {
    classUid: 3004,
    activityId: activity ?? OTHER,
    facts: {
      actor: { user: userOf(event) },
      src_endpoint: sourceOf(event),
      entity: target
        ? { type: target.type, ...uidOf(target.id), name: target.label || target.type }
        : { type: actor.type, ...uidOf(actor.id), name: actor.label || actor.type },
    },
  };
}
