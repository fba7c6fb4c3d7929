import { beforeAll, describe, expect, test } from 'vitest';
import { compilePolicy, type Decision, decide, maskOf, type Permission } from '../../src/policy/index.js';
import { classify, loadParser } from '../../src/sql/index.js';
import { sqlCorpus } from '../corpus.js';
import { bundleOf, idOf } from './bundles.js';

beforeAll(loadParser);

const ann = idOf('ann@example.com');

function decided(
  permissions: Permission[],
  sql: string,
  connection = 'production',
  principal = ann,
): Decision {
  const rules =
    permissions.length === 0
      ? []
      : [{ connection: 'production', permissions, members: ['user:ann@example.com'] }];
  const policy = compilePolicy(
    bundleOf({ connections: ['production', 'secret'], users: ['ann@example.com'], groups: {}, rules }),
  );
  const result = classify(sql);
  if (!result.ok) throw new Error(result.rejection.message);
  return decide(policy, principal, connection, result.classification);
}

describe('allowed', () => {
  test('with the rules that gave what was needed, and only those', () => {
    const policy = compilePolicy(
      bundleOf({
        connections: ['production'],
        users: ['ann@example.com'],
        groups: {},
        rules: [
          { connection: '*', permissions: ['read'], members: ['*'] },
          { connection: '*', permissions: ['export'], members: ['*'] },
          { connection: 'production', permissions: ['write'], members: ['user:ann@example.com'] },
        ],
      }),
    );
    const result = classify('DELETE FROM t RETURNING *');
    if (!result.ok) throw new Error(result.rejection.message);
    expect(decide(policy, ann, 'production', result.classification)).toMatchObject({
      allowed: true,
      held: maskOf(['read', 'write', 'export']),
      required: maskOf(['read', 'write']),
      ruleIds: ['rule 1', 'rule 3'],
      readOnly: false,
    });
  });

  test.each<[Permission[], boolean]>([
    [['read'], true],
    [['read', 'explain', 'export'], true],
    [['read', 'write'], false],
    [['read', 'ddl'], false],
    [['read', 'admin'], false],
    [['read', 'execute'], false],
  ])('a session with %j is read-only: %s', (permissions, readOnly) => {
    expect(decided(permissions, 'SELECT 1')).toMatchObject({ allowed: true, readOnly });
  });

  test('a text without statements needs nothing but a visible connection', () => {
    expect(decided(['explain'], '-- nothing')).toMatchObject({ allowed: true, required: 0, ruleIds: [] });
    expect(decided([], '-- nothing')).toMatchObject({ allowed: false, code: 'connection.not_found' });
  });
});

describe('denied', () => {
  test('names the statement, what it does, the permission and the connection', () => {
    expect(decided(['read'], 'SELECT 1; SELECT pg_terminate_backend(7)')).toMatchObject({
      allowed: false,
      code: 'sql.denied',
      missing: ['admin'],
      message: 'statement 2 calls pg_terminate_backend, which needs admin on `production`',
      fix: 'ask an administrator of Acme for `admin` on `production`',
      reasons: [{ statement: 2, permission: 'admin', position: 17 }],
    });
  });

  test('a lone statement has no number', () => {
    expect(decided(['read'], 'DELETE FROM t')).toMatchObject({
      message: 'the statement is a DELETE, which needs write on `production`',
    });
  });

  test('several reasons are summed up, and all are listed', () => {
    const decision = decided(['explain'], 'DELETE FROM t RETURNING nextval($1), f()');
    expect(decision).toMatchObject({
      missing: ['read', 'write', 'execute'],
      fix: 'ask an administrator of Acme for `read`, `write` and `execute` on `production`',
    });
    if (decision.allowed) throw new Error('was allowed');
    expect(decision.reasons).toHaveLength(4);
    expect(decision.message).toMatch(/ \(and 3 more\)$/);
  });

  test('one forbidden statement forbids the whole text', () => {
    expect(decided(['read'], 'SELECT 1; DROP TABLE t; SELECT 2')).toMatchObject({
      allowed: false,
      missing: ['ddl'],
    });
  });
});

describe('refused whatever the permissions', () => {
  const all: Permission[] = ['read', 'write', 'ddl', 'admin', 'explain', 'execute', 'export'];

  test('identity changes on a shared connection', () => {
    expect(decided(all, 'SET ROLE bob')).toMatchObject({
      allowed: false,
      code: 'sql.refused',
      missing: [],
      message: 'the statement changes role, which is never allowed on a shared connection',
      fix: 'leave it out: no permission allows it on a shared connection',
      reasons: [{ statement: 1, permission: null }],
    });
  });

  test('leaving READ ONLY, only in a session pinned to it', () => {
    expect(decided(all, 'BEGIN READ WRITE')).toMatchObject({ allowed: true });
    expect(decided(['read'], 'BEGIN READ WRITE')).toMatchObject({
      code: 'sql.refused',
      message: 'the statement starts READ WRITE, which would lift the read-only mode of your session',
    });
  });
});

describe('hidden and unknown connections', () => {
  test('give the same answer to the letter', () => {
    const hidden = decided(['read'], 'DELETE FROM t', 'secret');
    const unknown = decided(['read'], 'DELETE FROM t', 'nowhere');
    const asText = (decision: Decision, slug: string) => JSON.stringify(decision).replaceAll(slug, '?');
    expect(asText(hidden, 'secret')).toBe(asText(unknown, 'nowhere'));
    expect(hidden).toMatchObject({
      allowed: false,
      code: 'connection.not_found',
      held: 0,
      missing: [],
      reasons: [],
    });
    expect(hidden).not.toHaveProperty('connection');
  });

  test('also to somebody the bundle does not know', () => {
    expect(decided(['read'], 'SELECT 1', 'production', 'somebody')).toMatchObject({
      code: 'connection.not_found',
    });
  });
});

describe('the corpus, decided', () => {
  const understood = (sql: string) => {
    const result = classify(sql);
    return result.ok ? result.classification : undefined;
  };

  test('exactly what is required is enough, anything less is not', () => {
    for (const { sql, required, refused } of sqlCorpus.flatMap((file) => file.cases)) {
      const classification = understood(sql);
      if (classification === undefined || required === undefined || refused !== undefined) continue;
      const extra: Permission[] = required.includes('explain') ? [] : ['explain'];
      expect({ sql, allowed: decided([...required, ...extra], sql).allowed }).toEqual({ sql, allowed: true });
      for (const dropped of required) {
        const rest = required.filter((permission) => permission !== dropped);
        expect({ sql, dropped, allowed: decided(rest, sql).allowed }).toEqual({
          sql,
          dropped,
          allowed: false,
        });
      }
    }
  });

  test('what is refused always is refused with every permission', () => {
    for (const { sql, refused } of sqlCorpus.flatMap((file) => file.cases)) {
      if (refused !== 'always') continue;
      const decision = decided(['read', 'write', 'ddl', 'admin', 'explain', 'execute', 'export'], sql);
      expect({ sql, allowed: decision.allowed }).toEqual({ sql, allowed: false });
    }
  });
});
