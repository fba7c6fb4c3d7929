import { beforeAll, describe, expect, it } from 'vitest';
import {
  attributeDrift,
  type Change,
  differenceOf,
  type Evidence,
  type RoleGraph,
  type Trail,
  touchedBy,
} from '../../src/roles/index.js';
import { accessChangesOf, loadParser } from '../../src/sql/index.js';

beforeAll(loadParser);

const nothing: RoleGraph = {
  roles: new Map(),
  memberships: new Map(),
  objects: new Map(),
  defaults: new Map(),
  rowSecurity: new Map(),
};
const table = { type: 'table', schema: 'app', name: 'orders' } as const;
const rights = (kind: 'grant' | 'revoke', grantee: string): Change => {
  const on = { type: 'table', objects: [table], grantee, privileges: 1 } as const;
  return kind === 'grant'
    ? { kind, ...on, grantable: false }
    : { kind, ...on, optionOnly: false, cascade: false };
};
const said = (at: string, sql: string): Evidence => ({
  source: 'statement',
  at,
  actor: 'ann@shop.example',
  reference: at,
  text: sql,
  touches: accessChangesOf(sql),
});
const trail = (...events: Evidence[]): Trail => ({
  from: '2026-01-01T00:00:00.000Z',
  until: '2026-02-01T00:00:00.000Z',
  events,
});
const differences = (changes: Change[]) => changes.map((change) => differenceOf(change, nothing));
const causes = (changes: Change[], rest: Partial<Parameters<typeof attributeDrift>[0]> = {}) =>
  attributeDrift({ differences: differences(changes), ...rest }).map((list) =>
    list.map(({ cause }) => cause),
  );

const GRANTED = said('2026-01-10T12:00:00.000Z', 'grant select on app.orders to intern');
const REVOKED = said('2026-01-11T12:00:00.000Z', 'revoke select on app.orders from intern');

describe('where drift comes from', () => {
  it('is a statement that the trail knows', () => {
    const [[found] = []] = attributeDrift({
      differences: differences([rights('revoke', 'intern')]),
      trails: [trail(GRANTED)],
    });
    expect(found).toMatchObject({ cause: 'statement', actor: 'ann@shop.example', items: 1 });
    expect(causes([rights('revoke', 'somebody')], { trails: [trail(GRANTED)] })).toEqual([['outside']]);
  });

  it('is somebody outside when the last thing that is known did the opposite', () => {
    const trails = [trail(GRANTED, REVOKED)];
    expect(causes([rights('revoke', 'intern')], { trails })).toEqual([['outside']]);
    expect(causes([rights('grant', 'intern')], { trails })).toEqual([['statement']]);
  });

  it('is held against when the server wrote it', () => {
    const trails = [trail(GRANTED)];
    const at = (changedAt: string) =>
      causes([rights('revoke', 'intern')], { trails, changedAt: () => changedAt });
    expect(at('2026-01-10T12:00:02.000Z')).toEqual([['statement']]);
    expect(at('2026-01-20T00:00:00.000Z')).toEqual([['outside']]);
    // Before the trail begins nobody knows.
    expect(at('2025-12-01T00:00:00.000Z')).toEqual([['unknown']]);
  });

  it('is unknown without any trail, and a newer manifest when the one before did not ask for it', () => {
    const change = rights('revoke', 'intern');
    expect(causes([change])).toEqual([['unknown']]);
    expect(causes([change], { previous: [] })).toEqual([['manifest']]);
    expect(causes([change], { previous: [change] })).toEqual([['unknown']]);
    expect(causes([change], { previous: [rights('grant', 'intern')] })).toEqual([['manifest']]);
  });

  it('may be an apply', () => {
    const apply: Evidence = { ...GRANTED, source: 'apply', touches: touchedBy([rights('grant', 'intern')]) };
    expect(causes([rights('revoke', 'intern')], { trails: [trail(apply)] })).toEqual([['apply']]);
  });

  it('differs between the objects of one change', () => {
    const change = {
      ...rights('revoke', 'intern'),
      objects: [table, { ...table, name: 'other' }, { ...table, name: 'third' }],
    };
    const [found = []] = attributeDrift({
      differences: differences([change as Change]),
      trails: [trail(GRANTED)],
    });
    expect(found.map(({ cause, items }) => [cause, items])).toEqual([
      ['outside', 2],
      ['statement', 1],
    ]);
  });
});

describe('what of access a statement changes', () => {
  it.each([
    [
      'grant select on app.t, u to a, public',
      'rights a app t gives; rights public app t gives; rights a - u gives; rights public - u gives',
    ],
    ['grant select on all tables in schema app to a', 'rights a app - gives'],
    ['revoke execute on function app.f(int) from a', 'rights a app f takes'],
    ['grant usage on schema app to a', 'rights a - app gives'],
    ['grant g to a, b', 'membership a - - g gives; membership b - - g gives'],
    ['create role a', 'role a - - gives'],
    ['alter role a set work_mem to 1', 'role a - -'],
    ['alter user current_user connection limit 3', 'role - - -'],
    ['drop role a, b', 'role a - - takes; role b - - takes'],
    ['alter role a rename to b', 'role a - - takes; role b - - gives'],
    [`comment on role a is 'x'`, 'role a - -'],
    ['alter default privileges for role o in schema s grant select on tables to a', 'default a s - o gives'],
    ['alter table app.t owner to a', 'owner - app t'],
    ['alter schema app owner to a', 'owner - - app'],
    ['alter table app.t enable row level security', 'rows - app t'],
    ['drop policy p on app.t', 'rows - app t'],
    ['create policy p on app.t', 'rows - app t'],
    ['select 1; drop owned by a', 'owner - - -; rows - - -; rights a - - takes; default a - - takes'],
    ['alter table app.t add column n int', ''],
    ['grant select on app.t to', ''],
  ])('%s', (sql, expected) => {
    const lines = accessChangesOf(sql).map(({ aspect, role, schema, name, group, effect }) =>
      [
        aspect,
        role ?? '-',
        schema ?? '-',
        name ?? '-',
        ...(group ? [group] : []),
        ...(effect ? [effect] : []),
      ].join(' '),
    );
    expect(lines.join('; ')).toBe(expected);
  });
});
