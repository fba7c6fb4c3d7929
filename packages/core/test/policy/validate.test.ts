import { describe, expect, test } from 'vitest';
import { type RuleInput, validateRule } from '../../src/policy/index.js';

const known = {
  hasConnection: (slug: string) => slug === 'production',
  hasGroup: (slug: string) => slug === 'dba',
  hasUser: (email: string) => email === 'ann@example.com',
};
const good: RuleInput = { connection: 'production', permissions: ['read'], members: ['*'] };
const problems = (change: Partial<RuleInput>) =>
  validateRule({ ...good, ...change }, known).map(({ code, field, fix }) => ({ code, field, fix }));

describe('validateRule', () => {
  test.each<Partial<RuleInput>>([
    {},
    { connection: '*' },
    { permissions: ['*'] },
    { permissions: ['read', 'write', 'ddl', 'admin', 'explain', 'execute', 'export'] },
    { members: ['user:ann@example.com', 'group:dba'] },
    { members: ['user:Ann@Example.COM'] },
  ])('accepts %j', (change) => {
    expect(problems(change)).toEqual([]);
  });

  test.each<[Partial<RuleInput>, string, string]>([
    [{ connection: 'nowhere' }, 'rule.unknown_connection', 'connection'],
    [{ connection: 'Production' }, 'rule.unknown_connection', 'connection'],
    [{ connection: '' }, 'rule.empty', 'connection'],
    [{ permissions: [] }, 'rule.empty', 'permissions'],
    [{ permissions: ['read', 'delete'] }, 'rule.unknown_permission', 'permissions.1'],
    [{ permissions: ['READ'] }, 'rule.unknown_permission', 'permissions.0'],
    [{ permissions: ['constructor'] }, 'rule.unknown_permission', 'permissions.0'],
    [{ members: [] }, 'rule.empty', 'members'],
    [{ members: ['*', 'group:gone'] }, 'rule.unknown_group', 'members.1'],
    [{ members: ['group:'] }, 'rule.malformed_member', 'members.0'],
    [{ members: ['user:bob@example.com'] }, 'rule.unknown_user', 'members.0'],
    [{ members: ['user:ann'] }, 'rule.malformed_member', 'members.0'],
    [{ members: ['user:'] }, 'rule.malformed_member', 'members.0'],
    [{ members: ['everybody'] }, 'rule.malformed_member', 'members.0'],
    [{ members: ['User:ann@example.com'] }, 'rule.malformed_member', 'members.0'],
  ])('refuses %j: %s at %s', (change, code, field) => {
    expect(problems(change)).toMatchObject([{ code, field, fix: expect.stringMatching(/./) }]);
  });

  test('proposes the member that was meant', () => {
    expect(problems({ members: ['ann@example.com', 'dba'] }).map(({ fix }) => fix)).toEqual([
      'write `user:ann@example.com`',
      'write `group:dba`',
    ]);
  });

  test('reports every problem at once', () => {
    const found = problems({
      connection: 'x',
      permissions: ['y', 'read', 'z'],
      members: ['group:q', '*', 'r'],
    });
    expect(found.map(({ field }) => field)).toEqual([
      'connection',
      'permissions.0',
      'permissions.2',
      'members.0',
      'members.2',
    ]);
  });

  test('texts are lower case, without a final period, with the input in backticks', () => {
    const input = { connection: 'x', permissions: ['y'], members: ['group:q', 'user:w@x', 'r'] };
    for (const { message, fix } of validateRule(input, known)) {
      expect(message).toMatch(/^[a-z`].*[^.]$/);
      expect(message).toMatch(/`.+`/);
      expect(fix).toMatch(/^[a-z].*[^.]$/);
    }
  });
});
