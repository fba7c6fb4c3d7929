import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@postern/infra/postgres';
import type { PostgresMajor } from '@postern/infra/postgres-binaries';
import pg from 'pg';

const SCHEMA = readFileSync(new URL('./sandbox.sql', import.meta.url), 'utf8');

/** Nothing but the statement under test may change anything. */
const QUIET = ['autovacuum=off', 'checkpoint_timeout=1h', 'max_wal_size=4GB', 'wal_level=logical'];

/** Everything of the server that one value can tell, each with a name that a failure can show. */
const SERVER_STATE = `
  select 'settings', md5(string_agg(name || '=' || coalesce(setting, ''), ',' order by name)) from pg_settings
  union all select 'setting files', md5(coalesce(string_agg(f::text, ',' order by seqno), '')) from pg_file_settings f
  union all select 'configuration load', pg_conf_load_time()::text
  union all select 'data folder', string_agg(name, ',' order by name) from pg_ls_dir('.') name
  union all select 'wal file', pg_walfile_name(pg_current_wal_lsn() + 1)
  union all select 'checkpoint', checkpoint_lsn::text from pg_control_checkpoint()
  union all select 'statistics resets', md5(
    (select string_agg(coalesce(stats_reset::text, ''), ',' order by datid) from pg_stat_database)
    || (select coalesce(stats_reset::text, '') from pg_stat_bgwriter)
    || (select coalesce(stats_reset::text, '') from pg_stat_archiver)
    || (select coalesce(stats_reset::text, '') from pg_stat_wal)
    || (select string_agg(coalesce(stats_reset::text, ''), ',' order by name) from pg_stat_slru))
  union all select 'slots', (select count(*) from pg_replication_slots)::text
  union all select 'prepared transactions', (select count(*) from pg_prepared_xacts)::text
  union all select 'advisory locks', (select count(*) from pg_locks where locktype = 'advisory')::text
  union all select 'heavy locks', (select count(*) from pg_locks where mode ~ 'Exclusive' and locktype = 'relation')::text
  union all select 'other sessions', (select string_agg(pid || application_name, ',' order by pid) from pg_stat_activity
    where application_name like 'oracle: %')`;

/**
 * Row versions of every table, catalogs included, and contents where rows may change in place (heapam.c,
 * heap_inplace_update); the values of every sequence.
 */
const TABLES = `
  select string_agg(format(
    'select %L, count(*) || '' '' || coalesce(sum(hashtextextended(%s, 0)::numeric + x.xmin::text::numeric), 0) from %s x',
    c.oid::regclass,
    case when c.oid >= 16384 or c.relname in ('pg_class', 'pg_index', 'pg_database', 'pg_sequence') then 'x::text' else 'x.ctid::text' end,
    c.oid::regclass), ' union all ' order by c.oid)
  from pg_class c where c.relkind in ('r', 'm')`;
const SEQUENCES = `
  select string_agg(format('select %L, last_value || '' '' || is_called from %s', c.oid::regclass, c.oid::regclass), ' union all ')
  from pg_class c where c.relkind = 'S'`;

/** Arguments that mean something: objects that exist, the session that works. Other types get null. */
const VALUES: Readonly<Record<string, string>> = {
  smallint: '1::smallint',
  integer: "(select pid from pg_stat_activity where application_name = 'oracle: works')",
  bigint: '1::bigint',
  oid: "'t'::regclass::oid",
  regclass: "'s'::regclass",
  text: "'t'::text",
  name: "'jobs'::name",
  cstring: "'1'",
  boolean: 'true',
  real: '1::real',
  'double precision': '0.01::float8',
  numeric: '2::numeric',
  json: `'{"a": 1}'::json`,
  jsonb: `'{"a": 1}'::jsonb`,
  jsonpath: "'$.a'::jsonpath",
  bytea: "'x'::bytea",
  date: "'2026-01-01'::date",
  'timestamp without time zone': "'2026-01-01'::timestamp",
  'timestamp with time zone': "'2026-01-01'::timestamptz",
  interval: "'10 ms'::interval",
  'time without time zone': "'10:00'::time",
  'time with time zone': "'10:00+00'::timetz",
  uuid: "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
  inet: "'10.0.0.1'::inet",
  cidr: "'10.0.0.0/8'::cidr",
  macaddr: "'08:00:2b:01:02:03'::macaddr",
  point: "'(1,2)'::point",
  box: "'(1,1),(0,0)'::box",
  circle: "'<(0,0),1>'::circle",
  lseg: "'[(0,0),(1,1)]'::lseg",
  line: "'{1,2,3}'::line",
  path: "'((0,0),(1,1))'::path",
  polygon: "'((0,0),(1,1),(1,0))'::polygon",
  bit: "'1'::bit",
  'bit varying': "'101'::varbit",
  character: "'a'::bpchar",
  'character varying': "'a'::varchar",
  '"char"': `'a'::"char"`,
  money: '1::money',
  xml: "'<a/>'::xml",
  tsvector: "'a b'::tsvector",
  tsquery: "'a'::tsquery",
  int4range: "'[1,5)'::int4range",
  numrange: "'[1,5)'::numrange",
  anyrange: "'[1,5)'::int4range",
  anymultirange: "'{[1,5)}'::int4multirange",
  anyelement: '1',
  anycompatible: '1',
  anynonarray: '1',
  anyarray: 'array[1, 2]',
  anycompatiblearray: 'array[1, 2]',
  anyenum: 'null',
  any: '1',
  '"any"': '1',
  record: 'row(1, 2)',
  'text[]': "array['t', 'a']",
  'integer[]': 'array[1, 2]',
  'oid[]': "array['t'::regclass::oid]",
  xid: "'3'::xid",
  xid8: "'3'::xid8",
  tid: "'(0,1)'::tid",
  pg_lsn: "'0/1'::pg_lsn",
  regproc: "'now'::regproc",
  regprocedure: "'my_fn(int)'::regprocedure",
  regtype: "'int'::regtype",
  regrole: "'bystander'::regrole",
  regnamespace: "'shop'::regnamespace",
  refcursor: "'c'::refcursor",
  // Of extensions.
  citext: "'a'::citext",
  hstore: "'a=>1'::hstore",
  ltree: "'a.b'::ltree",
  'ltree[]': "array['a.b'::ltree]",
  lquery: "'a.*'::lquery",
  'lquery[]': "array['a.*'::lquery]",
  ltxtquery: "'a & b'::ltxtquery",
  query_int: "'1&2'::query_int",
  cube: "'(1,2)'::cube",
  seg: "'1..2'::seg",
  ean13: "'978-0-393-04002-9'::ean13",
  isbn: "'0-393-04002-X'::isbn",
  isbn13: "'978-0-393-04002-9'::isbn13",
  ismn: "'M-060-11561-5'::ismn",
  ismn13: "'979-0-060-11561-5'::ismn13",
  issn: "'1436-4522'::issn",
  issn13: "'977-1436-452-00-8'::issn13",
  upc: "'220356483481'::upc",
  regdictionary: "'simple'::regdictionary",
  'double precision[]': 'array[1, 2]::float8[]',
};

type Fingerprint = ReadonlyMap<string, string>;

/** The names under which the state differs afterwards, and how many of the texts ran without an error. */
export interface Effects {
  readonly changed: string[];
  readonly ran: number;
}

/** Who runs the texts; else the superuser. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

export interface FunctionCall {
  /** Empty for functions of none. */
  readonly extension: string;
  readonly name: string;
  /** `select schema.name(…)` with a value for each argument. */
  readonly call: string;
}

/** A server of its own with something of everything in it, and two bystanders: one that listens and one that works. */
export class Sandbox {
  readonly #server: PostgresServer;
  readonly #dir: string;
  readonly #observers: pg.Client[] = [];
  #messages = 0;
  #victim = 'alive';
  #state: Fingerprint = new Map();

  private constructor(
    server: PostgresServer,
    dir: string,
    /** Of the superuser. */
    readonly url: string,
  ) {
    this.#server = server;
    this.#dir = dir;
  }

  /** `more`: SQL that adds to what sandbox.sql makes. */
  static async start(major: PostgresMajor, more = ''): Promise<Sandbox> {
    const dir = mkdtempSync(join(tmpdir(), 'postern-oracle-'));
    chmodSync(dir, 0o755);
    const server = await startPostgres({ dataDir: join(dir, 'data'), major, durable: false, flags: QUIET });
    const sandbox = new Sandbox(server, dir, server.superuserUrl());
    const owner = await sandbox.connect('owner');
    await owner.query(SCHEMA);
    await owner.query(more);
    await owner.end();
    await sandbox.#bystanders();
    sandbox.#state = await sandbox.#fingerprint();
    return sandbox;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#observers.map((client) => client.end().catch(() => undefined)));
    await this.#server.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** Runs the texts in one session, or each in a session of its own, and looks before the sessions end. */
  async effects(texts: readonly string[], sessions: 'one' | 'each' = 'one', as?: Login): Promise<Effects> {
    const clients: pg.Client[] = [];
    let ran = 0;
    try {
      for (const text of texts) {
        let client = clients.at(-1);
        if (client === undefined || sessions === 'each') {
          client = await this.connect('statement', as);
          clients.push(client);
          await client.query(`set statement_timeout = ${texts.length > 10 ? 200 : 2_000}`);
        }
        await client.query(text).then(
          () => ran++,
          () => undefined,
        );
        await client.query('commit');
      }
      const before = this.#state;
      this.#state = await this.#fingerprint();
      return { changed: differences(before, this.#state), ran };
    } finally {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
    }
  }

  async connect(name: string, as?: Login): Promise<pg.Client> {
    const url = new URL(this.url);
    if (as) Object.assign(url, { username: as.user, password: as.password });
    const client = new pg.Client({ connectionString: url.href, application_name: name });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** The whole state as a session that has just begun sees it. */
  async #fingerprint(): Promise<Fingerprint> {
    const client = await this.connect('fingerprint');
    try {
      const state = new Map<string, string>();
      const add = async (sql: string) => {
        const { rows } = await client.query<[string, string]>({ text: sql, rowMode: 'array' });
        for (const [name, value] of rows) state.set(name, value);
      };
      const generated = async (sql: string) =>
        String((await client.query({ text: sql, rowMode: 'array' })).rows[0]?.[0] ?? 'select 1 limit 0');
      await add(await generated(TABLES));
      await add(await generated(SEQUENCES));
      await add(SERVER_STATE);
      // A session gets its messages before it answers.
      await this.#observers[0]?.query('select 1');
      state.set('messages received', String(this.#messages));
      state.set('working session', this.#victim);
      return state;
    } finally {
      await client.end();
    }
  }

  /** Process id of the session that works: what statements may want to end. */
  get victimPid(): number {
    return Number((this.#observers[1] as unknown as { processID: number }).processID);
  }

  /** A call of every function of PostgreSQL's own, with a value of each argument's type. */
  async builtinCalls(): Promise<string[]> {
    const functions = await this.functions(`p.pronamespace = 'pg_catalog'::regnamespace and p.prokind = 'f'`);
    return functions.map(({ call }) => call);
  }

  /** Functions that this condition over pg_proc p holds for: whose they are, and how they are called. */
  async functions(condition: string): Promise<FunctionCall[]> {
    const client = await this.connect('owner');
    try {
      const { rows } = await client.query<{
        extension: string;
        schema: string;
        name: string;
        types: string[];
      }>(
        `select coalesce(e.extname, '') as extension, p.pronamespace::regnamespace::text as schema, p.proname as name,
           array(select format_type(t, null) from unnest(p.proargtypes) with ordinality u(t, n) order by n) as types
         from pg_proc p
         left join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
         left join pg_extension e on e.oid = d.refobjid
         where ${condition} order by p.oid`,
      );
      return rows.map(({ extension, schema, name, types }) => {
        const args = types.map((type) => VALUES[type] ?? `null::${type}`);
        return {
          extension,
          name,
          call: `select ${schema}.${client.escapeIdentifier(name)}(${args.join(', ')})`,
        };
      });
    } finally {
      await client.end();
    }
  }

  async #bystanders(): Promise<void> {
    const listener = await this.connect('oracle: listens');
    for (const channel of ['jobs', 'a', 'c', 'x']) await listener.query(`listen ${channel}`);
    listener.on('notification', () => {
      this.#messages += 1;
    });
    const victim = await this.connect('oracle: works');
    this.#observers.push(listener, victim);
    victim.query('select pg_sleep(3600)').catch((error: Error) => {
      this.#victim = error.message;
    });
  }
}

/** The names under which two states differ. */
function differences(before: Fingerprint, after: Fingerprint): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name));
}
