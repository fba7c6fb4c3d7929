import { INLINE_PARSE_BYTES, statementPrints } from '@postern/core/sql';
import type { ConnectionEvidence } from '@postern/protocol/evidence';
import { parse } from 'csv-parse/sync';
import type { WireClient } from '../targets/wire-client.js';

type Session = ConnectionEvidence['sessions'][number];
type Statement = ConnectionEvidence['statements'][number];
type Source = ConnectionEvidence['sources'][number];

/** How far each log file has been read, by name. Undefined: not looked at yet, the next look begins at the ends. */
export type LogPlace = ReadonlyMap<string, number> | undefined;

export interface LogLook {
  source: Source;
  /** Sessions of the logins without the agent's mark, also those that lasted a moment. */
  sessions: Session[];
  /** What the logins ran, where the log says it (`log_statement = all` or pgaudit); undefined: it does not. */
  statements: Statement[] | undefined;
  place: LogPlace;
}

const NAME = 'csvlog';
/** Read at one look; of more, the newest. */
const MOST_BYTES = 4_000_000;
const READABLE = `
  select pg_catalog.current_setting('logging_collector') = 'on'
           and pg_catalog.current_setting('log_destination') like '%csvlog%' as written,
         pg_catalog.has_function_privilege('pg_catalog.pg_ls_logdir()', 'execute')
           and pg_catalog.has_function_privilege('pg_catalog.pg_read_binary_file(text,bigint,bigint,boolean)', 'execute') as readable,
         pg_catalog.current_setting('log_statement') = 'all'
           or coalesce(pg_catalog.current_setting('pgaudit.log', true), '') ~* 'all' as "hasStatements",
         pg_catalog.current_setting('log_connections') not in ('off', '') as "hasConnections",
         pg_catalog.current_database() as database`;
const FILES = `
  select name, size::float8 as size from pg_catalog.pg_ls_logdir() where name like '%.csv' order by modification desc limit 50`;
const READ = `
  select pg_catalog.pg_read_binary_file(pg_catalog.current_setting('log_directory') || '/' || $1, $2::bigint, $3::bigint, true) as bytes`;

const untold = (detail: string): LogLook => ({
  source: { name: NAME, status: 'unreadable', detail },
  sessions: [],
  statements: undefined,
  place: undefined,
});

/** Reads what the server wrote into its CSV log since the look before. Texts stay here: fingerprints are made of them. */
export async function readServerLog(
  client: WireClient,
  logins: readonly string[],
  place: LogPlace,
): Promise<LogLook> {
  try {
    const { rows } = await client.query<{
      written: boolean;
      readable: boolean;
      hasStatements: boolean;
      hasConnections: boolean;
      database: string;
    }>(READABLE);
    const [log] = rows;
    if (!log?.written)
      return untold('the server writes none: log_destination = csvlog, logging_collector = on');
    if (!log.readable)
      return untold(
        'the agent’s login may not read it: grant it pg_monitor and execute on pg_read_binary_file(text, bigint, bigint, boolean)',
      );
    const { text, isCut, now } = await readNew(client, place);
    const lines = linesOf(text).filter(
      ({ database, login }) => database === log.database && logins.includes(login),
    );
    const isWhole = !isCut && log.hasConnections;
    const detail = isCut
      ? 'more than one look reads'
      : 'log_connections is off: sessions that ran nothing are not in it';
    return {
      source: { name: NAME, status: isWhole ? 'read' : 'partial', ...(isWhole ? {} : { detail }) },
      sessions: sessionsOf(lines),
      statements: log.hasStatements && !isCut && place !== undefined ? statementsOf(lines) : undefined,
      place: now,
    };
  } catch (error) {
    return untold(`the database answered ${(error as { code?: string }).code ?? 'with an error'}`);
  }
}

async function readNew(client: WireClient, place: LogPlace) {
  const { rows: files } = await client.query<{ name: string; size: number }>(FILES);
  const now = new Map<string, number>();
  const pieces: string[] = [];
  let left = MOST_BYTES;
  let isCut = false;
  for (const { name, size } of files) {
    const from = place === undefined ? size : (place.get(name) ?? 0);
    // A name that is used again begins anew.
    const first = from > size ? 0 : from;
    const begin = Math.max(first, size - left);
    isCut ||= begin > first;
    const bytes = begin < size ? await readPiece(client, name, begin, size - begin) : Buffer.alloc(0);
    // Only whole records: the last one may still be being written.
    const end = endOfRecords(bytes);
    now.set(name, begin + end);
    left -= bytes.length;
    const start = begin > first ? afterFirstRecord(bytes) : 0;
    pieces.unshift(bytes.subarray(start, end).toString());
  }
  return { text: pieces.join(''), isCut, now };
}

async function readPiece(client: WireClient, name: string, from: number, length: number): Promise<Buffer> {
  const { rows } = await client.query<{ bytes: Buffer | null }>(READ, [name, from, length]);
  return rows[0]?.bytes ?? Buffer.alloc(0);
}

const QUOTE = 0x22;
const LINE = 0x0a;

/** Behind the last line end that is in no quotes. */
function endOfRecords(bytes: Buffer): number {
  let end = 0;
  let isQuoted = false;
  for (const [index, byte] of bytes.entries()) {
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === LINE && !isQuoted) end = index + 1;
  }
  return end;
}

/** Where a record surely begins in a piece that was begun anywhere: records begin with their time. */
function afterFirstRecord(bytes: Buffer): number {
  const found = /\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} /.exec(bytes.toString('latin1'));
  return found === null ? bytes.length : found.index + 1;
}

interface Line {
  login: string;
  database: string;
  client: string;
  session: string;
  message: string;
  application: string;
}

/** Columns of https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-LOGGING-CSVLOG */
function linesOf(text: string): Line[] {
  const records: string[][] = parse(text, { relax_column_count: true, skip_records_with_error: true });
  return records.map((columns) => {
    const [, login = '', database = '', , client = '', session = ''] = columns;
    return { login, database, client, session, message: columns[13] ?? '', application: columns[22] ?? '' };
  });
}

const MARK = 'postern:';
const AUTHORIZED = /^connection authorized: user=.*? application_name=(.*?)(?: SSL enabled .*)?$/s;
const RUN = /^(?:duration: [\d.]+ ms {2})?(?:statement|execute [^:]*): (.*)$/s;
const PGAUDIT = /^AUDIT: SESSION,\d+,\d+,/;

/** What a line says of its session's name; undefined: nothing, it was written before the name was known. */
function nameIn({ message, application }: Line): string | undefined {
  if (!message.startsWith('connection ')) return application;
  return AUTHORIZED.exec(message)?.[1] ?? undefined;
}

function sessionsOf(lines: readonly Line[]): Session[] {
  const found = new Map<string, Session>();
  for (const line of lines) {
    const name = nameIn(line);
    if (name === undefined || name.startsWith(MARK) || found.has(line.session)) continue;
    found.set(line.session, {
      login: line.login,
      application: name.slice(0, 200),
      client: line.client === '[local]' ? 'local' : line.client.replace(/:\d+$/, ''),
      // A session's id begins with the second it began in.
      startedAt: new Date(Number.parseInt(line.session, 16) * 1_000).toISOString(),
    });
  }
  return [...found.values()];
}

/** The statement of a line; undefined: it tells of none. */
function textOf({ message }: Line): string | undefined {
  if (!PGAUDIT.test(message)) return RUN.exec(message)?.[1];
  const [fields] = parse(message.replace(PGAUDIT, ''), {
    relax_column_count: true,
    relax_quotes: true,
  }) as string[][];
  return fields?.[4];
}

function statementsOf(lines: readonly Line[]): Statement[] {
  // Where pgaudit tells of a statement, the server's own line would count it twice.
  const audited = lines.filter(({ message }) => PGAUDIT.test(message));
  const sums = new Map<string, Statement>();
  for (const line of audited.length > 0 ? audited : lines) {
    const text = textOf(line);
    if (text === undefined || Buffer.byteLength(text) > INLINE_PARSE_BYTES) continue;
    for (const { fingerprint, kind, relations } of statementPrints(text)) {
      const key = `${line.login} ${fingerprint}`;
      const known = sums.get(key);
      if (known) known.calls += 1;
      else
        sums.set(key, {
          ...{ login: line.login, fingerprint, kind, calls: 1 },
          relations: relations.slice(0, 5).map((relation) => relation.slice(0, 200)),
        });
    }
  }
  return [...sums.values()];
}
