import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Settings of a server that says of every statement which session ran it. JSON is the csvlog's columns in a form that needs no parser. */
export const LOG_FLAGS: readonly string[] = [
  'logging_collector=on',
  'log_destination=jsonlog',
  'log_directory=ledger',
  'log_filename=statements.log',
  'log_rotation_age=0',
  'log_rotation_size=0',
  'log_truncate_on_rotation=off',
  'log_statement=all',
  'log_min_error_statement=panic',
  'log_parameter_max_length=0',
];

/** One execution that the server began. */
export interface Executed {
  /** The server's own id of the session: start time and process. */
  readonly session: string;
  readonly application: string;
  readonly text: string;
}

interface LogLine {
  readonly session_id?: string;
  readonly application_name?: string;
  readonly error_severity?: string;
  readonly message?: string;
}

/** How `log_statement` begins its lines (postgres.c): a Query message, an Execute, an Execute of a portal that was suspended. */
const STATEMENT = /^(?:statement|execute (?:fetch from )?[^:]*): (.*)$/s;

/** Every execution that the server has logged, in its order. A line that a crash left half-written is no line. */
export function executedStatements(dataDir: string): Executed[] {
  const file = join(dataDir, 'ledger', 'statements.json');
  if (!existsSync(file)) return [];
  const found: Executed[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const parsed = lineOf(line);
    const text = parsed?.error_severity === 'LOG' ? STATEMENT.exec(parsed.message ?? '')?.[1] : undefined;
    if (parsed?.session_id === undefined || text === undefined) continue;
    found.push({ session: parsed.session_id, application: parsed.application_name ?? '', text });
  }
  return found;
}

function lineOf(line: string): LogLine | undefined {
  if (line === '') return undefined;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
