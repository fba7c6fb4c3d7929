import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresServer } from '@postern/infra/postgres';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { WireWorld } from './wire-fixture.js';

/** PostgreSQL's own programs through the whole agent, as people use them. */
const SCHEMA = `
  create table item (id int primary key, name text not null, price numeric(10, 2));
  insert into item select i, 'item ' || i, i / 4.0 from generate_series(1, 300) i;
  create view cheap as select * from item where price < 10;
  create function tax(amount numeric) returns numeric language sql immutable as 'select amount * 0.2';
  create table loaded (id int, note text);`;

const rules = [
  rule('shop', ['read'], 'user:alex@acme.example'),
  rule('shop', ['read', 'write', 'export'], 'user:sam@acme.example'),
  rule('shop', ['read', 'write', 'ddl', 'admin', 'explain', 'execute', 'export'], 'user:dana@acme.example'),
];
const connections = [connection('shop', { rowCap: 1_000 })];

describe('PostgreSQL’s own programs', () => {
  let server: PostgresServer;
  let url: string;
  let wire: WireWorld;
  let dir: string;

  beforeAll(async () => {
    server = await testServer();
    url = await createDatabase(server, uniqueName('programs'));
    await asSuperuser(url, SCHEMA);
    dir = await mkdtemp(join(tmpdir(), 'postern-wire-'));
    wire = await WireWorld.create({ shop: url });
    await wire.publish(rules, { connections });
    await wire.world.start();
    await until(() => wire.world.agent.policy.state === 'ok');
  });
  afterAll(async () => {
    await wire.stop();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  describe('psql', () => {
    it('shows what a reader may see, its own commands included', async () => {
      const commands = [
        '\\d',
        '\\d item',
        '\\dt+',
        '\\df',
        '\\dn',
        '\\du',
        '\\dv+ cheap',
        '\\sf tax',
        '\\dp',
      ];
      const { code, stdout, stderr } = await wire.psql('alex', commands.join('\n'), '-v', 'ON_ERROR_STOP=1');
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toContain('public|item|table');
      expect(stdout).toContain('price|numeric(10,2)');
      expect(stdout).toContain('CREATE OR REPLACE FUNCTION public.tax');
    });

    it('runs a script, whole and statement by statement', async () => {
      const script = `begin;\nselect count(*) from item;\n\\echo between\nselect 1 as a \\gset\nselect :a + 1;\ncommit;`;
      expect(await wire.psql('alex', script)).toMatchObject({ code: 0, stdout: '300\nbetween\n2\n' });
      const together = await wire.psql('alex', '', '-c', 'select 1; select 2; select 3');
      expect(together).toMatchObject({ code: 0, stdout: '1\n2\n3\n' });
      const single = await wire.psql('alex', 'select 7;\nselect 8;', '-1');
      expect(single).toMatchObject({ code: 0, stdout: '7\n8\n' });
    });

    it('points at what is refused', async () => {
      const { stdout, stderr } = await wire.psql('alex', 'select 1;\ndelete from item;\nselect 2;');
      expect(stdout).toBe('1\n2\n');
      expect(stderr).toContain('ERROR:');
      expect(stderr).toContain('`write`');
      expect(stderr).toMatch(/LINE 1: delete from item;\n\s*\^/);
      const verbose = await wire.psql('alex', '\\set VERBOSITY verbose\ndelete from item;');
      expect(verbose.stderr).toContain('ERROR:  42501:');
      const syntax = await wire.psql('alex', 'select * form item;');
      expect(syntax.stderr).toMatch(/syntax error[^\n]*\nLINE 1: select \* form item;\n\s*\^/);
      expect(await asSuperuser(url, 'select count(*) from item')).toEqual([['300']]);
    });

    it('refuses a batch as a whole', async () => {
      const { code, stdout } = await wire.psql('alex', '', '-c', 'select 1; delete from item; select 2');
      expect([code, stdout]).toEqual([1, '']);
    });

    it('copies out and in with the permissions for it', async () => {
      const file = join(dir, 'items.csv');
      const out = await wire.psql('sam', `\\copy item to '${file}' csv`);
      expect(out).toMatchObject({ code: 0, stderr: '' });
      expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(301);
      await writeFile(
        file,
        Array.from({ length: 20_000 }, (_, index) => `${index},note ${index}\n`).join(''),
      );
      expect(await wire.psql('sam', `\\copy loaded from '${file}' csv`)).toMatchObject({
        code: 0,
        stderr: '',
      });
      expect(await asSuperuser(url, 'select count(*), max(id) from loaded')).toEqual([['20000', '19999']]);
      const refusedOut = await wire.psql('alex', `\\copy item to '${file}' csv`);
      expect(refusedOut.stderr).toContain('`export`');
      const refusedIn = await wire.psql('alex', `\\copy loaded from '${file}' csv`);
      expect(refusedIn.stderr).toContain('`write`');
      const bad = await wire.psql(
        'sam',
        'copy loaded from stdin;\nnot a number\tx\n\\.\nselect count(*) from loaded;',
      );
      expect(bad.stderr).toContain('invalid input syntax for type integer');
      expect(bad.stdout).toBe('20000\n');
    });

    it('copies in without the permission to export, whose statements are sent one by one', async () => {
      await wire.publish(
        rules.map((one, index) =>
          index === 1 ? rule('shop', ['read', 'write'], 'user:sam@acme.example') : one,
        ),
      );
      const script =
        'copy loaded from stdin;\n-1\tone\n-1\ttwo\n\\.\nselect count(*) from loaded where id = -1;';
      const both = `${script}\ncopy loaded from stdin; select 7;\n-1\tthree\n\\.\n`;
      expect(await wire.psql('sam', both)).toEqual({ code: 0, stdout: '2\n7\n', stderr: '' });
      const bad = await wire.psql('sam', 'copy loaded from stdin;\nx\ty\n\\.\nselect 8;');
      expect(bad.stderr).toContain('invalid input syntax for type integer');
      expect(bad.stdout).toBe('8\n');
      await wire.publish(rules, { connections });
    });

    it('fetches through a cursor', async () => {
      const { stdout, stderr } = await wire.psql(
        'alex',
        'select id from item order by id;',
        '-v',
        'FETCH_COUNT=37',
      );
      expect(stderr).toBe('');
      expect(stdout.trim().split('\n')).toEqual(Array.from({ length: 300 }, (_, index) => String(index + 1)));
    });

    it('gets notices, and is told of notifications', async () => {
      const script = `do $$ begin raise notice 'hello'; end $$;\nlisten news;\nnotify news, 'paper';\nselect 1;`;
      const { stdout, stderr } = await wire.psql('dana', script);
      expect(stderr).toContain('NOTICE:  hello');
      expect(stdout).toContain('Asynchronous notification "news" with payload "paper" received');
    });
  });

  it('pgbench runs in each of its modes', { timeout: 180_000 }, async () => {
    await asSuperuser(
      url,
      `create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84));
       insert into pgbench_accounts select i, 1, 0, '' from generate_series(1, 1000) i;
       create table pgbench_branches (bid int primary key, bbalance int, filler char(88));
       insert into pgbench_branches values (1, 0, '');
       create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84));
       insert into pgbench_tellers select i, 1, 0, '' from generate_series(1, 10) i;
       create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))`,
    );
    for (const mode of ['simple', 'extended', 'prepared']) {
      const args = ['-n', '-c', '4', '-t', '10', '-M', mode, '-s', '1'];
      const both = await wire.program('pgbench', args, 'sam');
      expect(both.stdout, both.stderr).toContain('number of transactions actually processed: 40/40');
      const select = await wire.program('pgbench', [...args, '-S'], 'alex');
      expect(select.stdout, select.stderr).toContain('number of transactions actually processed: 40/40');
      const refused = await wire.program('pgbench', args, 'alex');
      expect(refused.stderr).toContain('`write`');
    }
    expect(await asSuperuser(url, 'select count(*) from pgbench_history')).toEqual([['120']]);
    const pipelined = join(dir, 'pipeline.sql');
    await writeFile(
      pipelined,
      '\\startpipeline\nselect 1;\nselect abalance from pgbench_accounts where aid = 5;\nselect 2;\n\\endpipeline\n',
    );
    const args = ['-n', '-c', '2', '-t', '10', '-M', 'prepared', '-s', '1', '-f', pipelined];
    const pipelines = await wire.program('pgbench', args, 'alex');
    expect(pipelines.stdout, pipelines.stderr).toContain('number of transactions actually processed: 20/20');
  });
});
