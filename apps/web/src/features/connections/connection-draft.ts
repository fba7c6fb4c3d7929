import type { AuditMode, ConnectionInput } from '../../gql/graphql';
import type { Connection } from './use-connections';

export const LIMITS = [
  {
    key: 'statementTimeoutMs',
    label: 'Statement timeout (ms)',
    hint: 'A longer statement is cancelled.',
    initial: 60_000,
  },
  { key: 'lockTimeoutMs', label: 'Lock timeout (ms)', hint: 'Waiting for a lock ends.', initial: 5_000 },
  {
    key: 'idleInTransactionTimeoutMs',
    label: 'Idle in transaction (ms)',
    hint: 'A forgotten transaction is ended.',
    initial: 300_000,
  },
  {
    key: 'rowCap',
    label: 'Row cap',
    hint: 'Most rows of a result for people without export.',
    initial: 1_000,
  },
] as const;

export type LimitKey = (typeof LIMITS)[number]['key'];

export interface ConnectionDraft {
  name: string;
  slug: string;
  description: string;
  environmentId: string;
  limits: Record<LimitKey, string>;
  auditMode: AuditMode;
}

export function connectionDraft(connection: Connection | null): ConnectionDraft {
  return {
    name: connection?.name ?? '',
    slug: connection?.slug ?? '',
    description: connection?.description ?? '',
    environmentId: connection?.environment.id ?? '',
    limits: Object.fromEntries(
      LIMITS.map((limit) => [limit.key, String(connection?.[limit.key] ?? limit.initial)]),
    ) as Record<LimitKey, string>,
    auditMode: connection?.auditMode ?? 'STRICT',
  };
}

/** What the API takes; a number that is none is left to the API to refuse beside its field. */
export function connectionInput(draft: ConnectionDraft): ConnectionInput {
  const limits = Object.fromEntries(
    LIMITS.map(({ key }) => [key, Math.trunc(Number(draft.limits[key])) || 0]),
  );
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    auditMode: draft.auditMode,
    ...limits,
  };
}
