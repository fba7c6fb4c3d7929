import { hasPostgres } from '@postern/infra/postgres-binaries';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, rule, until } from './fixture.js';
import { WireWorld } from './wire-fixture.js';

const SCHEMA = `
  create table item (id int primary key, name text not null);
  insert into item values (1, 'one'), (2, 'two');
  create view cheap as select * from item;
  create function twice(n int) returns int language sql as 'select n * 2';`;

// pg_dump reads no server that is newer than itself, and Debian's is of 15.
describe.runIf(hasPostgres(15))('pg_dump', () => {
  let wire: WireWorld;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const server = await testServer({ major: 15 });
    stop = server.stop;
    const url = await createDatabase(server, uniqueName('dump'));
    await asSuperuser(url, SCHEMA);
    wire = await WireWorld.create({ shop: url });
    await wire.publish([
      rule('shop', ['read', 'admin', 'execute', 'export'], 'user:dana@acme.example'),
      rule('shop', ['read', 'export'], 'user:alex@acme.example'),
    ]);
    await wire.world.start();
    await until(() => wire.world.agent.policy.state === 'ok');
  });
  afterAll(async () => {
    await wire.stop();
    await stop();
  });

  it('dumps for whoever may read, export, run code and lift row security', async () => {
    const { code, stdout, stderr } = await wire.program('pg_dump', [], 'dana');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('CREATE VIEW public.cheap');
    expect(stdout).toMatch(/COPY public\.item \(id, name\) FROM stdin;\n1\tone\n2\ttwo\n/);
  });

  it('says what is missing to anybody else', async () => {
    const { code, stderr } = await wire.program('pg_dump', [], 'alex');
    expect(code).toBe(1);
    expect(stderr).toContain('row_security');
    expect(stderr).toContain('admin');
  });
});
