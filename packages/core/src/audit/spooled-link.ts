import type { ReadableEvent } from './read.js';

/**
 * Links as agents write them into their spools: canonical JSON throughout, of members that are known here. One pattern says all of
 * that at once, and a match has what a search is told of an event. Nothing is made of the rest, which is what makes it several times
 * as fast as parsing, checking and writing an event again.
 */

/** What searches are told of an event that many others have as well: who, where and what kind. */
export type SharedFacts = Pick<ReadableEvent, 'kind' | 'path' | 'decision' | 'required' | 'relations'> & {
  readonly actor: Pick<ReadableEvent['actor'], 'id' | 'label'>;
  readonly connection?: { readonly slug: string } | undefined;
  readonly client?: Pick<NonNullable<ReadableEvent['client']>, 'address' | 'application'> | undefined;
};

/** What they are told of it alone. */
export type OwnFacts = Pick<ReadableEvent, 'id' | 'at' | 'reason' | 'intentId' | 'outcome' | 'target'> & {
  readonly statement?: Pick<NonNullable<ReadableEvent['statement']>, 'text' | 'fingerprint'> | undefined;
};

export interface SpooledLink {
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
  /** Canonical JSON of the whole event. */
  readonly text: string;
  readonly own: OwnFacts;
  /** The same object for events that say the same, mostly. */
  readonly shared: SharedFacts;
}

/** What is taken out of a link; `who`, `where`, `kind`, `path` and `what` are members as they stand there. */
type Part =
  | 'seq'
  | 'prevHash'
  | 'hash'
  | 'event'
  | 'who'
  | 'at'
  | 'where'
  | 'id'
  | 'intentId'
  | 'kind'
  | 'bytes'
  | 'durationMs'
  | 'rows'
  | 'sqlstate'
  | 'status'
  | 'path'
  | 'reason'
  | 'what'
  | 'fingerprint'
  | 'statement';

// Each alternative begins with another character than what may follow it, so that no text is looked at more than twice.
/** What `JSON.stringify` leaves as it is, and the escapes that it writes; halves of surrogates are left to others. */
const INSIDE = String.raw`[^"\\\x00-\x1f]*(?:\\(?:["\\bfnrt]|u00(?:0[0-7bef]|1[0-9a-f]))[^"\\\x00-\x1f]*)*`;
const TEXT = `"${INSIDE}"`;
const WORD = '[a-z][a-z_.]{0,99}';
const COUNT = '(?:0|[1-9][0-9]{0,14})';
const HASH = '[0-9a-f]{64}';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
/** Days up to 28 are in every month. */
const INSTANT =
  '20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}\\.[0-9]{3}Z';

const listOf = (item: string): string => `\\[(?:${item}(?:,${item})*)?\\]`;
const TEXTS = listOf(TEXT);
const taken = (name: Part, pattern: string): string => `(?<${name}>${pattern})`;
const text = (name: Part): string => `"${taken(name, INSIDE)}"`;
const maybe = (pattern: string): string => `(?:${pattern})?`;
/** Members in the order of their names. The first is always there, so each other one begins with its comma. */
const object = (...members: readonly string[]): string => `\\{${members.join('')}\\}`;

const VALUE = object(maybe(`"bytes":${COUNT},`), maybe(`"sha256":${TEXT},`), `"text":(?:null|${TEXT})`);
const STATEMENT = object(
  `"bytes":${COUNT}`,
  maybe(`,"fingerprint":${text('fingerprint')}`),
  `,"kinds":${TEXTS}`,
  maybe(`,"parameterTypes":${TEXTS}`),
  maybe(`,"parameterValues":${listOf(VALUE)}`),
  maybe(`,"parameters":${COUNT}`),
  maybe(`,"redacted":${TEXTS}`),
  `,"sha256":${TEXT},"text":${text('statement')},"truncated":(?:true|false)`,
);
const OUTCOME = object(
  maybe(`"bytes":${taken('bytes', COUNT)},`),
  `"durationMs":${taken('durationMs', '[0-9]{1,15}(?:\\.[0-9]{1,17})?')}`,
  `,"rows":(?:null|${taken('rows', COUNT)}),"sqlstate":(?:null|${text('sqlstate')}),"status":"${taken('status', WORD)}"`,
);
const CLIENT = object(`"address":${TEXT}`, maybe(`,"application":${TEXT}`), maybe(`,"tls":${TEXT}`));
const EVENT = object(
  taken('who', `"actor":${object(`"id":${TEXT},"label":${TEXT},"type":"${WORD}"`)}`),
  `,"at":"${taken('at', INSTANT)}"`,
  taken(
    'where',
    maybe(`,"client":${CLIENT}`) +
      maybe(`,"connection":${object(`"id":${TEXT},"slug":${TEXT}`)}`) +
      maybe(`,"decision":"${WORD}"`),
  ),
  maybe(`,"held":${TEXTS}`),
  `,"id":"${taken('id', UUID)}"`,
  maybe(`,"intentId":"${taken('intentId', UUID)}"`),
  taken('kind', `,"kind":"${WORD}"`),
  maybe(`,"missing":${TEXTS}`),
  maybe(`,"outcome":${OUTCOME}`),
  taken('path', maybe(`,"path":"${WORD}"`)),
  maybe(`,"policyVersion":${COUNT}`),
  maybe(`,"reason":${text('reason')}`),
  taken('what', maybe(`,"relations":${TEXTS}`) + maybe(`,"required":${TEXTS}`)),
  maybe(`,"ruleIds":${TEXTS}`),
  maybe(`,"sessionId":${TEXT}`),
  maybe(`,"statement":${STATEMENT}`),
);
const LINK = `\\{"seq":${taken('seq', '[1-9][0-9]{0,14}')},"prevHash":"${taken('prevHash', HASH)}","hash":"${taken('hash', HASH)}","event":${taken('event', EVENT)}\\}`;

const PART = /\?<(\w+)>/g;
/** Where a match has the parts: an object of their names for each match would take as long as all the rest. */
const NUMBERS = Object.fromEntries(
  [...LINK.matchAll(PART)].map(([, name], index) => [name, index + 1]),
) as Record<Part, number>;
const PATTERN = new RegExp(LINK.replaceAll(PART, ''), 'y');

/** A pattern keeps its way through a text until it is at the end: longer ones are left to the parser. */
const LENGTH_MAX = 2_000_000;

/** Shared facts that were read before, by their text; `readSpooledLink` sees to its size. */
export type KnownFacts = Map<string, SharedFacts>;
/** People at work, times the tables that they work with; then it begins anew. */
const KNOWN_MAX = 2_000;
const KNOWN_LENGTH_MAX = 1_500;

/**
 * The links of a list, `[` and `]` included, in text that came as UTF-8, if all are written as agents write theirs: then
 * `readableLink` accepts them, and the texts of their events are canonical. Undefined means nothing: it is to be parsed. Whether
 * hashes are right is not looked at. `most`: how many there may be.
 */
export function readSpooledLinks(json: string, most: number, known: KnownFacts): SpooledLink[] | undefined {
  if (json.length > LENGTH_MAX || json[0] !== '[') return undefined;
  const links: SpooledLink[] = [];
  let at = 0;
  do {
    const link = links.length < most ? readSpooledLink(json, at + 1, known) : undefined;
    if (link === undefined) return undefined;
    links.push(link);
    at = PATTERN.lastIndex;
  } while (json[at] === ',');
  return json.length === at + 1 && json[at] === ']' ? links : undefined;
}

function readSpooledLink(json: string, from: number, known: KnownFacts): SpooledLink | undefined {
  PATTERN.lastIndex = from;
  const match = PATTERN.exec(json);
  if (match === null) return undefined;
  const durationMs = match[NUMBERS.durationMs];
  if (durationMs !== undefined && String(Number(durationMs)) !== durationMs) return undefined;
  return {
    seq: Number(match[NUMBERS.seq]),
    prevHash: match[NUMBERS.prevHash] as string,
    hash: match[NUMBERS.hash] as string,
    text: match[NUMBERS.event] as string,
    own: ownOf(match),
    shared: sharedOf(match, known),
  };
}

function sharedOf(match: RegExpExecArray, known: KnownFacts): SharedFacts {
  const json = `{${match[NUMBERS.who]}${match[NUMBERS.where]}${match[NUMBERS.kind]}${match[NUMBERS.path]}${match[NUMBERS.what]}}`;
  const before = known.get(json);
  if (before !== undefined) return before;
  const shared = JSON.parse(json) as SharedFacts;
  if (json.length > KNOWN_LENGTH_MAX) return shared;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(json, shared);
  return shared;
}

function ownOf(match: RegExpExecArray): OwnFacts {
  const statement = match[NUMBERS.statement];
  return {
    id: match[NUMBERS.id] as string,
    at: match[NUMBERS.at] as string,
    statement:
      statement === undefined
        ? undefined
        : { text: unescaped(statement), fingerprint: unescapedOf(match[NUMBERS.fingerprint]) },
    reason: unescapedOf(match[NUMBERS.reason]),
    intentId: match[NUMBERS.intentId],
    outcome: outcomeOf(match),
  };
}

function outcomeOf(match: RegExpExecArray): OwnFacts['outcome'] {
  const status = match[NUMBERS.status];
  if (status === undefined) return undefined;
  const rows = match[NUMBERS.rows];
  const bytes = match[NUMBERS.bytes];
  return {
    status,
    rows: rows === undefined ? null : Number(rows),
    durationMs: Number(match[NUMBERS.durationMs]),
    sqlstate: unescapedOf(match[NUMBERS.sqlstate]) ?? null,
    ...(bytes === undefined ? {} : { bytes: Number(bytes) }),
  };
}

const unescaped = (json: string): string =>
  json.includes('\\') ? (JSON.parse(`"${json}"`) as string) : json;
const unescapedOf = (json: string | undefined): string | undefined =>
  json === undefined ? undefined : unescaped(json);
