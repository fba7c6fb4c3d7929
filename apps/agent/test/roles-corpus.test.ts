import {
  exportManifest,
  graphFromCatalog,
  type Loaded,
  loadBundle,
  loadManifest,
  type Problem,
  WHOLE_DATABASE,
} from '@postern/core/roles';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyRoles, PlanRefused } from '../src/targets/roles/apply.js';
import { RolesConnection } from '../src/targets/roles/connection.js';
import { RolesFailure } from '../src/targets/roles/failure.js';
import { type Passwords, readPasswords } from '../src/targets/roles/passwords.js';
import { makePlan, type RolesPlan } from '../src/targets/roles/plan.js';
import { readCatalog } from '../src/targets/roles/read-catalog.js';
import { MAJORS } from './postgres-majors.js';
import { databaseCases, leavesTraces, privileges, type RoleCase, told, withNames } from './roles-corpus.js';

const SHARED_MAJOR = process.env.POSTERN_TEST_PG_URL ? 18 : undefined;
const PASSWORD = 'of the corpus';
const SCHEMAS = `select nspname as name from pg_namespace
  where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')`;

type Server = Awaited<ReturnType<typeof testServer>>;

/** One case: a prefix for all that databases share, and a database, which most cases use one after the other. */
class Stage {
  readonly prefix = `${uniqueName('c').slice(0, 7)}_`;
  readonly testCase: RoleCase;
  readonly #database: string;
  readonly #isOwn: boolean;
  #admin: pg.Client | undefined;

  constructor(
    testCase: RoleCase,
    private readonly server: Server,
    shared: string,
  ) {
    this.#isOwn = leavesTraces(testCase);
    this.#database = this.#isOwn ? `${this.prefix}db` : shared;
    this.testCase = withNames(testCase, this.prefix, this.#database);
  }

  get admin(): pg.Client {
    if (!this.#admin) throw new Error('not set up');
    return this.#admin;
  }

  async setUp(): Promise<void> {
    if (this.#isOwn) await createDatabase(this.server, this.#database);
    this.#admin = new pg.Client({ connectionString: this.server.superuserUrl(this.#database) });
    await this.admin.connect();
    const { start, as } = this.testCase;
    // One by one where a statement must not be in a transaction with others.
    for (const text of start?.split('--;\n') ?? []) await this.admin.query(text);
    if (as !== undefined) await this.admin.query(`alter role "${as}" login password '${PASSWORD}'`);
  }

  connect(as: string | undefined): Promise<RolesConnection> {
    const url = new URL(this.server.superuserUrl(this.#database));
    if (as !== undefined) {
      url.username = as;
      url.password = PASSWORD;
    }
    return RolesConnection.open(url.href);
  }

  async tearDown(): Promise<void> {
    await this.#admin?.end();
    const client = new pg.Client({
      connectionString: this.server.superuserUrl(this.#isOwn ? undefined : this.#database),
    });
    await client.connect();
    const named = async (text: string, ...values: string[]) =>
      (await client.query<{ name: string }>(text, values)).rows.map(({ name }) =>
        client.escapeIdentifier(name),
      );
    const ours = `${this.prefix}%`;
    for (const database of await named('select datname as name from pg_database where datname like $1', ours))
      await client.query(`drop database ${database} with (force)`);
    for (const space of await named('select spcname as name from pg_tablespace where spcname like $1', ours))
      await client.query(`drop tablespace ${space}`);
    if (!this.#isOwn)
      for (const schema of await named(SCHEMAS)) await client.query(`drop schema ${schema} cascade`);
    const roles = await named('select rolname as name from pg_roles where rolname like $1', ours);
    // Together they fail where one has default privileges for the other: "could not find tuple for default ACL".
    for (const role of roles) await client.query(`drop owned by ${role} cascade`);
    if (roles.length > 0) await client.query(`drop role ${roles.join(', ')}`);
    await client.end();
  }

  load(): Loaded {
    const { files, manifest = '' } = this.testCase;
    if (files === undefined) return loadManifest(manifest, 'm.yaml');
    const sources = new Map(Object.entries(files).map(([name, text]) => [name, { text }]));
    return loadBundle(files['bundle.yaml'] ?? '', 'bundle.yaml', sources);
  }

  /** What generate writes of this database leaves nothing to do: the catalog and the manifest say the same. */
  async whatGenerateMisses(connection: RolesConnection): Promise<string[]> {
    const whole = await connection.transaction('rollback', async () =>
      graphFromCatalog(await readCatalog(connection, WHOLE_DATABASE)),
    );
    const ours = ([name]: readonly [string, unknown]) => name.startsWith(this.prefix);
    const manifest = exportManifest(
      {
        ...whole,
        roles: new Map([...whole.roles].filter(ours)),
        memberships: new Map([...whole.memberships].filter(ours)),
      },
      connection.facts,
    );
    const { desired, problems } = loadManifest(JSON.stringify(manifest), 'generated.json');
    if (!desired) return problems.map(({ message }) => message);
    const plan = await makePlan(connection, { desired, mode: 'authoritative', passwords: new Map() });
    return [...plan.problems.map(({ message }) => message), ...told(plan.changes, connection.facts.major)];
  }
}

const places = (problems: readonly Problem[]) => problems.map(({ code, path }) => `${code} ${path}`).sort();

function expectPlan(plan: RolesPlan, { changes, problems = [], undeclared = [] }: RoleCase, major: number) {
  const texts = plan.problems.map(({ message, fix }) => `${message}: ${fix}`).join('\n');
  expect(places(plan.problems), texts).toEqual([...problems].sort());
  if (changes) expect(told(plan.changes, major)).toEqual([...changes].sort());
  const named = plan.undeclared.map(({ role, isRevoked }) => `${role} ${isRevoked ? 'revoked' : 'left'}`);
  expect(named).toEqual(undeclared);
}

async function play(stage: Stage): Promise<void> {
  const { testCase } = stage;
  const { desired, problems } = stage.load();
  if (!desired) throw new Error(JSON.stringify(problems, null, 1));
  const passwords: Passwords = readPasswords(desired, testCase.env ?? {});
  const connection = await stage.connect(testCase.as);
  try {
    const request = { desired, mode: testCase.mode ?? 'authoritative', passwords } as const;
    const limits = { statementTimeoutMs: 0, lockTimeoutMs: 0 };
    const plan = await makePlan(connection, request);
    expectPlan(plan, testCase, connection.facts.major);
    const applying = applyRoles(connection, { ...request, ...limits, expectedDigest: plan.digest });
    if (testCase.problems || testCase.refused) {
      const error: unknown = await applying.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(testCase.problems ? PlanRefused : RolesFailure);
      const text = [(error as Error).message, ...(error as RolesFailure).facts].join('\n');
      for (const part of testCase.refused ?? []) expect(text).toContain(part);
      expect((await makePlan(connection, request)).digest).toBe(plan.digest);
    } else {
      await applying;
      const again = await makePlan(connection, request);
      expect(told(again.changes, connection.facts.major)).toEqual([]);
      if (testCase.as === undefined) expect(await stage.whatGenerateMisses(connection)).toEqual([]);
    }
  } finally {
    await connection.close();
  }
  await check(stage);
}

async function check({ admin, testCase }: Stage): Promise<void> {
  if (testCase.then !== undefined) await admin.query(testCase.then);
  for (const line of testCase.can ?? [])
    expect({ line, lacks: (await privileges(admin, line)).lacks }).toEqual({ line, lacks: [] });
  for (const line of testCase.cannot ?? [])
    expect({ line, has: (await privileges(admin, line)).has }).toEqual({ line, has: [] });
  for (const truth of testCase.holds ?? []) {
    const { rows } = await admin.query<{ holds: boolean }>(`select (${truth}) as holds`);
    expect({ truth, holds: rows[0]?.holds }).toEqual({ truth, holds: true });
  }
}

describe.each(MAJORS)('the corpus of role manifests on PostgreSQL %i', (major) => {
  const shared = uniqueName('corpus');
  let server: Server;
  beforeAll(async () => {
    server = await testServer({ major });
    await createDatabase(server, shared);
  });
  afterAll(async () => {
    const client = new pg.Client({ connectionString: server.superuserUrl() });
    await client.connect();
    await client.query(`drop database ${shared} with (force)`);
    await client.end();
    await server.stop();
  });

  describe.each(databaseCases)('$file', ({ cases }) => {
    const fitting = cases.filter(
      ({ minMajor = 0, maxMajor = 99, alone = false }) =>
        minMajor <= major && major <= maxMajor && !(alone && major === SHARED_MAJOR),
    );
    it.each(fitting)('$name', async (testCase) => {
      const stage = new Stage(testCase, server, shared);
      try {
        await stage.setUp();
        await play(stage);
      } finally {
        await stage.tearDown();
      }
    });
  });
});
