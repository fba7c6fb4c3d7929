import { taskResult } from '@postern/protocol/tasks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeSigningKey } from './control-plane.js';
import { World } from './fixture.js';
import { RolesLab } from './roles-fixture.js';

let lab: RolesLab;
let world: World;
let role: string;

beforeAll(async () => {
  lab = await RolesLab.start(18);
});
afterAll(() => lab?.stop());

beforeEach(async () => {
  role = lab.role('reporting');
  world = await World.create({ shop: lab.url, other: lab.url });
  const shop = world.config.connections.get('shop');
  if (shop) Object.assign(shop, { rolesUrl: lab.url });
  await world.start();
});
afterEach(async () => {
  await world.stop();
  await lab.sql(`drop role if exists ${role}`);
});

const manifest = () => `roles:\n  - name: ${role}\n    comment: made by a task\n`;
const isThere = async () => (await lab.sql(`select from pg_roles where rolname = '${role}'`)).length === 1;

async function resultOf(taskId: string) {
  await expect
    .poll(() => world.plane.results.find((result) => result.taskId === taskId), { timeout: 20_000 })
    .toBeDefined();
  return taskResult.parse(world.plane.results.find((result) => result.taskId === taskId));
}

const run = async (kind: string, payload: unknown, connection = 'shop') =>
  resultOf(await world.plane.offerTask({ connection, kind, payload }));

const planned = async (mode = 'additive') => {
  const { plan } = await run('roles.plan', { manifest: manifest(), mode });
  if (!plan) throw new Error('no plan');
  return plan;
};

const applyOf = (plan: { digest: string; systemIdentifier: string }, more: object = {}) => ({
  manifest: manifest(),
  mode: 'additive',
  expectedDigest: plan.digest,
  systemIdentifier: plan.systemIdentifier,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 10_000,
  ...more,
});

describe('tasks of the roles engine', () => {
  it('plans without changing anything, applies exactly that, and finds nothing more to do', async () => {
    const plan = await planned();
    expect(plan).toMatchObject({ serverMajor: 18, changeCount: 2, destructiveCount: 0 });
    expect(plan.systemIdentifier).toMatch(/^\d+$/);
    expect(plan.content.gains).toEqual([role]);
    expect(plan.content.changes[0]).toMatchObject({ kind: 'create_role', subject: role, destructive: false });
    expect(plan.content.changes[0]?.statements[0]).toContain(`CREATE ROLE "${role}"`);
    expect(await isThere()).toBe(false);

    expect(await run('roles.apply', applyOf(plan))).toMatchObject({
      status: 'succeeded',
      applied: { statements: 2 },
    });
    expect(await isThere()).toBe(true);
    expect((await planned()).changeCount).toBe(0);
    const kinds = () => world.plane.events.map(({ event }) => event.kind);
    await expect.poll(kinds).toContain('roles.apply_finished');
    expect(kinds()).toContain('roles.apply_started');
  });

  it('a look for drift says of each change what its cause can be told by', async () => {
    const { plan } = await run('roles.scan', { manifest: manifest(), mode: 'additive' });
    expect(plan?.content.changes[0]?.difference).toEqual({
      items: [{ aspect: 'role', role }],
      effect: 'gives',
      grantors: [],
    });
    expect((await planned()).content.changes[0]?.difference).toBeUndefined();
  });

  it('answers a task that was done before as done: the answer may have been lost', async () => {
    const plan = await planned();
    await run('roles.apply', applyOf(plan));
    expect(await run('roles.apply', applyOf(plan))).toMatchObject({
      status: 'succeeded',
      applied: { statements: 0 },
    });
  });

  it('applies nothing else than what was approved, and on no other server', async () => {
    const plan = await planned();
    const otherDigest = await run('roles.apply', applyOf(plan, { expectedDigest: 'f'.repeat(64) }));
    expect(otherDigest).toMatchObject({ status: 'failed', failure: { class: 'different' } });
    const otherServer = await run('roles.apply', applyOf(plan, { systemIdentifier: '1' }));
    expect(otherServer).toMatchObject({ status: 'failed', failure: { class: 'different' } });
    expect(await isThere()).toBe(false);
  });

  it('names every problem of a manifest with its place', async () => {
    const bad = `roles:\n  - name: ${role}\n    logn: true\n  - name: ${role}\n`;
    const { failure } = await run('roles.plan', { manifest: bad, mode: 'additive' });
    expect(failure?.class).toBe('manifest');
    expect(failure?.facts.join('\n')).toMatch(/3:5.*login/);
  });

  it('says what may be done about a failure', async () => {
    const missing = `roles:\n  - name: ${role}\nretirements: []\ngrants:\n  - role: ${role}\n    privileges: [SELECT]\n    object: { type: table, schema: public, name: not_there }\n`;
    const { failure } = await run('roles.plan', { manifest: missing, mode: 'additive' });
    expect(failure).toMatchObject({ class: 'missing' });
    const plan = await planned();
    await lab.sql('begin');
    await lab.sql('select pg_advisory_lock(1347375956, 1380928581)');
    try {
      expect((await run('roles.apply', applyOf(plan))).failure).toMatchObject({ class: 'lock' });
    } finally {
      await lab.sql('commit');
      await lab.sql('select pg_advisory_unlock_all()');
    }
  });

  it('keeps the words of the database for whoever looks at the plan, and its SQLSTATE for the audit trail', async () => {
    await lab.sql('create table told (id int)');
    await lab.sql(`create function refuse() returns event_trigger language plpgsql as
      $$ begin raise warning 'c4nary warning'; raise exception 'c4nary' using detail = 'c4nary detail', errcode = 'P0042'; end $$`);
    await lab.sql(
      "create event trigger refuse on ddl_command_start when tag in ('GRANT') execute function refuse()",
    );
    const wanted = `${manifest()}grants:\n  - role: ${role}\n    privileges: [SELECT]\n    object: { type: table, schema: public, name: told }\n`;
    try {
      const { plan } = await run('roles.plan', { manifest: wanted, mode: 'additive' });
      if (!plan) throw new Error('no plan');
      const { failure } = await run('roles.apply', applyOf(plan, { manifest: wanted }));
      expect(failure).toMatchObject({ message: 'the database refused: c4nary', sqlstate: 'P0042' });
      const ends = () => world.plane.events.filter(({ event }) => event.kind === 'roles.apply_finished');
      await expect.poll(() => ends().length).toBe(1);
      expect(ends()[0]?.event.reason).toBe('the database refused it (SQLSTATE P0042)');
      expect(`${JSON.stringify(world.plane.events)}${world.logs.join('')}`).not.toContain('c4nary');
    } finally {
      await lab.sql('drop event trigger refuse; drop function refuse(); drop table told');
    }
  });

  it('gives up when told to, and leaves nothing behind', async () => {
    const plan = await planned();
    await lab.sql('begin');
    // CREATE ROLE waits for whoever holds the catalog.
    await lab.sql('lock table pg_catalog.pg_authid in share mode');
    const taskId = await world.plane.offerTask({
      connection: 'shop',
      kind: 'roles.apply',
      payload: applyOf(plan, { lockTimeoutMs: 60_000, statementTimeoutMs: 60_000 }),
    });
    await expect.poll(() => world.plane.progress.length, { timeout: 15_000 }).toBeGreaterThan(0);
    world.plane.cancelTask(taskId);
    expect(await resultOf(taskId)).toMatchObject({ status: 'cancelled' });
    await lab.sql('rollback');
    expect(await isThere()).toBe(false);
    const left = () => lab.sql("select from pg_stat_activity where application_name = 'postern roles'");
    await expect.poll(async () => (await left()).length).toBe(0);
  });

  it('told to give up after COMMIT, it answers that it is done', async () => {
    const plan = await planned();
    // Committed is what waits for a standby that never comes; ending the session does not take it back.
    await lab.sql("alter system set synchronous_standby_names = 'nobody'");
    await lab.sql('select pg_reload_conf()');
    const [login] = await lab.sql('select current_user as name');
    await lab.sql(`alter role "${login?.name}" set synchronous_commit = on`);
    try {
      const taskId = await world.plane.offerTask({
        connection: 'shop',
        kind: 'roles.apply',
        payload: applyOf(plan),
      });
      const waiting = () => lab.sql("select from pg_stat_activity where wait_event = 'SyncRep'");
      await expect.poll(async () => (await waiting()).length, { timeout: 15_000 }).toBe(1);
      world.plane.cancelTask(taskId);
      expect(await resultOf(taskId)).toMatchObject({ status: 'succeeded', applied: { statements: 2 } });
      expect(await isThere()).toBe(true);
    } finally {
      await lab.sql(`alter role "${login?.name}" reset synchronous_commit`);
      await lab.sql('alter system reset synchronous_standby_names');
      await lab.sql('select pg_reload_conf()');
    }
  });

  it('writes the manifest of what is there', async () => {
    await lab.sql(`create role ${role}`);
    const { manifest: found } = await run('roles.generate', { suggestProfiles: true });
    expect(found).toContain(role);
  });
});

describe('what is no task for this agent', () => {
  const offer = (over: object) =>
    world.plane.offerTask(
      { connection: 'shop', kind: 'roles.plan', payload: { manifest: manifest(), mode: 'additive' } },
      over,
    );

  it.each([
    ['of another agent', { agentId: 'agent_2' }],
    ['of another environment', { environmentId: 'env_2' }],
    ['too old', { exp: 1 }],
    ['signed for another purpose', { typ: 'postern-policy+jws' }],
  ])('%s: it is not begun', async (_name, over) => {
    await offer(over);
    await expect.poll(() => world.plane.tasks.length, { timeout: 10_000 }).toBe(0);
    expect(world.plane.results).toEqual([]);
    // The next right one is.
    expect((await planned()).changeCount).toBe(2);
  });

  it('signed by somebody else: it is not begun', async () => {
    await offer({ key: await makeSigningKey('key-1') });
    await expect.poll(() => world.plane.tasks.length, { timeout: 10_000 }).toBe(0);
    expect(world.plane.results).toEqual([]);
  });

  it('never asks for connections without roles_url', async () => {
    await world.plane.offerTask({ connection: 'other', kind: 'roles.plan', payload: {} });
    expect((await planned()).changeCount).toBe(2);
    expect(world.plane.tasks).toHaveLength(1);
  });
});
