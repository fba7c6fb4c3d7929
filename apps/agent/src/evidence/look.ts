import { INLINE_PARSE_BYTES, loadParser, statementPrints } from '@postern/core/sql';
import type { ConnectionEvidence } from '@postern/protocol/evidence';
import type { WireClient } from '../targets/wire-client.js';
import { FOREIGN_SESSIONS, STATEMENTS_EXTENSION, statementCounts, statementTexts } from './queries.js';
import { type LogPlace, readServerLog } from './server-log.js';

type Statement = ConnectionEvidence['statements'][number];
type Source = ConnectionEvidence['sources'][number];
type Session = ConnectionEvidence['sessions'][number];

/** Where the look before ended; undefined: there was none, this one is the baseline. */
export interface Baseline {
  /** What was counted, by login and query. */
  readonly counts: Counts;
  readonly log: LogPlace;
}
type Counts = ReadonlyMap<string, number> | undefined;

export interface Look {
  evidence: Pick<ConnectionEvidence, 'sources' | 'sessions' | 'statements' | 'others' | 'cut' | 'login'>;
  baseline: Baseline;
}

const MOST_STATEMENTS = 300;
const MOST_RELATIONS = 5;
const MOST_LOGINS = 200;

/** Reads what a database says of itself. Each source that cannot be read says so and leaves the others alone. */
export async function lookAt(
  client: WireClient,
  logins: readonly string[],
  before: Baseline | undefined,
): Promise<Look> {
  await loadParser();
  const sessions = await foreignSessions(client, logins);
  const counted = await countStatements(client, logins, before?.counts);
  const log = await readServerLog(client, logins, before?.log);
  const found = [...sessions.found, ...notAmong(sessions.found, log.sessions)];
  // Counters are exact; the log says it where there are none.
  const statements = counted.source.status === 'unreadable' ? (log.statements ?? []) : counted.statements;
  return {
    evidence: {
      login: counted.login ?? logins[0] ?? '',
      sources: [sessions.source, counted.source, log.source],
      sessions: found.slice(0, MOST_LOGINS),
      statements: statements.slice(0, MOST_STATEMENTS),
      others: counted.others.slice(0, MOST_LOGINS),
      cut:
        found.length > MOST_LOGINS ||
        statements.length > MOST_STATEMENTS ||
        counted.others.length > MOST_LOGINS,
    },
    baseline: { counts: counted.baseline, log: log.place },
  };
}

/** The log knows the second in which a session began, and the activity the moment. */
function notAmong(active: readonly Session[], logged: readonly Session[]): Session[] {
  const key = ({ login, startedAt }: Session) => `${login} ${startedAt.slice(0, 19)}`;
  const known = new Set(active.map(key));
  return logged.filter((session) => !known.has(key(session)));
}

const unreadable = (name: string, error: unknown, detail?: string): Source => ({
  name,
  status: 'unreadable',
  detail: detail ?? `the database answered ${(error as { code?: string }).code ?? 'with an error'}`,
});

async function foreignSessions(client: WireClient, logins: readonly string[]) {
  type Row = Omit<ConnectionEvidence['sessions'][number], 'startedAt'> & { startedAt: Date };
  const name = 'pg_stat_activity';
  try {
    const { rows } = await client.query<Row>(FOREIGN_SESSIONS, [logins]);
    const found = rows.map((row) => ({ ...row, startedAt: new Date(row.startedAt).toISOString() }));
    return { source: { name, status: 'read' } satisfies Source, found };
  } catch (error) {
    return { source: unreadable(name, error), found: [] };
  }
}

interface Counted {
  source: Source;
  login?: string;
  statements: Statement[];
  others: ConnectionEvidence['others'];
  baseline: Counts;
}

interface Count {
  login: string;
  key: string;
  queryId: string | null;
  calls: number;
}

const NAME = 'pg_stat_statements';

async function countStatements(
  client: WireClient,
  logins: readonly string[],
  before: Counts,
): Promise<Counted> {
  const nothing = { statements: [], others: [], baseline: undefined };
  try {
    const { rows: found } = await client.query<{
      schema: string;
      readable: boolean;
      version: number;
      login: string;
    }>(STATEMENTS_EXTENSION);
    const [extension] = found;
    if (!extension)
      return {
        ...nothing,
        source: unreadable(
          NAME,
          undefined,
          'the extension is not in this database: create extension pg_stat_statements',
        ),
      };
    const { schema, version, login } = extension;
    if (!extension.readable)
      return {
        ...nothing,
        login,
        source: unreadable(NAME, undefined, 'the agent’s login may not read it: grant it pg_read_all_stats'),
      };
    const { rows } = await client.query<Count>(statementCounts(schema, version));
    const baseline = new Map(rows.map(({ key, calls }) => [key, calls]));
    if (before === undefined)
      return { source: { name: NAME, status: 'read' }, login, statements: [], others: [], baseline };
    const grown = rows.flatMap((row) => {
      const calls = grownBy(row, before);
      return calls > 0 ? [{ ...row, calls }] : [];
    });
    const own = grown.filter((row) => logins.includes(row.login));
    const statements = await printed(client, schema, own);
    return {
      source: { name: NAME, status: 'read' },
      login,
      statements,
      others: othersOf(grown, logins),
      baseline,
    };
  } catch (error) {
    return { ...nothing, source: unreadable(NAME, error) };
  }
}

/** Fewer calls than before: the counter was reset or the entry left and came back, and began at 0. */
function grownBy({ key, calls }: Count, before: ReadonlyMap<string, number>): number {
  const known = before.get(key) ?? 0;
  return calls < known ? calls : calls - known;
}

async function printed(client: WireClient, schema: string, own: readonly Count[]): Promise<Statement[]> {
  const ids = [...new Set(own.flatMap(({ queryId }) => queryId ?? []))];
  if (ids.length === 0) return [];
  const { rows } = await client.query<{ queryId: string; query: string }>(statementTexts(schema), [ids]);
  const texts = new Map(rows.map(({ queryId, query }) => [queryId, query]));
  return own.flatMap(({ login, queryId, calls }) => {
    const text = texts.get(queryId ?? '') ?? '';
    if (Buffer.byteLength(text) > INLINE_PARSE_BYTES) return [];
    return statementPrints(text).map(({ fingerprint, kind, relations }) => ({
      ...{ login, fingerprint, kind, calls },
      relations: relations.slice(0, MOST_RELATIONS).map((relation) => relation.slice(0, 200)),
    }));
  });
}

function othersOf(grown: readonly Count[], logins: readonly string[]): ConnectionEvidence['others'] {
  const sums = new Map<string, number>();
  for (const { login, calls } of grown)
    if (!logins.includes(login)) sums.set(login, (sums.get(login) ?? 0) + calls);
  return [...sums].map(([login, calls]) => ({ login, calls })).sort((a, b) => b.calls - a.calls);
}
