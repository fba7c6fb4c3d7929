import { guardMaskOf, guardRole, maskOf, type Permission } from '@postern/core/policy';
import { taskResult } from '@postern/protocol/tasks';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guardPassword } from '../src/targets/guard-login.js';
import { connection, rule, type World } from './fixture.js';
import { RolesLab } from './roles-fixture.js';
import { WireWorld } from './wire-fixture.js';

const SECRET = 'the-own-login-of-the-agent';
const READ = maskOf(['read']);
const WRITE = maskOf(['read', 'write']);

describe.each([18, 15] as const)('guard roles on PostgreSQL %i', (major) => {
  let lab: RolesLab;
  let own: string;
  let slug: string;
  let wire: WireWorld;
  let world: World;

  const guard = (...permissions: Permission[]) => guardRole(slug, guardMaskOf(maskOf(permissions)) ?? 0);
  const bundled = (guards?: readonly number[]) => ({
    connections: [connection(slug, guards === undefined ? {} : { guards: [...guards] })],
  });
  const RULES = () => [
    rule(slug, ['read', 'export'], 'user:alex@acme.example'),
    rule(slug, ['read', 'write'], 'user:dana@acme.example'),
    rule(slug, ['*'], 'user:sam@acme.example'),
  ];

  beforeAll(async () => {
    lab = await RolesLab.start(major);
    own = lab.role('own');
    slug = `shop-${own.replaceAll('_', '-')}`;
    for (const name of ['read', 'read_write', 'read_ddl', 'may_read', 'may_write', 'may_ddl'])
      lab.dropInTheEnd(`postern_${slug}_${name}`);
    await lab.sql(`
      create role ${own} login password '${SECRET}';
      create schema app authorization ${own};
      create schema "${own}" authorization ${own};
      set role ${own};
      create table app.orders (id int primary key, total numeric);
      insert into app.orders values (1, 10), (2, 20);
      create view app.totals as select sum(total) as total from app.orders;
      create sequence app.numbers;
      create table "${own}".mine (id int);
      create function app.bump() returns int language plpgsql volatile as 'begin update app.orders set total = total + 1; return 1; end';
      reset role`);
  });
  afterAll(() => lab?.stop());

  beforeEach(async () => {
    wire = await WireWorld.create({ [slug]: lab.urlAs(own, SECRET) });
    world = wire.world;
    Object.assign(world.config.connections.get(slug) ?? {}, { rolesUrl: lab.url });
    await wire.publish(RULES(), bundled());
    await world.start();
  });
  afterEach(() => world.stop());

  async function task(kind: string, payload: object) {
    const taskId = await world.plane.offerTask({ connection: slug, kind, payload });
    const found = () => world.plane.results.find((result) => result.taskId === taskId);
    await expect.poll(found, { timeout: 20_000 }).toBeDefined();
    return taskResult.parse(found());
  }
  const wanted = (
    masks: readonly number[],
    retire: readonly number[] = [],
    mode = 'adopt',
    manifest = '{}\n',
  ) => ({
    manifest,
    mode,
    guards: { masks, retire },
  });
  const planned = async (payload: object) => {
    const { plan, failure } = await task('roles.plan', payload);
    if (!plan) throw new Error(JSON.stringify(failure));
    return plan;
  };
  const applied = async (payload: object) => {
    const plan = await planned(payload);
    const result = await task('roles.apply', {
      ...payload,
      expectedDigest: plan.digest,
      systemIdentifier: plan.systemIdentifier,
      statementTimeoutMs: 10_000,
      lockTimeoutMs: 10_000,
    });
    expect(result.failure, JSON.stringify(result.failure)).toBeUndefined();
    return plan;
  };
  const guardRoles = async () =>
    (
      await lab.sql(`select rolname from pg_roles where starts_with(rolname, 'postern_${slug}_') order by 1`)
    ).map(({ rolname }) => String(rolname).slice(`postern_${slug}_`.length));
  const WHO = "select session_user || ' ' || current_user";
  /** The kernel alone: no agent in between. */
  async function asGuard<T>(role: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const url = lab.urlAs(own, SECRET);
    const client = new pg.Client({ connectionString: lab.urlAs(role, guardPassword({ slug, url }, role)) });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  it('are planned, applied, logged in as, and gone again', async () => {
    const alex = await world.signIn('alex');
    expect(await alex.value(slug, WHO)).toBe(`${own} ${own}`);

    const plan = await applied(wanted([READ, WRITE]));
    expect(plan.content.changes.every(({ isFromRules }) => isFromRules)).toBe(true);
    expect(plan.content.obstacles).toEqual([]);
    expect(await guardRoles()).toEqual(['may_read', 'may_write', 'read', 'read_write']);
    expect((await planned(wanted([READ, WRITE]))).changeCount).toBe(0);

    await wire.publish(RULES(), bundled([READ, WRITE]));
    const read = guard('read');
    expect(await alex.value(slug, WHO)).toBe(`${read} ${read}`);
    expect(await alex.value(slug, 'select total from app.totals')).toBe('30');
    // Names mean what they mean to the agent's own login.
    expect(await alex.value(slug, 'select count(*) from mine')).toBe('0');
    const dana = await wire.client('dana', slug);
    expect((await dana.query('select current_user')).rows).toEqual([
      { current_user: guard('read', 'write') },
    ]);
    await dana.query("insert into app.orders values (nextval('app.numbers') + 100, 1)");
    await dana.query('delete from app.orders where id > 100');
    await dana.end();
    // admin is no set of grants.
    expect(await (await world.signIn('sam')).value(slug, WHO)).toBe(`${own} ${own}`);

    await wire.publish(RULES(), bundled());
    expect(await alex.value(slug, WHO)).toBe(`${own} ${own}`);
    await applied(wanted([], [READ, WRITE]));
    expect(await guardRoles()).toEqual([]);
  });

  it('keep out who has none, whoever they are, and say what to do', async () => {
    await applied(wanted([READ]));
    await wire.publish(RULES(), bundled([READ]));
    const dana = await world.signIn('dana');
    const { error } = await dana.run(slug, 'select 1');
    expect(error).toMatchObject({
      code: 'sql.refused',
      message: expect.stringContaining(`\`${guard('read', 'write')}\`, is not in the database yet`),
      fix: expect.stringContaining('plan and apply'),
    });
    expect(await world.event(error?.auditId)).toMatchObject({
      kind: 'statement.decided',
      decision: 'denied',
    });
    await expect(wire.client('dana', slug)).rejects.toThrow('is not in the database yet');

    // Said to be there, and is not.
    await wire.publish(RULES(), bundled([READ, WRITE]));
    expect((await dana.run(slug, 'select 1')).error).toMatchObject({
      code: 'connection.unavailable',
      message: expect.stringContaining('does not let the guard role'),
    });
  });

  it('are no costume: nothing leads back to the agent’s own login, nor past the grants', async () => {
    await applied(wanted([READ, WRITE]));
    await asGuard(guard('read'), async (client) => {
      for (const text of [
        `set role ${own}`,
        `set session authorization ${own}`,
        `select set_config('role', '${own}', false)`,
        `do $$ begin execute 'set role ${own}'; end $$`,
        'insert into app.orders values (3, 1)',
        'update app.orders set total = 0',
        'delete from app.orders',
        'truncate app.orders',
        'select nextval($$app.numbers$$)',
        'select * from app.orders for update',
        'create table app.mine (id int)',
        'create schema mine',
        'drop view app.totals',
        'alter table app.orders add x int',
        'select app.bump()',
        "copy app.orders to program 'true'",
        'create role other',
      ])
        await expect(client.query(text), text).rejects.toThrow(/permission denied|must be|not permitted/);
      for (const text of ['reset role', 'reset session authorization', 'reset all', 'discard all'])
        await client.query(text);
      expect((await client.query(WHO)).rows).toEqual([{ '?column?': `${guard('read')} ${guard('read')}` }]);
    });
  });

  it('tell when the database refuses what the rules allow', async () => {
    await applied(wanted([READ, WRITE]));
    await wire.publish(RULES(), bundled([READ, WRITE]));
    await lab.sql(`revoke select on app.orders from "postern_${slug}_may_read"`);
    const alex = await world.signIn('alex');
    const { error, auditId } = await alex.run(slug, 'select id from app.orders');
    expect(error).toMatchObject({
      code: 'sql.failed',
      sqlstate: '42501',
      fix: expect.stringContaining(`\`${guard('read')}\``),
    });
    const dana = await wire.client('dana', slug);
    await expect(dana.query('select id from app.orders')).rejects.toMatchObject({
      code: '42501',
      hint: expect.stringContaining(`\`${guard('read', 'write')}\``),
    });
    await expect(dana.query('select 1; select id from app.orders')).rejects.toMatchObject({
      hint: expect.stringContaining('ask an administrator'),
    });
    await dana.end();
    await expect.poll(() => world.received('guard.diverged').length).toBe(3);
    expect(world.received('guard.diverged').find(({ intentId }) => intentId === auditId)).toMatchObject({
      connection: { slug },
      path: 'console',
      relations: ['app.orders'],
      statement: { text: 'select id from app.orders' },
      target: { type: 'database_role', id: guard('read') },
    });

    const drift = await task('roles.scan', wanted([READ, WRITE]));
    expect(drift.plan?.content.changes.map(({ subject, isFromRules }) => [subject, isFromRules])).toEqual([
      [`postern_${slug}_may_read`, true],
    ]);
  });

  it('are held to the rules in every mode, and widen nothing that the manifest manages', async () => {
    const other = lab.role('other');
    await lab.sql(
      `create role ${other}; grant select on app.orders to ${other}; grant usage on schema app to ${other}`,
    );
    const manifest = `roles:\n  - name: ${other}\n`;
    for (const mode of ['authoritative', 'adopt', 'additive']) {
      await applied(wanted([READ], [], mode, manifest));
      // `other` is of the manifest, the schema is not.
      const [held] = await lab.sql(`select has_table_privilege('${other}', 'app.orders', 'select') as held`);
      expect(held, mode).toEqual({ held: true });
      await lab.sql(`grant insert on app.orders to "${guard('read')}"; grant ${other} to "${guard('read')}";
        alter role "${guard('read')}" bypassrls`);
      const plan = await planned(wanted([READ], [], mode, manifest));
      expect(plan.content.changes.map(({ kind }) => kind).sort(), mode).toEqual([
        'alter_role',
        'revoke',
        'revoke_membership',
      ]);
    }
    // In a schema that the manifest manages it rules, as without guard roles.
    const managing = `${manifest}schemas:\n  - name: app\n`;
    const subjects = (await planned(wanted([READ], [], 'authoritative', managing))).content.changes.map(
      ({ kind, subject }) => [kind, subject],
    );
    expect(subjects).toContainEqual(['revoke', other]);
    await applied(wanted([], [READ], 'additive', manifest));
    await lab.sql(`drop owned by ${other}; drop role ${other}`);
  });

  it('reach what is made later, by owners and by people with ddl, whose things outlive their role', async () => {
    const ddl = maskOf(['read', 'ddl']);
    await applied(wanted([READ, ddl]));
    await lab.sql(`set role ${own}; create table app.later (id int); reset role`);
    await asGuard(guard('read', 'ddl'), async (client) => {
      await client.query('create table app.made (id int)');
      await expect(client.query('drop table app.orders')).rejects.toThrow('must be owner');
    });
    await asGuard(guard('read'), async (client) => {
      await client.query('select from app.later');
      await client.query('select from app.made');
    });
    await applied(wanted([READ], [ddl]));
    expect(await lab.sql("select tableowner from pg_tables where tablename = 'made'")).toEqual([
      { tableowner: own },
    ]);
    expect((await planned(wanted([READ], [ddl]))).changeCount).toBe(0);
    await lab.sql('drop table app.made, app.later');
    await applied(wanted([], [READ]));
  });

  it('are made by a login without superuser too, which can not see what passwords are stored', async () => {
    await lab.sql(`alter role ${own} createrole; alter database ${lab.database} owner to ${own}`);
    await world.stopAgent();
    Object.assign(world.config.connections.get(slug) ?? {}, { rolesUrl: lab.urlAs(own, SECRET) });
    await world.start();
    const plan = await applied(wanted([READ]));
    expect(plan.content.obstacles).toEqual([]);
    expect((await planned(wanted([READ]))).changeCount).toBe(0);
    await asGuard(guard('read'), (client) => client.query('select from app.orders'));
    await lab.sql(`alter role "${guard('read')}" password 'another'`);
    const { changes } = (await planned(wanted([READ]))).content;
    expect(changes.map(({ kind, subject }) => [kind, subject])).toEqual([['set_password', guard('read')]]);
    // To let them go takes more, and the plan says so.
    const { obstacles } = (await planned(wanted([], [READ]))).content;
    expect(obstacles.map(({ message }) => message).join()).toContain('may not drop what');
    await lab.sql(`alter role ${own} nocreaterole; alter database ${lab.database} owner to postgres`);
  });

  it('are left out of a manifest that is generated', async () => {
    await applied(wanted([READ]));
    const { manifest } = await task('roles.generate', { suggestProfiles: true });
    expect(manifest).toContain(own);
    expect(manifest).not.toContain(`postern_${slug}_`);
    expect((await planned({ ...wanted([READ]), manifest })).changeCount).toBe(0);
  });
});
