import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEvent } from '@postern/core/audit';

/** Where psql connects to. */
export interface Place {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A statement of the agent's refusals. */
export interface Refusal {
  readonly text: string;
  readonly reason: string;
}

/** What a session refused, without what no parser takes: that the server refuses as well, in the same words. */
export const refusalsOf = (events: readonly AuditEvent[]): Refusal[] =>
  events
    .filter(({ decision, reason = '' }) => decision === 'denied' && !reason.startsWith('not understood'))
    .map(({ statement, reason = '' }) => ({ text: statement?.text ?? '', reason }));

/** One of PostgreSQL's files as pg_regress runs it (psql -a -q, its environment); output and errors as they came. */
export function regressPsql(place: Place, sql: string, folder: string): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    LC_ALL: 'C',
    LC_MESSAGES: 'C',
    PGHOST: place.host,
    PGPORT: place.port,
    PGUSER: place.user,
    PGPASSWORD: place.password,
    PGDATABASE: place.database,
    PGTZ: 'PST8PDT',
    PGDATESTYLE: 'Postgres, MDY',
    PGOPTIONS: '-c intervalstyle=postgres_verbose',
    PGAPPNAME: 'pg_regress',
    PG_ABS_SRCDIR: folder,
    PG_ABS_BUILDDIR: folder,
    PG_LIBDIR: '/nonexistent',
    PG_DLSUFFIX: '.so',
  };
  return new Promise((resolve, reject) => {
    const flags = '-X -a -q -v HIDE_TABLEAM=on -v HIDE_TOAST_COMPRESSION=on';
    const child = spawn('/bin/sh', ['-c', `exec psql ${flags} 2>&1`], { env, cwd: folder, timeout: 300_000 });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal !== null) reject(new Error(`psql was ended by ${signal}`));
      else resolve(Buffer.concat(parts).toString('latin1'));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(Buffer.from(sql, 'latin1'));
  });
}

/** Refused texts out of the file, each comment-sized; undefined where one of them does not stand in it as it was sent. */
export function without(sql: string, refusals: readonly Refusal[]): string | undefined {
  let left = sql;
  const texts = [...new Set(refusals.map(({ text }) => Buffer.from(text).toString('latin1')))];
  // The longest first: another may be a part of it.
  for (const sent of texts.sort((one, other) => other.length - one.length)) {
    if (!sql.includes(sent)) return undefined;
    // A statement it was, a statement it stays, so that nothing becomes part of what stands around it.
    left = left.replaceAll(sent, sent.endsWith(';') ? "select 'left out';" : "select 'left out'");
  }
  return left;
}

/** Without the places of errors: newer grammars know more of them, and the agent's is the newest. */
export const withoutPlaces = (output: string): string =>
  output.replace(/^(ERROR: .*\n)LINE \d+: .*\n *\^\n/gm, '$1');

/** The first place where two outputs differ, with a few lines around it. */
export function firstDifference(one: string, other: string): string {
  const [left, right] = [one.split('\n'), other.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  const from = Math.max(0, at - 6);
  return `line ${at + 1}\n${left.slice(from, at + 6).join('\n')}\n--- but through the agent ---\n${right.slice(from, at + 6).join('\n')}`;
}

/** The files where the server may read them, whoever it runs as. */
export async function readableCopy(regress: string, to: string): Promise<string> {
  await mkdir(to, { recursive: true, mode: 0o755 });
  for (const part of ['sql', 'data']) await cp(join(regress, part), join(to, part), { recursive: true });
  await mkdir(join(to, 'results'), { mode: 0o777 });
  await writeFile(join(to, '.psqlrc'), '');
  return to;
}

export const readSql = (folder: string, name: string): Promise<string> =>
  readFile(join(folder, 'sql', `${name}.sql`), 'latin1');
