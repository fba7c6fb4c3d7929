import { createServer, type Socket, connect as tcp } from 'node:net';
import type pg from 'pg';
import type { RolesConnection } from '../src/targets/roles/connection.js';

/** Ways in which an apply can fail half-way. */
export const FAULTS = [
  'a statement fails',
  'the backend is killed before a statement',
  'the backend is killed during a statement',
  'the connection is cut',
  'a lock is not to be had',
  'a statement takes too long',
  'something undoes what was done',
  'COMMIT fails in a deferred trigger',
] as const;
export type Fault = (typeof FAULTS)[number];
/** Those that write in the session of the run, as event triggers and extensions do. */
const IN_SESSION: ReadonlySet<Fault> = new Set([
  'something undoes what was done',
  'COMMIT fails in a deferred trigger',
]);

interface Around {
  readonly admin: pg.Client;
  /** Not waited for, so that nothing else may use it meanwhile. */
  readonly killer: pg.Client;
  readonly proxy: CutProxy;
  /** A role that the manifest declares. */
  readonly declared: string;
}

/** What a run did, as the statements show it. */
export interface Watched {
  /** Statements until now. */
  count: number;
  /** BEGIN has run: what is done in the session is undone with the rest. */
  begun: boolean;
  sessionsEnded: boolean;
  committing: boolean;
}

/**
 * Puts a fault before the statement with this number (Infinity: before COMMIT) of everything that a connection does from
 * now on. What an extension or event trigger would do in between is done in the same session.
 */
export function inject(connection: RolesConnection, fault: Fault, at: number, around: Around): Watched {
  const watched: Watched = { count: 0, begun: false, sessionsEnded: false, committing: false };
  const { run, rows } = connection;
  const during = async <T>(text: string, work: () => Promise<T>): Promise<T> => {
    if (text === 'commit') watched.committing = true;
    const isReached = at === Number.POSITIVE_INFINITY ? text === 'commit' : watched.count >= at;
    const isNow = isReached && !text.startsWith('rollback') && mayStrike(fault, text, watched);
    if (text.startsWith('begin')) watched.begun = true;
    watched.count++;
    if (isNow)
      await strike(fault, { run: (sql) => run.call(connection, sql), pid: connection.facts.pid }, around);
    const result = await work();
    if (text === 'commit') watched.begun = false;
    if (text.includes('pg_terminate_backend')) watched.sessionsEnded = true;
    return result;
  };
  connection.run = (text, shown) => during(text, () => run.call(connection, text, shown));
  connection.rows = <Row>(text: string, values?: readonly unknown[]) =>
    during(text, () => rows.call(connection, text, values) as Promise<Row[]>);
  return watched;
}

/** Statements of plans are in upper case; no event trigger fires when a role is dropped. */
function mayStrike(fault: Fault, text: string, { begun }: Watched): boolean {
  if (!IN_SESSION.has(fault)) return true;
  return begun && (fault === 'COMMIT fails in a deferred trigger' || /^(?!SELECT|DROP ROLE)[A-Z]/.test(text));
}

const killed = new Set<number>();

interface Session {
  readonly run: (sql: string) => Promise<void>;
  readonly pid: number;
}

async function strike(
  fault: Fault,
  { run, pid }: Session,
  { admin, killer, proxy, declared }: Around,
): Promise<void> {
  switch (fault) {
    case 'a statement fails':
      return run('select 1 / 0');
    case 'the backend is killed before a statement':
      await admin.query('select pg_terminate_backend($1, 5000)', [pid]);
      return;
    case 'the backend is killed during a statement':
      // Once is enough: it is not waited for.
      if (!killed.has(pid)) void killer.query('select pg_terminate_backend($1)', [pid]);
      killed.add(pid);
      return;
    case 'the connection is cut':
      proxy.cut();
      return;
    case 'something undoes what was done':
      return run(`alter role "${declared.replaceAll('"', '""')}" connection limit 77`).catch(() => undefined);
    case 'COMMIT fails in a deferred trigger':
      return run('insert into faults.commits values (1)').catch(() => undefined);
    default:
      return;
  }
}

/** A table whose rows make COMMIT fail, not the INSERT. */
export const FAULTS_SCHEMA = `
  create schema faults;
  create table faults.commits (n int);
  create function faults.refuse() returns trigger language plpgsql as $$ begin raise 'refused at commit'; end $$;
  create constraint trigger refuse after insert on faults.commits deferrable initially deferred
    for each row execute function faults.refuse();`;

/** Between client and server, so that a connection can break without either of them knowing before. */
export class CutProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server;
  constructor(target: number) {
    this.#server = createServer((client) => {
      const server = tcp(target, '127.0.0.1');
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
  }
  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  }
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
  close(): void {
    this.cut();
    this.#server.close();
  }
}

const shared = (table: string, columns = '*') => ({ table, columns });
/** Every catalog that an apply can write, with the transaction that wrote each row: even a change undone would show. */
const CATALOGS = [
  shared('pg_authid'),
  shared('pg_auth_members'),
  shared('pg_db_role_setting'),
  shared('pg_shdescription'),
  shared('pg_shdepend'),
  shared('pg_parameter_acl'),
  shared('pg_tablespace'),
  shared('pg_database', 'oid, datname, datdba, datacl'),
  shared('pg_namespace'),
  // Not the counts that ANALYZE writes in place.
  shared('pg_class', 'oid, relname, relnamespace, relowner, relacl, relrowsecurity, relforcerowsecurity'),
  shared('pg_attribute', 'attrelid, attname, attacl, attisdropped'),
  shared('pg_proc'),
  shared('pg_type'),
  shared('pg_default_acl'),
  shared('pg_policy'),
  shared('pg_language'),
  shared('pg_foreign_data_wrapper'),
  shared('pg_foreign_server'),
  shared('pg_largeobject_metadata'),
  shared('pg_init_privs'),
  shared('pg_depend'),
];

/** The whole of what an apply could have changed, catalog by catalog. */
export async function stateOf(admin: pg.Client, major: number): Promise<Record<string, string>> {
  const parts = CATALOGS.filter(({ table }) => table !== 'pg_parameter_acl' || major >= 15).map(
    ({ table, columns }) =>
      `select '${table}' as name, coalesce(md5(string_agg(t::text, E'\\n' order by t::text)), '') as digest
       from (select xmin, ${columns} from pg_catalog.${table}) t`,
  );
  const { rows } = await admin.query<{ name: string; digest: string }>(parts.join('\nunion all\n'));
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

/** Waits until no session of an apply is left; then tells whether one left a lock behind. */
export async function leftBehind(admin: pg.Client): Promise<{ sessions: number; locks: number }> {
  for (let tries = 0; ; tries++) {
    const { rows } = await admin.query<{ sessions: number; locks: number }>(
      `select (select count(*)::int from pg_stat_activity where application_name = 'postern roles') as sessions,
              (select count(*)::int from pg_locks where locktype = 'advisory') as locks`,
    );
    const [left] = rows;
    if (left && ((left.sessions === 0 && left.locks === 0) || tries > 200)) return left;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
