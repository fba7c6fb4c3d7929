import { describe, expect, test } from 'vitest';
import {
  ALL_PERMISSIONS,
  compilePolicy,
  decide,
  GUARD_MASKS,
  guardMaskOf,
  guardNames,
  guardRole,
  guardUse,
  maskOf,
  type Permission,
  type PolicyBundle,
} from '../../src/policy/index.js';
import { bundleOf, idOf } from './bundles.js';

const rule = (permissions: Permission[], ...members: string[]) => ({
  connection: 'shop',
  permissions,
  members,
});
const BUNDLE = bundleOf({
  connections: ['shop', 'other'],
  users: ['ann@example.com', 'bob@example.com', 'cy@example.com', 'dee@example.com'],
  groups: {},
  rules: [
    rule(['read', 'export'], 'user:ann@example.com'),
    rule(['read', 'write'], 'user:bob@example.com'),
    rule(['read', 'admin'], 'user:cy@example.com'),
    rule(['explain'], 'user:dee@example.com'),
  ],
});
const guarded = (guards?: number[]): PolicyBundle => ({
  ...BUNDLE,
  connections: BUNDLE.connections.map((each) => (guards ? { ...each, guards } : each)),
});
const asked = (guards: number[] | undefined, person: string, required: number = maskOf(['read'])) =>
  decide(compilePolicy(guarded(guards)), idOf(`${person}@example.com`), 'shop', { statements: [], required });

describe('guard masks', () => {
  test('are what PostgreSQL can grant of a mask; none with admin', () => {
    expect(guardMaskOf(maskOf(['read', 'explain', 'export']))).toBe(maskOf(['read']));
    expect(guardMaskOf(maskOf(['explain', 'export']))).toBe(0);
    expect(guardMaskOf(ALL_PERMISSIONS)).toBeUndefined();
    expect(GUARD_MASKS).toHaveLength(16);
  });

  test('in use are those that people hold, each once', () => {
    const policy = compilePolicy(BUNDLE);
    const { people, ownLogin } = guardUse(policy, 'shop');
    expect([...people]).toEqual([
      [0, 1],
      [maskOf(['read']), 1],
      [maskOf(['read', 'write']), 1],
    ]);
    expect(ownLogin).toBe(1);
    for (const slug of ['other', 'nowhere'])
      expect(guardUse(policy, slug)).toEqual({ people: new Map(), ownLogin: 0 });
  });
});

describe('names of guard roles', () => {
  test('are whole for PostgreSQL, whatever the slug, and no two connections share one', () => {
    const long = 'a'.repeat(63);
    const all = ['shop', 'shop-2', long, `${long.slice(0, 62)}b`].flatMap((slug) => [...guardNames(slug)]);
    expect(new Set(all).size).toBe(4 * 20);
    for (const name of all) expect(name.length).toBeLessThanOrEqual(63);
    expect(guardRole('shop', maskOf(['read', 'write']))).toBe('postern_shop_read_write');
    expect(guardRole('shop', 0)).toBe('postern_shop_none');
  });
});

describe('a decision', () => {
  test('names the guard role of the mask, where the connection has guard roles', () => {
    expect(asked(undefined, 'ann')).not.toHaveProperty('guard');
    expect(asked([0, 1, 3], 'ann')).toMatchObject({ allowed: true, guard: 'postern_shop_read' });
    expect(asked([0, 1, 3], 'bob')).toMatchObject({ allowed: true, guard: 'postern_shop_read_write' });
    expect(asked([0, 1, 3], 'dee', 0)).toMatchObject({ allowed: true, guard: 'postern_shop_none' });
  });

  test('with admin is for the agent’s own login', () => {
    expect(asked([], 'cy')).toMatchObject({ allowed: true });
    expect(asked([], 'cy')).not.toHaveProperty('guard');
  });

  test('is no, whatever the text, where the role is not in the database', () => {
    for (const required of [0, maskOf(['read']), ALL_PERMISSIONS]) {
      expect(asked([1], 'bob', required)).toMatchObject({
        allowed: false,
        code: 'sql.refused',
        message: expect.stringContaining('`postern_shop_read_write`'),
        fix: expect.stringContaining('plan and apply the database roles of `shop`'),
      });
    }
  });

  test('about a hidden connection does not say that there are guard roles', () => {
    const policy = compilePolicy(guarded([]));
    const hidden = decide(policy, idOf('ann@example.com'), 'other', { statements: [], required: 0 });
    expect(hidden).toMatchObject({ allowed: false, code: 'connection.not_found' });
  });
});
