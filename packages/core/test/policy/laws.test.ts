import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALL_PERMISSIONS,
  compilePolicy,
  diffAccess,
  evaluate,
  explain,
  maskOf,
  PERMISSIONS,
  type Permission,
  type PolicyBundle,
  visibleConnections,
} from '../../src/policy/index.js';
import { bundleOf, idOf, type Scene } from './bundles.js';

/** The spec read aloud, slowly: what `evaluate` must agree with. */
function reference(bundle: PolicyBundle, principalId: string, connectionSlug: string): number {
  const person = bundle.principals.find(({ id }) => id === principalId);
  if (person === undefined) return 0;
  if (!bundle.connections.some(({ slug }) => slug === connectionSlug)) return 0;
  const isMember = (member: string) =>
    member === '*' ||
    member.toLowerCase() === `user:${person.email.toLowerCase()}` ||
    bundle.groups.some(
      ({ slug, memberIds }) => member === `group:${slug}` && memberIds.includes(principalId),
    );
  let mask = 0;
  for (const { connection, permissions, members } of bundle.rules) {
    if (connection !== '*' && connection !== connectionSlug) continue;
    if (!members.some(isMember)) continue;
    for (const permission of permissions) mask |= permission === '*' ? ALL_PERMISSIONS : maskOf([permission]);
  }
  return mask;
}

const users = ['ann@x.io', 'Bob@x.io', 'cy@x.io', 'di@x.io'];
const slugs = ['one', 'two', 'three'];
const groups = ['red', 'blue'];
const rule = fc.record({
  connection: fc.constantFrom('*', ...slugs, 'gone', 'One'),
  permissions: fc.array(fc.constantFrom<(Permission | '*')[]>(...PERMISSIONS, '*'), {
    minLength: 1,
    maxLength: 3,
  }),
  members: fc.array(
    fc.constantFrom(
      '*',
      ...users.map((user) => `user:${user}`),
      'user:BOB@X.IO',
      'group:red',
      'group:blue',
      'group:gone',
      'user:gone@x.io',
      'ann@x.io',
      'red',
    ),
    { minLength: 1, maxLength: 3 },
  ),
});
const scene: fc.Arbitrary<Scene> = fc.record({
  connections: fc.subarray(slugs),
  users: fc.subarray(users),
  groups: fc.record(Object.fromEntries(groups.map((group) => [group, fc.subarray([...users, 'left@x.io'])]))),
  rules: fc.array(rule, { maxLength: 8 }),
});
const everybody = [...users, 'left@x.io', 'nobody'].map(idOf);
const everywhere = [...slugs, 'gone', '*', ''];

describe('laws of policy', () => {
  test('the compiled tables say what the spec says, for everybody everywhere', () => {
    fc.assert(
      fc.property(scene, (drawn) => {
        const bundle = bundleOf(drawn);
        const policy = compilePolicy(bundle);
        for (const id of everybody) {
          for (const slug of everywhere) expect(evaluate(policy, id, slug)).toBe(reference(bundle, id, slug));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('explain gives exactly the permissions held, each with a rule that has it', () => {
    fc.assert(
      fc.property(scene, (drawn) => {
        const bundle = bundleOf(drawn);
        const policy = compilePolicy(bundle);
        for (const id of everybody) {
          for (const slug of slugs) {
            const granted = explain(policy, id, slug);
            expect(maskOf(granted.map(({ permission }) => permission))).toBe(evaluate(policy, id, slug));
            for (const { permission, ruleIds } of granted) {
              for (const ruleId of ruleIds) {
                const alone = { ...bundle, rules: bundle.rules.filter((other) => other.id === ruleId) };
                expect(reference(alone, id, slug) & maskOf([permission])).not.toBe(0);
              }
            }
          }
        }
      }),
    );
  });

  test('what is visible is what has a permission', () => {
    fc.assert(
      fc.property(scene, (drawn) => {
        const policy = compilePolicy(bundleOf(drawn));
        for (const id of everybody) {
          const visible = visibleConnections(policy, id).map(({ connection, mask }) => [
            connection.slug,
            mask,
          ]);
          const expected = drawn.connections
            .map((slug) => [slug, evaluate(policy, id, slug)])
            .filter(([, mask]) => mask !== 0);
          expect(visible).toEqual(expected);
        }
      }),
    );
  });

  test('a rule more never takes a permission away', () => {
    fc.assert(
      fc.property(scene, rule, (drawn, more) => {
        const before = compilePolicy(bundleOf(drawn));
        const after = compilePolicy(bundleOf({ ...drawn, rules: [...drawn.rules, more] }));
        for (const change of diffAccess(before, after)) expect(change.before & ~change.after).toBe(0);
      }),
    );
  });

  test('diffAccess lists exactly the pairs that differ', () => {
    fc.assert(
      fc.property(scene, scene, (one, other) => {
        const before = compilePolicy(bundleOf(one));
        const after = compilePolicy(bundleOf(other));
        const listed = new Map(
          [...diffAccess(before, after)].map((change) => [
            `${change.principalId} ${change.connectionSlug}`,
            change,
          ]),
        );
        for (const id of everybody) {
          for (const slug of slugs) {
            const [was, is] = [evaluate(before, id, slug), evaluate(after, id, slug)];
            const change = listed.get(`${id} ${slug}`);
            if (was === is) expect(change).toBeUndefined();
            else expect(change).toMatchObject({ before: was, after: is });
          }
        }
      }),
    );
  });

  test('memory grows with rules and their members, not with people times connections', () => {
    const many = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}${i}`);
    const policy = compilePolicy(
      bundleOf({
        connections: many(1_000, 'c'),
        users: many(10_000, 'u'),
        groups: { few: ['u1', 'u2'] },
        rules: [
          { connection: '*', permissions: ['read'], members: ['*'] },
          { connection: 'c7', permissions: ['write'], members: ['group:few'] },
        ],
      }),
    );
    expect(policy.cells.size).toBe(2);
    expect(policy.rulesByPrincipal.size).toBe(2);
    expect(evaluate(policy, idOf('u2'), 'c7')).toBe(maskOf(['read', 'write']));
    expect(evaluate(policy, idOf('u9999'), 'c999')).toBe(maskOf(['read']));
  });
});
