import { describe, expect, test } from 'vitest';
import {
  ALL_PERMISSIONS,
  compilePolicy,
  evaluate,
  explain,
  maskOf,
  PERMISSIONS,
  type Permission,
  permissionsOf,
  visibleConnections,
} from '../../src/policy/index.js';
import { corpusOf } from '../corpus.js';
import { bundleOf, idOf, type Scene } from './bundles.js';

interface PolicyCase extends Scene {
  readonly name: string;
  readonly expect: readonly { user: string; connection: string; permissions: Permission[] }[];
}

describe.each(corpusOf<PolicyCase>('policy'))('corpus/policy/$name', ({ cases }) => {
  test.each(cases)('$name', (scene) => {
    const policy = compilePolicy(bundleOf(scene));
    for (const { user, connection, permissions } of scene.expect) {
      const held = permissionsOf(evaluate(policy, idOf(user), connection));
      expect({ user, connection, held }).toEqual({ user, connection, held: permissions });
      expect(explain(policy, idOf(user), connection).map(({ permission }) => permission)).toEqual(
        permissions,
      );
    }
  });
});

const scene: Scene = {
  connections: ['production', 'staging'],
  users: ['ann@example.com', 'bob@example.com', 'dora@example.com'],
  groups: { dba: ['dora@example.com'] },
  rules: [],
};
const ann = idOf('ann@example.com');
const bob = idOf('bob@example.com');
const dora = idOf('dora@example.com');
const withRules = (...rules: Scene['rules']) => compilePolicy(bundleOf({ ...scene, rules }));

/** Each test's name is a sentence of spec/iam-rules.txt. */
describe('spec/iam-rules.txt', () => {
  test('“Default deny — users have no access unless a rule explicitly grants it”', () => {
    const policy = withRules();
    for (const id of [ann, bob, dora]) {
      for (const connection of scene.connections) expect(evaluate(policy, id, connection)).toBe(0);
    }
  });

  test('“Connection-scoped — permissions are granted per database connection, not globally”', () => {
    const policy = withRules({ connection: 'staging', permissions: ['write'], members: ['*'] });
    expect(evaluate(policy, ann, 'staging')).toBe(maskOf(['write']));
    expect(evaluate(policy, ann, 'production')).toBe(0);
  });

  test.each(PERMISSIONS)(
    '“Disjoint permissions — each permission level is independent; write does not imply read” (%s alone)',
    (permission) => {
      const policy = withRules({ connection: '*', permissions: [permission], members: ['*'] });
      expect(permissionsOf(evaluate(policy, ann, 'production'))).toEqual([permission]);
    },
  );

  test('“When IAM is enabled, users only see connections they have at least one permission for”', () => {
    const policy = withRules({
      connection: 'staging',
      permissions: ['explain'],
      members: ['user:ann@example.com'],
    });
    expect(visibleConnections(policy, ann).map(({ connection }) => connection.slug)).toEqual(['staging']);
  });

  test('“Connections without any matching rules are hidden entirely”', () => {
    const policy = withRules({
      connection: 'staging',
      permissions: ['read'],
      members: ['user:ann@example.com'],
    });
    expect(visibleConnections(policy, bob)).toEqual([]);
  });

  test('“Authentication must be enabled” (somebody the bundle does not know may do nothing, whatever `*` grants)', () => {
    const policy = withRules({ connection: '*', permissions: ['*'], members: ['*'] });
    expect(evaluate(policy, 'somebody', 'production')).toBe(0);
    expect(evaluate(policy, '', 'production')).toBe(0);
    expect(visibleConnections(policy, 'somebody')).toEqual([]);
  });

  test('“Users must be defined”, “Groups (if used) must be defined” (what is not grants nothing)', () => {
    const members = ['user:gone@example.com', 'group:gone'];
    const policy = withRules({ connection: '*', permissions: ['*'], members });
    for (const id of [ann, bob, dora]) expect(evaluate(policy, id, 'production')).toBe(0);
  });

  test('“Groups let you manage permissions for multiple users at once instead of listing individual emails”', () => {
    const rules = [{ connection: '*', permissions: ['read' as const], members: ['group:team'] }];
    const groups = { team: ['ann@example.com', 'bob@example.com'] };
    const policy = compilePolicy(bundleOf({ ...scene, groups, rules }));
    expect([ann, bob, dora].map((id) => evaluate(policy, id, 'staging'))).toEqual([1, 1, 0]);
  });

  test('“Each rule specifies a connection, a set of permissions, and a set of members”', () => {
    const policy = withRules({
      connection: 'production',
      permissions: ['explain', 'read', 'write'],
      members: ['*'],
    });
    expect(permissionsOf(evaluate(policy, bob, 'production'))).toEqual(['read', 'write', 'explain']);
  });

  test('“* — All connections”, those added later too', () => {
    const rules = [{ connection: '*', permissions: ['read' as const], members: ['*'] }];
    const policy = compilePolicy(bundleOf({ ...scene, connections: ['new', ...scene.connections], rules }));
    expect(visibleConnections(policy, ann).map(({ connection }) => connection.slug)).toEqual([
      'new',
      'production',
      'staging',
    ]);
  });

  test('“<connection-id> — A specific connection”', () => {
    const policy = withRules({ connection: 'production', permissions: ['read'], members: ['*'] });
    expect(evaluate(policy, ann, 'production')).toBe(1);
    expect(evaluate(policy, ann, 'Production')).toBe(0);
  });

  test('“* — Any authenticated user”', () => {
    const policy = withRules({ connection: '*', permissions: ['read'], members: ['*'] });
    expect([ann, bob, dora].map((id) => evaluate(policy, id, 'staging'))).toEqual([1, 1, 1]);
  });

  test('“user:<email> — A specific user”, whatever the case of the address', () => {
    const policy = withRules({ connection: '*', permissions: ['read'], members: ['user:ANN@Example.COM'] });
    expect([ann, bob, dora].map((id) => evaluate(policy, id, 'staging'))).toEqual([1, 0, 0]);
  });

  test('“group:<group-id> — All members of a group”', () => {
    const policy = withRules({ connection: '*', permissions: ['read'], members: ['group:dba'] });
    expect([ann, bob, dora].map((id) => evaluate(policy, id, 'staging'))).toEqual([0, 0, 1]);
  });

  test('“permissions = ["*"]” is all seven at once', () => {
    const policy = withRules({ connection: '*', permissions: ['*'], members: ['*'] });
    expect(evaluate(policy, ann, 'staging')).toBe(ALL_PERMISSIONS);
    expect(permissionsOf(ALL_PERMISSIONS)).toEqual([...PERMISSIONS]);
  });

  test('“Because permissions are a union of all matching rules”', () => {
    const policy = withRules(
      { connection: '*', permissions: ['read'], members: ['*'] },
      { connection: 'staging', permissions: ['write'], members: ['group:dba'] },
      { connection: 'staging', permissions: ['export'], members: ['user:dora@example.com'] },
    );
    expect(permissionsOf(evaluate(policy, dora, 'staging'))).toEqual(['read', 'write', 'export']);
  });
});

describe('explain', () => {
  test('names every rule that gives a permission', () => {
    const policy = withRules(
      { connection: '*', permissions: ['read'], members: ['group:dba'] },
      { connection: 'staging', permissions: ['*'], members: ['user:dora@example.com'] },
      { connection: 'staging', permissions: ['read'], members: ['*'] },
      { connection: 'production', permissions: ['ddl'], members: ['*'] },
    );
    const byPermission = Object.fromEntries(
      explain(policy, dora, 'staging').map(({ permission, ruleIds }) => [permission, ruleIds]),
    );
    expect(byPermission.read?.toSorted()).toEqual(['rule 1', 'rule 2', 'rule 3']);
    expect(byPermission.write).toEqual(['rule 2']);
    expect(explain(policy, 'somebody', 'staging')).toEqual([]);
    expect(explain(policy, dora, 'unknown')).toEqual([]);
  });
});
