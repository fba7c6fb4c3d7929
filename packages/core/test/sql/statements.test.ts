import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { permissionsOf } from '../../src/policy/index.js';
import { STATEMENT_NODES, TYPED_FIELDS } from '../../src/sql/generated/grammar.js';
import { classify, loadParser } from '../../src/sql/index.js';
import { PLAIN_NODES } from '../../src/sql/nodes.js';
import { STATEMENTS } from '../../src/sql/statements.js';
import { sqlCorpus } from '../corpus.js';

beforeAll(loadParser);

/** The parser's own declarations: what its trees can hold. */
const parser = createRequire(createRequire(import.meta.url).resolve('libpg-query'));
const declarations = readFileSync(parser.resolve('@pgsql/types').replace(/index\.js$/, 'types.d.ts'), 'utf8');
const nodeTypes = [...declarations.matchAll(/export interface (\w+) \{/g)].map(([, name]) => String(name));

describe('the closed table of statements', () => {
  test('has a row with a reason for every statement node of the grammar, and no other', () => {
    const fromParser = nodeTypes.filter((name) => name.endsWith('Stmt') && name !== 'RawStmt').sort();
    expect(fromParser.length).toBeGreaterThan(100);
    expect(Object.keys(STATEMENTS).sort()).toEqual(fromParser);
    for (const row of Object.values(STATEMENTS)) expect(row.why).not.toBe('');
  });

  test('the generated grammar is the installed parser’s', () => {
    expect([...STATEMENT_NODES]).toEqual(
      nodeTypes.filter((name) => name.endsWith('Stmt') && name !== 'RawStmt').sort(),
    );
    for (const [type, fields] of Object.entries(TYPED_FIELDS)) {
      expect(nodeTypes).toContain(type);
      for (const field of Object.values(fields)) expect(nodeTypes).toContain(field);
    }
  });

  test('every plain node exists in the grammar', () => {
    expect([...PLAIN_NODES].filter((name) => !nodeTypes.includes(name))).toEqual([]);
  });

  test('the corpus reaches no node that Postern does not know', () => {
    for (const { sql } of sqlCorpus.flatMap((file) => file.cases)) {
      const result = classify(sql);
      if (!result.ok) continue;
      const reasons = result.classification.statements.flatMap((statement) => statement.requirements);
      expect(reasons.filter(({ what }) => what.includes('does not know'))).toEqual([]);
    }
  });
});

describe('kinds', () => {
  test.each([
    ['SELECT 1', 'SELECT'],
    ['VALUES (1)', 'VALUES'],
    ['SELECT 1 INTO t', 'SELECT INTO'],
    ['EXPLAIN ANALYZE SELECT 1', 'EXPLAIN ANALYZE'],
    ['DROP MATERIALIZED VIEW m', 'DROP MATERIALIZED VIEW'],
    ['ALTER SEQUENCE s OWNER TO bob', 'ALTER SEQUENCE'],
    ['ALTER TEXT SEARCH CONFIGURATION c RENAME TO d', 'ALTER TEXT SEARCH CONFIGURATION'],
    ['ANALYZE', 'ANALYZE'],
    ['REVOKE SELECT ON t FROM bob', 'REVOKE'],
    ['START TRANSACTION', 'START TRANSACTION'],
    ['RESET ALL', 'RESET'],
  ])('%s is a %s', (sql, kind) => {
    const result = classify(sql);
    expect(result.ok && result.classification.statements[0]?.kind).toBe(kind);
  });
});

describe('CREATE TABLE computes what is constant in', () => {
  // Tried on PostgreSQL 18: a function labelled IMMUTABLE ran in each of these.
  test.each([
    'CREATE TABLE t (a int, b int GENERATED ALWAYS AS (my_fn(1)) STORED)',
    'CREATE TABLE t (a int) PARTITION BY RANGE (my_fn(1))',
    'CREATE TABLE t (a int, EXCLUDE USING btree ((my_fn(1)) WITH =))',
    'CREATE TABLE t (a int, EXCLUDE USING btree (a WITH =) WHERE (my_fn(1) = 1))',
  ])('%s', (sql) => {
    const result = classify(sql);
    expect(result.ok && permissionsOf(result.classification.required)).toEqual(['ddl', 'execute']);
  });

  test('and in no other part', () => {
    const result = classify(
      "CREATE TABLE t (a int DEFAULT my_fn(1) CHECK (my_fn(1) = a), b int GENERATED ALWAYS AS (a + 1) STORED, c text DEFAULT nextval('s')) PARTITION BY LIST (lower(c))",
    );
    expect(result.ok && permissionsOf(result.classification.required)).toEqual(['ddl']);
  });
});
