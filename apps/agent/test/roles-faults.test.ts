import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Desired, loadManifest } from '@postern/core/roles';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApplyOptions, applyRoles } from '../src/targets/roles/apply.js';
import { RolesConnection } from '../src/targets/roles/connection.js';
import { makePlan } from '../src/targets/roles/plan.js';
import { MAJORS } from './postgres-majors.js';
import { CutProxy, FAULTS, FAULTS_SCHEMA, type Fault, inject, leftBehind, stateOf } from './roles-faults.js';
import { history, manifest, type Names, schemaSql } from './roles-random.js';

/** Databases of one run; POSTERN_LAW_RUNS for many, POSTERN_LAW_SEED to repeat one. */
const RUNS = Number(process.env.POSTERN_LAW_RUNS ?? 4);
const SEED = process.env.POSTERN_LAW_SEED;
const settings = { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) };
const FAULTS_A_DATABASE = 8;
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** Reads at the beginning, besides the plan's own statements. */
const FEW = 30;

async function connected(url: string): Promise<pg.Client | undefined> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  return client.connect().then(
    () => client,
    () => undefined,
  );
}

/** One in six right before COMMIT; what undoes things does so before the plan is verified. */
function placeOf(fault: Fault, place: number, statements: number): number {
  if (place < 84 || fault === 'something undoes what was done')
    return Math.floor(((place % 84) / 84) * statements);
  return Number.POSITIVE_INFINITY;
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** How often each fault struck, and how often the apply was over before it could. */
const struck = new Map<string, number>();
const count = (what: string) => struck.set(what, (struck.get(what) ?? 0) + 1);

describe.each(MAJORS)('a failure anywhere leaves no trace: PostgreSQL %i', (major) => {
  const tag = uniqueName('f').slice(-4);
  const template = uniqueName('faults');
  const fresh = { role: `fresh_${tag}`, schema: 'fresh' };
  const schemas = ['s0', 'S "1"', 's2'];
  const roles = ['r0', 'r1', 'R "2"', 'r3', 'retired', 'undeclared'].map((name) => `${name}_${tag}`);
  const retired = roles.at(-2) ?? '';
  const dir = mkdtempSync(join(tmpdir(), 'postern-faults-'));
  let server: Awaited<ReturnType<typeof testServer>>;
  let proxy: CutProxy;
  let proxyPort: number;
  let root: pg.Client;

  beforeAll(async () => {
    // Its own: catalogs of the whole cluster are compared.
    server = await testServer({ major, own: true });
    proxy = new CutProxy(server.port);
    proxyPort = await proxy.listen();
    const made = new pg.Client({ connectionString: await createDatabase(server, template) });
    await made.connect();
    await made.query(schemas.map(schemaSql).join('') + FAULTS_SCHEMA);
    await made.end();
    root = new pg.Client({ connectionString: server.superuserUrl() });
    await root.connect();
  });
  afterAll(async () => {
    await root.end();
    proxy.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A committed world: nothing can be rolled back around an apply that commits. */
  async function world(names: Names, statements: readonly string[]): Promise<pg.Client> {
    const url = await createDatabase(server, names.database, { template });
    const admin = new pg.Client({ connectionString: url });
    admin.on('error', () => undefined);
    await admin.connect();
    const all = roles.map(quote).join(', ');
    for (const role of roles) await admin.query(`create role ${quote(role)}`);
    await admin.query(`alter role ${quote(retired)} login password 'x'`);
    for (const schema of schemas) await admin.query(`grant usage on schema ${quote(schema)} to ${all}`);
    for (const statement of statements) {
      await admin.query(`begin; ${statement}; commit`).catch(() => admin.query('rollback'));
    }
    return admin;
  }

  async function clear(names: Names, admin: pg.Client): Promise<void> {
    await admin.end();
    await root.query(`drop database ${quote(names.database)} with (force)`);
    const { rows } = await root.query<{ rolname: string }>(
      `select rolname from pg_roles where rolname like '%\\_${tag}'`,
    );
    const all = rows.map(({ rolname }) => quote(rolname)).join(', ');
    if (all === '') return;
    // Chains of grants on parameters outlive DROP OWNED; the server is thrown away anyway.
    if (major >= 15)
      await root.query(`set allow_system_table_mods = on; delete from pg_parameter_acl;
        delete from pg_shdepend where classid = 'pg_parameter_acl'::regclass; reset allow_system_table_mods`);
    await root.query(`drop owned by ${all} cascade; drop role ${all}`);
  }

  const urlOf = (database: string, port = proxyPort) => {
    const url = new URL(server.superuserUrl(database));
    url.port = String(port);
    return url.href;
  };

  const optionsOf = (desired: Desired, fault: Fault): ApplyOptions => ({
    desired,
    mode: 'authoritative',
    passwords: new Map(),
    statementTimeoutMs: fault === 'a statement takes too long' ? 1 : 0,
    lockTimeoutMs: 50,
  });

  /** Holds what every change of an object's rights has to write, from outside. */
  async function withLock<T>(fault: Fault, database: string, work: () => Promise<T>): Promise<T> {
    if (fault !== 'a lock is not to be had') return work();
    const other = new pg.Client({ connectionString: server.superuserUrl(database) });
    await other.connect();
    try {
      const catalogs = 'pg_class, pg_namespace, pg_proc, pg_type, pg_default_acl, pg_policy, pg_auth_members';
      await other.query(`begin; lock table ${catalogs} in share mode`);
      return await work();
    } finally {
      await other.end();
    }
  }

  /** One apply with one fault; true when it went through all the same. */
  async function failedApply(names: Names, admin: pg.Client, desired: Desired, fault: Fault, place: number) {
    const connection = await RolesConnection.open(urlOf(names.database));
    const [declared = ''] = desired.roles.keys();
    const options = optionsOf(desired, fault);
    try {
      const plan = await makePlan(connection, options);
      expect(plan.problems).toEqual([]);
      const reads = plan.changes.length + FEW;
      // Nothing to do, nothing to undo.
      const struckFault = plan.changes.length === 0 ? 'a statement fails' : fault;
      const watched = inject(connection, struckFault, placeOf(fault, place, reads), {
        admin,
        killer: root,
        proxy,
        declared,
      });
      const error: unknown = await withLock(fault, names.database, () =>
        applyRoles(connection, options).then(
          () => undefined,
          (reason: unknown) => reason,
        ),
      );
      if (error !== undefined) expect(error).toMatchObject({ name: 'RolesFailure' });
      return { error: error as Error | undefined, watched, changes: plan.changes };
    } finally {
      await connection.close().catch(() => undefined);
    }
  }

  const planNow = async (names: Names, desired: Desired) => {
    const connection = await RolesConnection.open(urlOf(names.database));
    try {
      return (await makePlan(connection, optionsOf(desired, 'a statement fails'))).changes;
    } finally {
      await connection.close();
    }
  };

  async function check(names: Names, admin: pg.Client, desired: Desired, fault: Fault, place: number) {
    const before = await stateOf(admin, major);
    // Not where the role is gone, or where nobody may connect.
    const session = await connected(
      urlOf(names.database, server.port).replace(/\/\/[^@]*@/, `//${retired}:x@`),
    );
    try {
      const { error, watched, changes } = await failedApply(names, admin, desired, fault, place);
      expect(await leftBehind(admin)).toEqual({ sessions: 0, locks: 0 });
      if (error === undefined) {
        count(`${fault}: over before`);
        expect(await planNow(names, desired)).toEqual([]);
        return;
      }
      count(fault);
      const after = await stateOf(admin, major);
      // A connection that breaks while COMMIT runs does not tell how it ended; but it ended one way or the other.
      if (watched.committing && error.message.includes('not known') && after.pg_authid !== before.pg_authid) {
        count('kept, and not known');
        expect(await planNow(names, desired)).toEqual([]);
        return;
      }
      expect(after).toEqual(before);
      if (changes.length > 0 && fault === 'something undoes what was done' && watched.count > FEW)
        expect(watched.sessionsEnded).toBe(false);
      // The one thing that can not be undone is not begun before everything else has been tried.
      if (!watched.sessionsEnded && !watched.committing) await session?.query('select 1');
    } finally {
      await session?.end().catch(() => undefined);
    }
  }

  it('whatever fails, wherever', { timeout: 60_000 + RUNS * 15_000 }, async () => {
    let number = 0;
    const faults = fc.array(fc.record({ fault: fc.constantFrom(...FAULTS), place: fc.noBias(fc.nat(99)) }), {
      minLength: FAULTS_A_DATABASE,
      maxLength: FAULTS_A_DATABASE,
    });
    const named = { roles, schemas };
    const world_ = fc.record({
      statements: history({ ...named, database: 'DATABASE' }, major),
      written: manifest({ ...named, database: 'DATABASE' }, fresh, major),
      terminates: fc.boolean(),
      faults,
    });
    await fc.assert(
      fc.asyncProperty(world_, async ({ statements, written, terminates, faults: list }) => {
        const names: Names = { ...named, database: `${template}_${number++}` };
        const own = (text: string) => text.replaceAll('DATABASE', names.database);
        const retirements = written.retirements.map((entry) => ({
          ...entry,
          terminate_sessions: terminates,
        }));
        const text = own(JSON.stringify({ ...written, retirements }));
        const { desired } = loadManifest(text, 'random.json');
        fc.pre(desired !== undefined);
        const admin = await world(names, statements.map(own));
        try {
          for (const { fault, place } of list) await check(names, admin, desired, fault, place);
        } finally {
          await clear(names, admin);
        }
      }),
      { ...settings, endOnFailure: true },
    );
    process.stderr.write(`faults on PostgreSQL ${major}: ${JSON.stringify(Object.fromEntries(struck))}\n`);
    struck.clear();
  });

  it('not even when the program is killed', { timeout: 120_000 }, async () => {
    const names: Names = { database: `${template}_cli`, roles, schemas };
    const admin = await world(names, []);
    const grants = schemas.map((schema) => ({
      role: fresh.role,
      privileges: ['SELECT'],
      object: { type: 'table', schema, name: '*' },
    }));
    const text = JSON.stringify({
      roles: [...roles, fresh.role].map((name) => ({ name, comment: 'new' })),
      grants,
    });
    const file = join(dir, 'roles.json');
    writeFileSync(file, text);
    try {
      // It hangs at a table's row of pg_class that somebody else is changing, after roles were made.
      const before = await stateOf(admin, major);
      const other = new pg.Client({ connectionString: server.superuserUrl(names.database) });
      await other.connect();
      await other.query('begin; grant select on s2.t1 to public');
      const child = spawn(process.execPath, [CLI, 'apply', '-f', file, '--yes', '--lock-timeout', '60'], {
        env: { PATH: process.env.PATH, DATABASE_URL: urlOf(names.database, server.port) },
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => child.once('close', resolve));
      for (let tries = 0; tries < 400; tries++) {
        const { rowCount } = await admin.query(
          `select from pg_stat_activity where application_name = 'postern roles' and wait_event_type = 'Lock'`,
        );
        if (rowCount === 1) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      child.kill('SIGKILL');
      await ended;
      await other.query('rollback');
      await other.end();
      expect(await leftBehind(admin)).toEqual({ sessions: 0, locks: 0 });
      expect(await stateOf(admin, major)).toEqual(before);
    } finally {
      await clear(names, admin);
    }
  });
});
