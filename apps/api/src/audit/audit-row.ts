import type { AuditEvent, ChainedEvent } from '@postern/core/audit';

/** PostgreSQL's text can not hold U+0000. The event itself, as json, keeps it. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}

/** What search looks into, lower case: the statement, the reason, the target, the kind. */
function searchTextOf(event: AuditEvent): string {
  const parts = [event.statement?.text, event.reason, event.target?.label, event.kind];
  return storable(parts.filter(Boolean).join('\n').toLowerCase());
}

/** Columns of a row, from an event and, for an agent's, its place in the agent's chain. */
export function auditRow(
  orgId: string,
  event: AuditEvent,
  link?: { agentId: string; chained: ChainedEvent },
) {
  return {
    id: event.id,
    orgId,
    at: new Date(event.at),
    kind: event.kind,
    actorId: storable(event.actor.id),
    actorLabel: storable(event.actor.label),
    decision: event.decision ?? null,
    connectionSlug: event.connection === undefined ? null : storable(event.connection.slug),
    intentId: event.intentId ?? null,
    agentId: link?.agentId ?? null,
    seq: link === undefined ? null : BigInt(link.chained.seq),
    prevHash: link?.chained.prevHash ?? null,
    hash: link?.chained.hash ?? null,
    searchText: searchTextOf(event),
    event,
  };
}
