import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, type Browser, rule, until, World } from './fixture.js';

const PASSWORD = 'only-in-tests';

/** One login for the agent, one that is nobody's business of Postern's. */
const schemaFor = (login: string, other: string) => `
  create extension pg_stat_statements;
  create role ${login} login password '${PASSWORD}';
  create role ${other} login password '${PASSWORD}';
  create table orders (id int primary key, secret text);
  insert into orders select g, 'x' from generate_series(1, 10) g;
  grant select, delete on orders to ${login}, ${other};
  grant pg_read_all_stats to ${login};`;

describe('what a database says of itself', () => {
  const login = uniqueName('agent_login').toLowerCase();
  const other = uniqueName('native_login').toLowerCase();
  let world: World;
  let superuser: string;
  let alex: Browser;

  const urlOf = (user: string) => {
    const url = new URL(superuser);
    url.username = user;
    url.password = PASSWORD;
    return url.href;
  };
  const connect = async (user: string, application: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: urlOf(user), application_name: application });
    await client.connect();
    return client;
  };
  const look = async () => {
    world.plane.evidence.length = 0;
    await world.agent.evidence.look();
    return world.plane.evidence[0];
  };

  beforeAll(async () => {
    const server = await testServer();
    superuser = await createDatabase(server, uniqueName('evidence'));
    await asSuperuser(superuser, schemaFor(login, other));
    world = await World.create({ shop: urlOf(login) });
    await world.publish([rule('shop', ['read', 'write'], 'user:alex@acme.example')]);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    alex = await world.signIn('alex');
    await world.agent.evidence.look(); // what the next ones count from
  });
  afterAll(async () => {
    await world.stop();
    await asSuperuser(superuser, `drop owned by ${login}, ${other}; drop role ${login}; drop role ${other};`);
  });

  it('counts what the agent carried and nothing of its own work', async () => {
    expect((await alex.run('shop', 'select count(*) from orders where id > 3', 'tab-1')).status).toBe(200);
    const evidence = await look();
    expect(evidence).toMatchObject({ slug: 'shop', login, sessions: [], cut: false });
    expect(evidence?.sources.map(({ name, status }) => [name, status])).toEqual([
      ['pg_stat_activity', 'read'],
      ['pg_stat_statements', 'read'],
      ['csvlog', 'unreadable'],
    ]);
    expect(evidence?.statements).toMatchObject([{ login, kind: 'SELECT', relations: ['orders'], calls: 1 }]);
  });

  it('tells of a session and statements behind its back, without their texts', async () => {
    const client = await connect(login, 'psql');
    await client.query("delete from orders where secret = 'very-secret-value' and id = 1");
    await client.query('delete from orders where id = 2');
    const evidence = await look();
    await client.end();
    expect(evidence?.sessions).toMatchObject([{ login, application: 'psql' }]);
    expect(evidence?.statements).toHaveLength(2);
    expect(evidence?.statements).toContainEqual(
      expect.objectContaining({ login, kind: 'DELETE', relations: ['orders'], calls: 1 }),
    );
    expect(JSON.stringify(evidence)).not.toContain('very-secret-value');
  });

  it('counts a statement under a false mark too', async () => {
    const client = await connect(login, 'postern:alex@acme.example');
    await client.query('delete from orders where id = 3');
    await client.end();
    const evidence = await look();
    expect(evidence?.sessions).toEqual([]);
    expect(evidence?.statements).toMatchObject([{ kind: 'DELETE', calls: 1 }]);
  });

  it('names other logins with no more than a number', async () => {
    const client = await connect(other, 'app');
    await client.query('select * from orders');
    await client.end();
    const evidence = await look();
    expect(evidence?.others).toContainEqual({ login: other, calls: 1 });
    expect(evidence?.statements.filter((row) => row.login === other)).toEqual([]);
  });

  it('is silent when nothing happened, and begins anew after a reset of the counters', async () => {
    await look();
    const silent = await look();
    expect(silent?.statements ?? []).toEqual([]);
    await asSuperuser(superuser, 'select pg_stat_statements_reset()');
    const client = await connect(login, 'psql');
    await client.query('delete from orders where id = 4');
    await client.end();
    expect((await look())?.statements).toMatchObject([{ kind: 'DELETE', calls: 1 }]);
  });

  it('says what cannot be read', async () => {
    await asSuperuser(superuser, 'drop extension pg_stat_statements');
    const client = await connect(login, 'psql');
    const evidence = await look();
    await client.end();
    expect(evidence?.sources[1]).toMatchObject({
      status: 'unreadable',
      detail: expect.stringContaining('create extension pg_stat_statements'),
    });
    expect(evidence?.sessions).toHaveLength(1);
  });
});
