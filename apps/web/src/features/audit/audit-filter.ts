import type { AuditFilter } from '../../gql/graphql';

/** Ranges offered, in minutes; `all` has no beginning and `custom` has its own. */
export const RANGES = {
  '15m': { label: 'Last 15 minutes', minutes: 15 },
  '1h': { label: 'Last hour', minutes: 60 },
  '24h': { label: 'Last 24 hours', minutes: 1_440 },
  '7d': { label: 'Last 7 days', minutes: 10_080 },
  '30d': { label: 'Last 30 days', minutes: 43_200 },
  all: { label: 'All time', minutes: null },
  custom: { label: 'Custom…', minutes: null },
} as const;

export type Range = keyof typeof RANGES;
export const DEFAULT_RANGE: Range = '24h';

/** What the address says; every part is optional there. */
export interface AuditSearch {
  range: Range;
  from: string;
  to: string;
  text: string;
  actor: string;
  connection: string;
  decision: string;
  kind: string;
}

const isRange = (value: string | null): value is Range => value !== null && Object.hasOwn(RANGES, value);
const isLocalTime = (value: string | null): value is string =>
  value !== null &&
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/.test(value) &&
  !Number.isNaN(Date.parse(value));

/** Reads the address; whatever is malformed there counts as absent. */
export function readSearch(params: URLSearchParams): AuditSearch {
  const range = params.get('range');
  const from = params.get('from');
  const to = params.get('to');
  const decision = params.get('decision');
  return {
    range: isRange(range) ? range : DEFAULT_RANGE,
    from: isLocalTime(from) ? from : '',
    to: isLocalTime(to) ? to : '',
    text: params.get('text') ?? '',
    actor: params.get('actor') ?? '',
    connection: params.get('connection') ?? '',
    decision: decision === 'allowed' || decision === 'denied' ? decision : '',
    kind: params.get('kind') ?? '',
  };
}

/** The changes to the address for a new search; defaults are left out of it. */
export function writeSearch(search: Partial<AuditSearch>): Record<string, string | null> {
  const entries = Object.entries(search).map(([key, value]): [string, string | null] => [
    key,
    value === '' || (key === 'range' && value === DEFAULT_RANGE) ? null : value,
  ]);
  return Object.fromEntries(entries);
}

const instant = (local: string): string | null => (local === '' ? null : new Date(local).toISOString());
const orNull = (text: string): string | null => text.trim() || null;

/** The API's filter; relative ranges are counted from `now`. */
export function apiFilter(search: AuditSearch, now: number): AuditFilter {
  const { minutes } = RANGES[search.range];
  const custom = search.range === 'custom';
  return {
    from: custom
      ? instant(search.from)
      : minutes === null
        ? null
        : new Date(now - minutes * 60_000).toISOString(),
    to: custom ? instant(search.to) : null,
    text: orNull(search.text),
    actor: orNull(search.actor),
    connection: orNull(search.connection),
    decision: orNull(search.decision),
    kind: orNull(search.kind),
  };
}

/** True when anything but the time narrows the search. */
export function isNarrowed({ text, actor, connection, decision, kind }: AuditSearch): boolean {
  return [text, actor, connection, decision, kind].some((part) => part !== '');
}

/** A Date as `<input type="datetime-local">` writes it. */
export function localTime(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
