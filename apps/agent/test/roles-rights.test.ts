import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAJORS } from './postgres-majors.js';
import { RolesLab } from './roles-fixture.js';

/** Managed services have no superuser. A server of its own, because providers are told by roles of the cluster. */
describe.each(MAJORS)('roles that are not superusers: PostgreSQL %i', (major) => {
  let lab: RolesLab;
  let manager: string;
  let asManager: { DATABASE_URL: string };

  beforeAll(async () => {
    lab = await RolesLab.start(major, true);
    manager = lab.role('manager');
    asManager = { DATABASE_URL: lab.urlAs(manager, 'x') };
    await lab.sql(
      `create role ${manager} login createrole password 'x'; grant create on database ${lab.database} to ${manager}`,
    );
  });
  afterAll(() => lab.stop());

  it('manage what they may, and it converges', async () => {
    const reader = lab.role('reader');
    const app = lab.role('app');
    await lab.file(
      'managed.yaml',
      `
schemas:
  - { name: made, owner: ${manager} }
roles:
  - { name: ${reader} }
  - { name: ${app}, login: true, password: { from_env: APP_PASSWORD } }
grants:
  - role: ${reader}
    privileges: [USAGE]
    object: { type: schema, name: made }
memberships:
  - role: ${reader}
    members: [{ name: ${app} }]
`,
    );
    const env = { ...asManager, APP_PASSWORD: 'secret word' };
    const applied = await lab.run(['apply', '-f', 'managed.yaml'], env);
    expect(applied.stderr).toContain('applied');
    expect(applied.code).toBe(0);
    // The stored password can't be read, so that it is set each time and is no drift.
    const again = await lab.run(['diff', '-f', 'managed.yaml', '--exit-code'], env);
    expect(again.stderr).toContain('1 change');
    expect(again.stdout).toBe(`ALTER ROLE "${app}" PASSWORD '[REDACTED]';\n`);
    expect(again.code).toBe(0);
    expect((await lab.run(['apply', '-f', 'managed.yaml'], env)).code).toBe(0);
    // Whoever made a role keeps ADMIN on it, though the manifest doesn't list it.
    expect((await lab.run(['diff', '-f', 'managed.yaml'])).stdout).not.toContain(manager);
  });

  it('are told what they may not, all at once', async () => {
    const other = lab.role('other');
    await lab.sql(`create role ${other} createdb; create schema theirs; create table theirs.t ()`);
    await lab.file(
      'refused.yaml',
      `
schemas:
  - { name: theirs, owner: ${manager} }
roles:
  - { name: ${other}, login: true, bypassrls: true, config: { work_mem: 8MB } }
  - { name: ${lab.role('maker')}, createdb: true, replication: true }
grants:
  - role: ${other}
    privileges: [SELECT]
    object: { type: table, schema: theirs, name: t }
memberships:
  - role: ${other}
    members: [{ name: ${manager} }]
`,
    );
    const { code, stderr } = await lab.run(['apply', '-f', 'refused.yaml'], asManager);
    expect(code).toBe(1);
    const always = [
      `give \`${other}\` BYPASSRLS`,
      'REPLICATION',
      'grant SELECT on table `theirs.t`',
      'give schema `theirs`',
    ];
    // Before 16 CREATEROLE was enough for every role that is no superuser.
    const since16 = [
      `alter role \`${other}\``,
      `change settings of role \`${other}\``,
      `change who is in \`${other}\``,
      'CREATEDB\n    → give itself CREATEDB first',
    ];
    const told = (text: string) => stderr.includes(text);
    expect(always.filter(told)).toEqual(always);
    expect(since16.filter(told)).toEqual(major >= 16 ? since16 : []);
  });

  it.each([
    ['Amazon RDS', 'rds_superuser', ''],
    [
      'Amazon Aurora',
      'rds_superuser',
      'create function public.aurora_version() returns text language sql as $$ select 1::text $$',
    ],
    ['AlloyDB', 'alloydbsuperuser', 'create role cloudsqlsuperuser'],
    ['Cloud SQL', 'cloudsqlsuperuser', ''],
    ['Azure Database', 'azure_pg_admin', ''],
  ])('on %s are told what nobody has there', async (provider, admin, more) => {
    const role = lab.role('boss');
    await lab.file('super.yaml', `roles:\n  - { name: ${role}, superuser: true, replication: true }\n`);
    await lab.sql(`create role ${admin}; ${more}`);
    try {
      const { code, stderr } = await lab
        .run(['diff', '-f', 'super.yaml', '--format', 'summary'], asManager)
        .then((ran) => ({
          ...ran,
          stderr: ran.stderr + ran.stdout,
        }));
      expect(code).toBe(0);
      expect(stderr).toContain(`, ${provider})`);
      expect(stderr).toContain(`${provider} has no superusers`);
      expect(stderr).toContain(`a member of \`${admin}\``);
      expect(stderr).toContain('REPLICATION');
    } finally {
      await lab.sql(
        `drop role ${admin}; drop role if exists cloudsqlsuperuser; drop function if exists public.aurora_version()`,
      );
    }
  });
});
