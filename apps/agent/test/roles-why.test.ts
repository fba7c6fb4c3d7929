import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RolesLab } from './roles-fixture.js';

const ID = (n: number) => `0197f000-0000-7000-8000-00000000000${n}`;

describe('where differences come from', () => {
  let lab: RolesLab;
  let intern: string;
  let ghost: string;
  beforeAll(async () => {
    lab = await RolesLab.start(18, true);
    intern = lab.role('intern');
    ghost = lab.role('ghost');
    await lab.sql(`
      create schema app; create table app.orders (id int); create role ${intern}; create role ${ghost};
      grant select on app.orders to ${intern}; grant insert on app.orders to ${ghost}`);
    await lab.file(
      'now.yaml',
      `roles: [{ name: ${intern} }, { name: ${ghost} }]\nschemas: [{ name: app }]\n`,
    );
  });
  afterAll(() => lab.stop());

  const events = (slug = 'shop') => [
    event(1, 'statement.decided', slug, {
      decision: 'allowed',
      statement: { text: `GRANT SELECT ON app.orders TO ${intern}` },
    }),
    event(2, 'statement.finished', slug, { intentId: ID(1), outcome: { status: 'succeeded' } }),
    event(3, 'statement.decided', slug, {
      decision: 'denied',
      statement: { text: `GRANT INSERT ON app.orders TO ${ghost}` },
    }),
    event(4, 'statement.decided', slug, {
      decision: 'allowed',
      statement: { text: `GRANT INSERT ON app.orders TO ${ghost}` },
    }),
    event(5, 'statement.finished', slug, { intentId: ID(4), outcome: { status: 'failed' } }),
  ];
  const event = (n: number, kind: string, slug: string, rest: object) => ({
    id: ID(n),
    at: new Date(Date.now() + n).toISOString(),
    kind,
    actor: { type: 'user', id: 'u1', label: 'ann@shop.example' },
    connection: { id: 'c1', slug },
    ...rest,
  });
  const write = (name: string, list: readonly object[]) =>
    writeFileSync(join(lab.dir, name), list.map((each) => `${JSON.stringify(each)}\n`).join(''));

  it('is told by the audit trail: who, when and which statement, or that it was nobody it knows', async () => {
    write('audit.jsonl', events());
    const { stdout, code } = await lab.run([
      'diff',
      '-f',
      'now.yaml',
      '--why',
      '--evidence',
      'audit.jsonl',
      '--format',
      'summary',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`ann@shop.example, 20\\S+ \\S+ UTC: GRANT SELECT ON app.orders TO ${intern}: ${intern}`),
    );
    expect(stdout).toContain(`outside Postern, granted by postgres: ${ghost}`);
  });

  it('is in the JSON of each change', async () => {
    write('audit.jsonl', events());
    const plan = await lab.run([
      'diff',
      '-f',
      'now.yaml',
      '--why',
      '--evidence',
      'audit.jsonl',
      '--format',
      'json',
    ]);
    const { changes } = JSON.parse(plan.stdout);
    expect(
      changes.map((each: { attribution: { cause: string }[] }) => each.attribution.map(({ cause }) => cause)),
    ).toEqual([['outside'], ['statement']]);
  });

  it('is the manifest where the one before did not ask for it', async () => {
    await lab.file(
      'before.yaml',
      `roles: [{ name: ${intern} }, { name: ${ghost} }]
schemas: [{ name: app }]
grants: [{ role: ${intern}, privileges: [SELECT], object: { type: table, schema: app, name: orders } }]
`,
    );
    const { stdout } = await lab.run([
      'diff',
      '-f',
      'now.yaml',
      '--why',
      '--previous',
      'before.yaml',
      '--format',
      'summary',
    ]);
    expect(stdout).toContain(`the manifest has changed: ${intern}`);
    expect(stdout).toContain(`not known, granted by postgres: ${ghost}`);
  });

  it('refuses evidence that it can not read, and asks which connection is meant', async () => {
    const why = (...more: string[]) => lab.run(['diff', '-f', 'now.yaml', ...more]);
    expect(await why('--evidence', 'audit.jsonl')).toMatchObject({ code: 64 });
    expect((await why('--why', '--evidence', 'none.jsonl')).stderr).toContain(
      'can not read `none.jsonl` (ENOENT)',
    );
    await lab.file('wrong.jsonl', '{"id": 1}\n');
    expect((await why('--why', '--evidence', 'wrong.jsonl')).stderr).toContain(
      '`wrong.jsonl:1` is no audit event',
    );
    write('two.jsonl', [...events('shop'), ...events('stock')]);
    const two = await why('--why', '--evidence', 'two.jsonl');
    expect(two.stderr).toContain('events of several connections: `shop`, `stock`');
    const one = await why(
      '--why',
      '--evidence',
      'two.jsonl',
      '--evidence-connection',
      'shop',
      '--format',
      'summary',
    );
    expect(one.stdout).toContain('ann@shop.example');
  });
});

describe('where differences come from, on a server that keeps commit times', () => {
  let lab: RolesLab;
  beforeAll(async () => {
    lab = await RolesLab.start(18, true, ['track_commit_timestamp=on']);
  });
  afterAll(() => lab.stop());

  it('knows when every kind of thing was written', async () => {
    const [g, m, o] = ['g', 'm', 'o'].map((name) => lab.role(name));
    await lab.sql(`
      create schema app; create table app.t (id int); create role ${g}; create role ${m}; create role ${o};
      create function app.f(n int) returns int language sql as 'select n'; create type app.mood as enum ('ok');
      grant select on app.t to ${m}; grant update (id) on app.t to ${m}; grant usage on schema app to ${m};
      grant execute on function app.f(int) to ${m}; grant usage on type app.mood to ${m}; grant ${g} to ${m};
      alter default privileges for role ${o} in schema app grant select on tables to ${m};
      create policy p on app.t to ${m} using (true); alter role ${m} createdb; grant create on database ${lab.database} to ${m}`);
    await lab.file(
      'all.yaml',
      `roles: [{ name: ${g} }, { name: ${m} }, { name: ${o} }]
schemas: [{ name: app, owner: ${o} }]
row_security: [{ schema: app, table: t }]
grants: [{ role: ${g}, privileges: [CONNECT], object: { type: database, name: ${lab.database} } }]
`,
    );
    const { stdout } = await lab.run(['diff', '-f', 'all.yaml', '--why', '--format', 'json']);
    const { changes } = JSON.parse(stdout);
    const kinds = new Set(changes.map((each: { change: { kind: string } }) => each.change.kind));
    for (const kind of [
      'alter_role',
      'revoke',
      'revoke_membership',
      'revoke_default',
      'drop_policy',
      'alter_schema_owner',
    ])
      expect(kinds).toContain(kind);
    for (const { change, attribution } of changes) {
      const age = Date.now() - Date.parse(attribution[0].changedAt);
      expect({ change, isRecent: age > -5_000 && age < 300_000 }).toEqual({ change, isRecent: true });
    }
  });
});
