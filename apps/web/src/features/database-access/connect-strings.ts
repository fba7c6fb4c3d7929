/** Where to connect and as whom; the password only when it was made a moment ago. */
export interface Target {
  host: string;
  port: number;
  tls: 'OFF' | 'OFFERED' | 'REQUIRED';
  /** Connection's id in rules: the name of the database, as clients say it. */
  connection: string;
  user: string;
  password?: string | undefined;
}

/** What stands in for a host that no agent has named. */
export const UNKNOWN_HOST = 'agent-host';
export const DEFAULT_PORT = 6432;

const encrypts = ({ tls }: Target): boolean => tls !== 'OFF';

/** A value of a libpq connection string ("Connection Strings", 32.1.1 of PostgreSQL's manual). */
const libpqValue = (value: string): string =>
  /^[\w.@+:-]+$/.test(value) ? value : `'${value.replace(/[\\']/g, '\\$&')}'`;

/** One word for a POSIX shell; double quotes where they suffice, because other shells know them too. */
const shellWord = (text: string): string =>
  /^[\w.@+:= -]*$/.test(text) ? `"${text}"` : `'${text.replaceAll("'", `'\\''`)}'`;

/** Asks for the password: on a command line it would stay in the shell's history. */
export function psqlCommand(target: Target): string {
  const { host, port, connection, user } = target;
  const parts = [`host=${libpqValue(host)}`, `port=${port}`, `dbname=${libpqValue(connection)}`];
  parts.push(`user=${libpqValue(user)}`, ...(encrypts(target) ? ['sslmode=require'] : []));
  return `psql ${shellWord(parts.join(' '))}`;
}

const hostInUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** For drivers and tools that take a URL. */
export function databaseUrl(target: Target): string {
  const { host, port, connection, user, password } = target;
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  const mode = encrypts(target) ? '?sslmode=require' : '';
  return `postgresql://${encodeURIComponent(user)}${secret}@${hostInUrl(host)}:${port}/${encodeURIComponent(connection)}${mode}`;
}

/** For DBeaver, DataGrip and everything on the JVM; they ask for the password. */
export function jdbcUrl(target: Target): string {
  const { host, port, connection, user } = target;
  const mode = encrypts(target) ? '&sslmode=require' : '';
  return `jdbc:postgresql://${hostInUrl(host)}:${port}/${encodeURIComponent(connection)}?user=${encodeURIComponent(user)}${mode}`;
}
