import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAJORS } from './postgres-majors.js';
import { RolesLab } from './roles-fixture.js';

/** The built program, as a team without the control plane uses it. */
describe.each(MAJORS)('postern and role manifests: PostgreSQL %i', (major) => {
  let lab: RolesLab;
  let app: string;
  let reader: string;

  beforeAll(async () => {
    lab = await RolesLab.start(major);
    app = lab.role('app');
    reader = lab.role('reader');
    await lab.sql(
      'create schema shop; create table shop.orders (id int); create view shop.v as select 1 as one',
    );
    await lab.file('roles.yaml', manifest(app, reader));
  });
  afterAll(() => lab.stop());

  it('validates without a database', async () => {
    const { code, stdout, stderr } = await lab.run(['validate'], { DATABASE_URL: '' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('valid: roles.yaml');
    expect(stdout).toMatch(/2 {2}roles/);
  });

  it('names every problem with its place and what to do, before it connects', async () => {
    await lab.file(
      'wrong.yaml',
      'roles:\n  - name: a\n    logn: true\ngrants:\n  - role: a\n    privileges: [EXECUTE]\n    object: { type: table, schema: shop, name: orders }\n',
    );
    for (const command of ['validate', 'diff', 'apply']) {
      const { code, stdout, stderr } = await lab.run([command, '-f', 'wrong.yaml'], {
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^wrong\.yaml:3:\d+: .*`logn`/m);
      expect(stderr).toMatch(/did you mean `login`|→ .*`login`/);
      expect(stderr).toContain('problem');
    }
  });

  it('shows, applies, and is in sync', async () => {
    const planned = await lab.run(['diff', '--exit-code']);
    expect(planned.code).toBe(2);
    expect((await lab.run(['diff', '-o', 'plan.sql'])).stdout).toBe('');
    expect(await readFile(join(lab.dir, 'plan.sql'), 'utf8')).toBe(planned.stdout);
    expect(planned.stdout).toContain(`CREATE ROLE "${reader}"`);
    expect(planned.stdout).toMatch(new RegExp(`GRANT SELECT ON TABLE "shop"\\."orders" TO "${reader}"`));
    expect(planned.stderr).toContain('2 roles to create');
    expect((await lab.run(['diff'])).code).toBe(0);

    const dry = await lab.run(['apply', '--dry-run']);
    expect(dry.code).toBe(0);
    expect(dry.stdout).toBe(planned.stdout);

    const applied = await lab.run(['apply']);
    expect(applied.stderr).toContain('applied');
    expect(applied).toMatchObject({ code: 0, stdout: '' });
    expect(await lab.sql(`select has_table_privilege('${reader}', 'shop.orders', 'select') as yes`)).toEqual([
      { yes: true },
    ]);
    expect(await lab.sql(`select has_table_privilege('${reader}', 'shop.v', 'select') as yes`)).toEqual([
      { yes: false },
    ]);

    const again = await lab.run(['diff', '--exit-code']);
    expect(again).toMatchObject({ code: 0, stdout: '-- in sync: nothing to change\n' });
    expect((await lab.run(['apply'])).stderr).toContain('in sync');
  });

  it('prints a plan for programs, with a digest that apply can be held to', async () => {
    const other = lab.role('json');
    await lab.file('json.yaml', `roles:\n  - name: ${other}\n`);
    const plan = JSON.parse((await lab.run(['diff', '-f', 'json.yaml', '--format', 'json'])).stdout);
    expect(plan).toMatchObject({
      schema_version: 'postern.roles_plan.v1',
      mode: 'authoritative',
      in_sync: false,
      server: { database: lab.database },
    });
    expect(plan.changes[0]).toMatchObject({
      category: 'role',
      destructive: false,
      change: { kind: 'create_role', role: other },
    });
    const refused = await lab.run(['apply', '-f', 'json.yaml', '--digest', 'f'.repeat(64)]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(plan.digest);
    expect((await lab.run(['apply', '-f', 'json.yaml', '--digest', plan.digest])).code).toBe(0);
  });

  it('sets passwords that it never shows, and finds them unchanged', async () => {
    const user = lab.role('user');
    await lab.file(
      'password.yaml',
      `roles:\n  - name: ${user}\n    login: true\n    password: { from_env: USER_PASSWORD }\n`,
    );
    const missing = await lab.run(['diff', '-f', 'password.yaml']);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain('`USER_PASSWORD`');
    const env = { USER_PASSWORD: 'corr\u00e9ct horse' };
    const outputs = [
      await lab.run(['diff', '-f', 'password.yaml'], env),
      await lab.run(['diff', '-f', 'password.yaml', '--format', 'json'], env),
      await lab.run(['apply', '-f', 'password.yaml'], env),
    ];
    for (const { code, stdout, stderr } of outputs) {
      expect(code).toBe(0);
      expect(stdout + stderr).not.toMatch(/horse|SCRAM-SHA-256\$/);
    }
    expect((await lab.run(['diff', '-f', 'password.yaml', '--exit-code'], env)).code).toBe(0);
    expect(
      (await lab.run(['diff', '-f', 'password.yaml', '--exit-code'], { USER_PASSWORD: 'new' })).code,
    ).toBe(2);
    const inspected = await lab.run(['inspect', '-f', 'roles.yaml'], {
      DATABASE_URL: lab.urlAs(user, env.USER_PASSWORD),
    });
    expect(inspected.code).toBe(0);
  });

  it('reads bundles, and says which document asks for what', async () => {
    const mine = lab.role('mine');
    await lab.file('bundle.yaml', 'sources: [{ file: people.yaml }, { file: rights.yaml }]\n');
    await lab.file(
      'people.yaml',
      `policy: { name: people }\nscope: { roles: [${mine}] }\nroles: [{ name: ${mine} }]\n`,
    );
    await lab.file(
      'rights.yaml',
      `scope: { schemas: [{ name: shop, facets: [bindings] }] }\ngrants: [{ role: ${mine}, privileges: [USAGE], object: { type: schema, name: shop } }]\n`,
    );
    const valid = await lab.run(['validate', '--bundle', 'bundle.yaml']);
    expect(valid.stdout).toMatch(/2 {2}documents/);
    const mode = ['--mode', 'adopt'];
    const plan = JSON.parse(
      (await lab.run(['diff', '--bundle', 'bundle.yaml', '--format', 'json', ...mode])).stdout,
    );
    expect(plan.changes.map(({ owner }: { owner: { document: string } }) => owner.document)).toEqual([
      'people',
      'rights.yaml',
    ]);
    expect(plan.managed_scope.roles).toEqual([mine]);
    expect((await lab.run(['apply', '--bundle', 'bundle.yaml', ...mode])).code).toBe(0);
    expect((await lab.run(['diff', '--bundle', 'bundle.yaml', '--exit-code', ...mode])).code).toBe(0);
    await lab.file('rights.yaml', `roles: [{ name: ${mine} }]\n`);
    const conflict = await lab.run(['validate', '--bundle', 'bundle.yaml']);
    expect(conflict.code).toBe(1);
    expect(conflict.stderr).toMatch(/people/);
    await lab.file('bundle.yaml', 'sources: [{ file: absent.yaml }]\n');
    expect((await lab.run(['validate', '--bundle', 'bundle.yaml'])).stderr).toContain('absent.yaml');
  });

  it('inspects all of a database and what a manifest manages', async () => {
    const all = await lab.run(['inspect']);
    expect(all.code).toBe(0);
    expect(all.stdout).toContain('schemas (');
    expect(all.stdout).toMatch(/PUBLIC, for information/);
    expect(all.stdout).toContain('database ');
    const managed = JSON.parse((await lab.run(['inspect', '-f', 'roles.yaml', '--format', 'json'])).stdout);
    expect(managed.roles.map(({ name }: { name: string }) => name).sort()).toEqual([app, reader].sort());
    expect(managed.memberships).toEqual([
      { group: reader, member: app, admin: false, inherit: true, set: true },
    ]);
    expect(managed.schemas.map(({ name }: { name: string }) => name)).toEqual(['shop']);
  });

  it.each([
    [['diff', '-f', 'a', '--bundle', 'b'], 'exclude each other'],
    [['diff', '--mode', 'some'], 'mode'],
    [['diff', '--format', 'xml'], 'format'],
    [['apply', '--lock-timeout', 'soon'], 'seconds'],
    [['generate', '--suggest-min-schemas', '3'], '--suggest-profiles'],
    [['graph', 'nothing'], 'desired'],
    [['graph', 'current', '--scope', 'managed'], 'manifest'],
    [['validate', '--wrong'], 'unknown option'],
  ])('refuses wrong usage: %j', async (args, text) => {
    const { code, stdout, stderr } = await lab.run(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(text);
  });

  it('says which database is missing, and which can not be reached', async () => {
    const none = await lab.run(['diff'], { DATABASE_URL: '' });
    expect(none.code).toBe(64);
    expect(none.stderr).toContain('DATABASE_URL');
    const closed = await lab.run(['diff'], { DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/shop' });
    expect(closed.code).toBe(1);
    expect(closed.stderr).toContain('nothing listens there');
    expect(closed.stderr).not.toContain('secret');
    const absent = await lab.run(['diff', '-f', 'none.yaml']);
    expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('`none.yaml`') });
  });

  it('is a program of its own as well: exit codes, streams, standard input', async () => {
    const role = lab.role('spawned');
    await lab.file('spawned.yaml', `roles:\n  - name: ${role}\n`);
    const differs = await lab.spawn(['diff', '-f', 'spawned.yaml', '--exit-code']);
    expect(differs).toMatchObject({ code: 2, stdout: expect.stringMatching(/^CREATE ROLE .*;\n$/) });
    expect(differs.stderr).toContain('1 role to create');
    expect(await lab.spawn(['validate', '-f', '-'], {}, 'roles: [{ name: a }]')).toMatchObject({ code: 0 });
    expect(await lab.spawn(['apply', '-f', 'spawned.yaml'])).toMatchObject({ code: 0, stdout: '' });
    expect(await lab.spawn(['diff', '-f', 'spawned.yaml', '--exit-code'])).toMatchObject({ code: 0 });
    expect((await lab.spawn(['validate', '--wrong'])).code).toBe(64);
    expect((await lab.spawn(['no-such-command'])).code).toBe(64);
    expect((await lab.spawn(['validate', '-f', 'wrong.yaml'])).code).toBe(1);
    const help = await lab.spawn(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of [
      'agent',
      'enrol',
      'check',
      'validate',
      'diff',
      'apply',
      'inspect',
      'generate',
      'graph',
    ])
      expect(help.stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it.each(['validate', 'diff', 'apply', 'inspect', 'generate', 'graph'])(
    'shows examples of %s',
    async (command) => {
      const { code, stdout } = await lab.run([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Examples?:\\n  postern ${command} `, 'm'));
    },
  );

  it('colours for people only', async () => {
    const plain = await lab.run(['validate']);
    expect(plain.stdout).not.toContain('\u001b');
    const coloured = await lab.run(['validate'], { FORCE_COLOR: '1' });
    expect(coloured.stdout).toContain('\u001b[32mvalid');
  });
});

const manifest = (app: string, reader: string): string => `
roles:
  - name: ${app}
    login: true
  - name: ${reader}
grants:
  - role: ${reader}
    privileges: [USAGE]
    object: { type: schema, name: shop }
  - role: ${reader}
    privileges: [SELECT]
    object: { type: table, schema: shop, name: "*" }
memberships:
  - role: ${reader}
    members: [{ name: ${app} }]
`;
