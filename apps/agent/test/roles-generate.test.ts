import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply } from '../src/roles-cli/apply.js';
import { MAJORS } from './postgres-majors.js';
import { RolesLab } from './roles-fixture.js';

/** A server of its own: `generate` writes down all roles of a cluster, and those of other tests come and go. */
describe.each(MAJORS)('from a database to a manifest and pictures: PostgreSQL %i', (major) => {
  let lab: RolesLab;

  beforeAll(async () => {
    lab = await RolesLab.start(major, true);
    await lab.sql(SETUP);
  });
  afterAll(() => lab.stop());

  it('generates a manifest that changes nothing, the same bytes each time', async () => {
    const first = await lab.run(['generate']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect((await lab.run(['generate', '--output', 'generated.yaml'])).stdout).toBe('');
    expect(await readFile(join(lab.dir, 'generated.yaml'), 'utf8')).toBe(first.stdout);
    expect(first.stdout).not.toMatch(/secret|SCRAM|password:/);
    const diff = await lab.run(['diff', '-f', 'generated.yaml', '--exit-code']);
    expect(diff).toMatchObject({ code: 0, stdout: '-- in sync: nothing to change\n' });
  });

  it.runIf(major === 18)(
    'says what all tables have once when there are too many grants',
    { timeout: 120_000 },
    async () => {
      const group = lab.role('many');
      await lab.sql(`
      create schema wide;
      do $$ begin
        for i in 1 .. 260 loop execute format('create table wide.t%s (id int)', i); end loop;
        for i in 1 .. 200 loop
          execute format('create role %I', '${group}' || i);
          execute format('grant select, insert on all tables in schema wide to %I', '${group}' || i);
        end loop;
        grant update on wide.t7 to ${group}3; revoke insert on wide.t9 from ${group}5;
      end $$`);
      try {
        const { code, stderr } = await lab.run(['generate', '-o', 'wide.yaml']);
        expect({ code, stderr }).toMatchObject({
          code: 0,
          stderr: expect.stringContaining('grants are written as'),
        });
        const text = await readFile(join(lab.dir, 'wide.yaml'), 'utf8');
        expect(text.length).toBeLessThan(200_000);
        const diff = await lab.run(['diff', '-f', 'wide.yaml', '--exit-code']);
        expect(diff).toMatchObject({ code: 0, stdout: '-- in sync: nothing to change\n' });
      } finally {
        await lab.sql(`do $$ begin
        drop schema wide cascade;
        for i in 1 .. 200 loop execute format('drop role %I', '${group}' || i); end loop;
      end $$`);
      }
    },
  );

  it('suggests profiles that mean exactly the same', async () => {
    const { code, stderr } = await lab.run(['generate', '--suggest-profiles', '-o', 'profiles.yaml']);
    expect(code).toBe(0);
    expect(stderr).toContain('1 profile suggested:\n  reader, of 2 schemas: billing, orders');
    expect(stderr).toMatch(/left as it is \(.*\): .*analyst/);
    expect(await readFile(join(lab.dir, 'profiles.yaml'), 'utf8')).toContain('profiles:');
    const diff = await lab.run(['diff', '-f', 'profiles.yaml', '--exit-code']);
    expect(diff).toMatchObject({ code: 0, stdout: '-- in sync: nothing to change\n' });
  });

  it('draws what is wanted and what is there', async () => {
    await lab.run(['generate', '-o', 'graph.yaml']);
    for (const [format, text] of [
      ['tree', 'analyst'],
      ['dot', 'digraph'],
      ['mermaid', 'graph LR'],
      ['json', '"nodes"'],
    ] as const) {
      const desired = await lab.run(['graph', 'desired', '-f', 'graph.yaml', '--format', format], {
        DATABASE_URL: '',
      });
      const current = await lab.run(['graph', 'current', '--format', format]);
      const managed = await lab.run([
        'graph',
        'current',
        '--scope',
        'managed',
        '-f',
        'graph.yaml',
        '--format',
        format,
      ]);
      for (const { code, stdout } of [desired, current, managed]) {
        expect(code).toBe(0);
        expect(stdout).toContain(text);
        expect(stdout).toContain('orders-reader');
      }
    }
    await lab.run(['graph', 'current', '-o', 'graph.txt']);
    expect(await readFile(join(lab.dir, 'graph.txt'), 'utf8')).toContain('analyst');
  });

  it('asks on a terminal before anything is taken away, and takes no for an answer', async () => {
    const file = join(
      lab.dir,
      await lab.file(
        'less.yaml',
        'roles: [{ name: analyst, login: true }]\ngrants: []\nschemas: [{ name: orders }]\n',
      ),
    );
    const answer = async (text: string) => {
      const stdin = Object.assign(new PassThrough(), { isTTY: true });
      const stderr = Object.assign(new PassThrough(), { isTTY: true });
      const stdout = new PassThrough();
      let shown = '';
      stderr.on('data', (chunk: Buffer) => {
        shown += chunk.toString('utf8');
        if (shown.includes('type yes') && stdin.writable) stdin.end(`${text}\n`);
      });
      const code = await apply(
        {
          file,
          mode: 'authoritative',
          format: 'sql',
          dryRun: false,
          yes: false,
          statementTimeout: 0,
          lockTimeout: 0,
        },
        { stdin, stdout, stderr, env: { DATABASE_URL: lab.url, NO_COLOR: '1' } },
      );
      return { code, shown };
    };
    const no = await answer('no');
    expect(no.code).toBe(1);
    expect(no.shown).toMatch(/less access: .*analyst/);
    expect(no.shown).toContain('nothing was changed');
    const can = `select has_table_privilege('analyst', 'orders.t', 'insert') as yes`;
    expect(await lab.sql(can)).toEqual([{ yes: true }]);
    const yes = await answer('yes');
    expect(yes.code).toBe(0);
    expect(yes.shown).toContain('applied');
    expect(await lab.sql(can)).toEqual([{ yes: false }]);
  });
});

const SETUP = `
create schema orders; create schema billing;
create table orders.t (id int, card text); create table billing.t (id int);
create view orders.v as select 1 as one; create procedure orders.p(int) language sql as 'select 1';
create type orders.mood as enum ('good');
create role "orders-reader"; create role "billing-reader";
create role analyst login password 'secret' connection limit 3 valid until '2040-01-01' ;
create role owner_of_some; create table orders.owned (id int); alter table orders.owned owner to owner_of_some;
grant usage on schema orders to "orders-reader"; grant select on orders.t to "orders-reader";
grant usage on schema billing to "billing-reader"; grant select on billing.t to "billing-reader";
grant select on orders.owned to "orders-reader";
grant "orders-reader" to analyst with admin option;
grant insert on orders.t to analyst with grant option; grant update (card) on orders.t to analyst;
grant usage on schema orders to analyst;
revoke delete on orders.owned from owner_of_some;
alter default privileges in schema orders grant select on tables to analyst;
alter default privileges revoke execute on functions from public;
alter role analyst set statement_timeout = '5s';
alter table orders.t enable row level security;
create policy own on orders.t to analyst using (card = current_user);
`;
