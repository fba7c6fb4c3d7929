import type { AuditFilter } from '../../gql/graphql';

/** Ranges offered, in minutes; `all` has no beginning and `custom` has its own. */
export const RANGES = {
  '15m': { label: 'Last 15 minutes', minutes: 15 },
  '1h': { label: 'Last hour', minutes: 60 },
  '4h': { label: 'Last 4 hours', minutes: 240 },
  '24h': { label: 'Last 24 hours', minutes: 1_440 },
  '7d': { label: 'Last 7 days', minutes: 10_080 },
  '30d': { label: 'Last 30 days', minutes: 43_200 },
  '90d': { label: 'Last 90 days', minutes: 129_600 },
  all: { label: 'All time', minutes: null },
  custom: { label: 'Custom…', minutes: null },
} as const;

export type Range = keyof typeof RANGES;
export const DEFAULT_RANGE: Range = '24h';

/** What narrows a search besides the time, by its name in the address, with what people call it. */
export const FILTERS = {
  text: 'Text',
  match: 'Match',
  actor: 'Name',
  person: 'Person',
  group: 'Group',
  connection: 'Connection',
  environment: 'Environment',
  decision: 'Decision',
  kind: 'Kind',
  permission: 'Permission',
  relation: 'Relation',
  outcome: 'Outcome',
  sqlstate: 'SQLSTATE',
  minMs: 'At least ms',
  maxMs: 'At most ms',
  minRows: 'At least rows',
  maxRows: 'At most rows',
  client: 'Client address',
  application: 'Application',
  agent: 'Agent',
} as const;
export type FilterName = keyof typeof FILTERS;
export const FILTER_NAMES = Object.keys(FILTERS) as FilterName[];

/** What the address says; every part is optional there. */
export type AuditSearch = { range: Range; from: string; to: string } & Record<FilterName, string>;

const isRange = (value: string | null): value is Range => value !== null && Object.hasOwn(RANGES, value);
/** An instant, so that a colleague in another zone sees the same; this computer's time where none is said. */
const isTime = (value: string | null): value is string =>
  value !== null &&
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z?$/.test(value) &&
  !Number.isNaN(Date.parse(value));

const ALLOWED: Partial<Record<FilterName, RegExp>> = {
  match: /^words$/,
  decision: /^(allowed|denied)$/,
  outcome: /^(succeeded|failed|cancelled|unknown)$/,
  sqlstate: /^[0-9A-Za-z]{5}$/,
  minMs: /^\d{1,12}(\.\d+)?$/,
  maxMs: /^\d{1,12}(\.\d+)?$/,
  minRows: /^\d{1,15}$/,
  maxRows: /^\d{1,15}$/,
};

/** Reads the address; whatever is malformed there counts as absent. */
export function readSearch(params: URLSearchParams): AuditSearch {
  const range = params.get('range');
  const [from, to] = [params.get('from'), params.get('to')];
  const filters = Object.fromEntries(
    FILTER_NAMES.map((name) => {
      const value = params.get(name) ?? '';
      return [name, ALLOWED[name]?.test(value) === false ? '' : value];
    }),
  ) as Record<FilterName, string>;
  return {
    range: isRange(range) ? range : DEFAULT_RANGE,
    from: isTime(from) ? from : '',
    to: isTime(to) ? to : '',
    ...filters,
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

/** The address of a search, as it is saved: without what is open beside it. */
export function queryOf(search: AuditSearch): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(writeSearch(search))) if (value !== null) params.set(key, value);
  return params.toString();
}

const instant = (time: string): string | null => (time === '' ? null : new Date(time).toISOString());
const orNull = (text: string): string | null => text.trim() || null;
const number = (text: string): number | null => (text === '' ? null : Number(text));

/** The API's filter; relative ranges are counted from `now`. */
export function apiFilter(search: AuditSearch, now: number): AuditFilter {
  const { minutes } = RANGES[search.range];
  const custom = search.range === 'custom';
  const start = minutes === null ? null : new Date(now - minutes * 60_000).toISOString();
  const words = search.match === 'words' ? search.text.split(/\s+/).filter(Boolean) : [];
  return {
    from: custom ? instant(search.from) : start,
    to: custom ? instant(search.to) : null,
    text: words.length > 0 ? null : orNull(search.text),
    words: words.length > 0 ? words : null,
    actor: orNull(search.actor),
    actorId: orNull(search.person),
    group: orNull(search.group),
    connection: orNull(search.connection),
    environment: orNull(search.environment),
    decision: orNull(search.decision),
    kind: orNull(search.kind),
    permission: orNull(search.permission),
    relation: orNull(search.relation),
    outcome: orNull(search.outcome),
    sqlstate: orNull(search.sqlstate),
    minDurationMs: number(search.minMs),
    maxDurationMs: number(search.maxMs),
    minRows: number(search.minRows),
    maxRows: number(search.maxRows),
    client: orNull(search.client),
    application: orNull(search.application),
    agentId: orNull(search.agent),
  };
}

/** True when anything but the time narrows the search. */
export function isNarrowed(search: AuditSearch): boolean {
  return FILTER_NAMES.some((name) => name !== 'match' && search[name] !== '');
}

/** Everything but the time and the text, which have their own place on the page. */
export function chipsOf(search: AuditSearch): FilterName[] {
  return FILTER_NAMES.filter((name) => name !== 'text' && name !== 'match' && search[name] !== '');
}

/** The search without what narrows it; the time stays. */
export const CLEARED: Partial<AuditSearch> = Object.fromEntries(FILTER_NAMES.map((name) => [name, '']));

/** A Date as `<input type="datetime-local">` writes it. */
export function localTime(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
