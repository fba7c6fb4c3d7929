import { isIP } from 'node:net';
import type { OwnFacts, SharedFacts } from '@postern/core/audit';
import { isPermission, maskOf } from '@postern/core/policy';

/** Where an event stands: in an agent's chain, or (no agent) in the organisation's own. */
export interface ChainPlace {
  readonly agentId: string | null;
  readonly environmentId: string | null;
  readonly seq: number;
  /** Hex. */
  readonly hash: string;
}

/** PostgreSQL's text can not hold U+0000. The event itself, as json, keeps it. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

const storableOrNull = (text: string | undefined): string | null =>
  text === undefined ? null : storable(text);

/** What search looks into, lower case: the statement, the reason, the target, the kind. */
function searchTextOf({ statement, reason, target }: OwnFacts, kind: string): string {
  // Nobody searches for the end of a statement: it is found with its decision.
  if (kind === 'statement.finished') return '';
  let text = '';
  for (const part of [statement?.text, statement?.fingerprint, reason, target?.label])
    if (part) text += `${part}\n`;
  return storable((text + kind).toLowerCase());
}

/** As written, and without the schema: whoever looks for `orders` means `public.orders` as well. */
function relationsOf({ relations }: SharedFacts): string[] | null {
  if (relations === undefined || relations.length === 0) return null;
  const names = new Set<string>();
  for (const name of relations) {
    names.add(storable(name));
    names.add(storable(name.slice(name.lastIndexOf('.') + 1)));
  }
  return [...names];
}

/** The address without its port; null where it is none. */
export function addressOf(client: SharedFacts['client']): string | null {
  const address = client?.address ?? '';
  if (isIP(address) > 0) return address;
  const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  return isIP(host) > 0 ? host : null;
}

/** How a statement ended, as columns of its decision's row and of its end's own. */
export function outcomeColumns(outcome: OwnFacts['outcome'], finishedAt: string | undefined) {
  return {
    status: storableOrNull(outcome?.status),
    durationMs: outcome?.durationMs ?? null,
    rowCount: outcome?.rows ?? null,
    resultBytes: outcome?.bytes ?? null,
    sqlstate: storableOrNull(outcome?.sqlstate ?? undefined),
    finishedAt: outcome === undefined ? null : (finishedAt ?? null),
  };
}

/** Columns of what many events have alike. */
export function sharedColumns(event: SharedFacts) {
  return {
    kind: storable(event.kind),
    path: storableOrNull(event.path),
    actorId: storable(event.actor.id),
    actorLabel: storable(event.actor.label),
    decision: storableOrNull(event.decision),
    connectionSlug: storableOrNull(event.connection?.slug),
    required: event.required === undefined ? null : maskOf(event.required.filter(isPermission)),
    relations: relationsOf(event),
    clientAddress: addressOf(event.client),
    clientApplication: storableOrNull(event.client?.application),
  };
}

/** Columns of what is an event's own. */
export function ownColumns(event: OwnFacts, kind: string) {
  const outcome = outcomeColumns(event.outcome, event.at);
  // Member by member: to spread `outcome` takes longer than all the rest.
  return {
    id: event.id,
    at: event.at,
    intentId: event.intentId ?? null,
    status: outcome.status,
    durationMs: outcome.durationMs,
    rowCount: outcome.rowCount,
    resultBytes: outcome.resultBytes,
    sqlstate: outcome.sqlstate,
    finishedAt: outcome.finishedAt,
    searchText: searchTextOf(event, kind),
  };
}

/**
 * Columns of an event's row. All but the event, its place and the outcome of a decision (which comes with another event)
 * follow from the event: verification makes them again and compares.
 */
export const auditRow = (event: OwnFacts & SharedFacts, place: ChainPlace) => ({
  ...sharedColumns(event),
  ...ownColumns(event, event.kind),
  ...place,
});
export type AuditRowColumns = ReturnType<typeof auditRow>;
