import type { AuditEvent } from '@postern/core/audit';
import type { PoolClient } from 'pg';

/** A change that an administrator made. */
export interface AdminEvent {
  at: Date;
  kind: string;
  actor: string;
  /** The second person who decided, where there is one. */
  approver: string | null;
  type: string;
  id: string;
  label: string;
}

const ADMIN_KINDS = ['rule.', 'group.', 'member.', 'connection.'].flatMap((of) =>
  ['created', 'updated', 'deleted', 'joined', 'removed'].map((what) => of + what),
);

/** Changes that can change who may do what, oldest first. */
export async function readAdminEvents(client: PoolClient, from: Date, to: Date): Promise<AdminEvent[]> {
  const { rows } = await client.query<{ at: Date; kind: string; actor: string; event: AuditEvent }>(
    `select e.at, e.kind, e.actor_label as actor, e.event from audit_event e
      where e.kind = any($1::text[]) and e.at >= $2 and e.at <= $3 and e.kind <> 'statement.finished'
      order by e.at, e.id`,
    [ADMIN_KINDS, from, to],
  );
  return rows.map(({ at, kind, actor, event }) => ({
    at,
    kind,
    actor,
    approver: typeof event.after?.approvedBy === 'string' ? event.after.approvedBy : null,
    type: event.target?.type ?? '',
    id: event.target?.id ?? '',
    label: event.target?.label ?? '',
  }));
}
