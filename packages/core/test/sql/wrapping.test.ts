import { beforeAll, describe, expect, test } from 'vitest';
import { PERMISSION_BIT } from '../../src/policy/index.js';
import {
  type Classification,
  classify,
  loadParser,
  NEW_SESSION,
  type SessionState,
  sessionAfter,
} from '../../src/sql/index.js';
import { sqlCorpus } from '../corpus.js';

beforeAll(loadParser);

const QUERIES = new Set(['SELECT', 'VALUES', 'SELECT INTO', 'INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** Ways to put one statement into another that still run it, and what they need on top. */
const wrappers: readonly { name: string; wrap: (sql: string) => string; adds: number }[] = [
  { name: 'EXPLAIN ANALYZE', wrap: (sql) => `EXPLAIN ANALYZE ${sql}`, adds: PERMISSION_BIT.explain },
  {
    name: 'EXPLAIN (ANALYZE 1)',
    wrap: (sql) => `EXPLAIN (COSTS off, ANALYZE 1) ${sql}`,
    adds: PERMISSION_BIT.explain,
  },
  { name: 'PREPARE', wrap: (sql) => `PREPARE q AS ${sql}`, adds: 0 },
  { name: 'PREPARE and EXECUTE', wrap: (sql) => `PREPARE q AS ${sql}; EXECUTE q`, adds: 0 },
  { name: 'COPY TO STDOUT', wrap: (sql) => `COPY (${sql}) TO STDOUT`, adds: PERMISSION_BIT.export },
  { name: 'DECLARE CURSOR', wrap: (sql) => `DECLARE c CURSOR FOR ${sql}`, adds: 0 },
  { name: 'WITH', wrap: (sql) => `WITH w AS (${sql}) SELECT 1`, adds: PERMISSION_BIT.read },
  {
    name: 'WITH in a sub-select',
    wrap: (sql) => `SELECT (WITH w AS (${sql}) SELECT 1)`,
    adds: PERMISSION_BIT.read,
  },
  { name: 'sub-select', wrap: (sql) => `SELECT * FROM (${sql}) x`, adds: PERMISSION_BIT.read },
  { name: 'EXISTS', wrap: (sql) => `SELECT 1 WHERE EXISTS (${sql})`, adds: PERMISSION_BIT.read },
  { name: 'UNION', wrap: (sql) => `SELECT 1 UNION ALL (${sql})`, adds: PERMISSION_BIT.read },
  { name: 'CREATE TABLE AS', wrap: (sql) => `CREATE TABLE x AS ${sql}`, adds: PERMISSION_BIT.ddl },
  { name: 'INSERT … SELECT', wrap: (sql) => `INSERT INTO x ${sql}`, adds: PERMISSION_BIT.write },
  { name: 'a batch', wrap: (sql) => `SELECT 1; ${sql}; SELECT 2`, adds: PERMISSION_BIT.read },
];

function understood(sql: string, session?: SessionState): Classification | undefined {
  const result = classify(sql, session);
  return result.ok ? result.classification : undefined;
}

const walls = ({ statements }: Classification) =>
  statements.flatMap((statement) => statement.wallBreaks.map(({ when, what }) => `${when} ${what}`));

const isValues = (sql: string) => /^\s*VALUES/i.test(sql);

describe.each(wrappers)('$name never lowers what a statement needs', ({ name, wrap, adds }) => {
  test('for every query of the corpus that the grammar lets it wrap', () => {
    let wrapped = 0;
    for (const { sql } of sqlCorpus.flatMap((file) => file.cases)) {
      const inner = understood(sql);
      const [only, ...others] = inner?.statements ?? [];
      if (inner === undefined || only === undefined || others.length > 0 || !QUERIES.has(only.kind)) continue;
      const outer = understood(wrap(sql.slice(only.start, only.end)));
      if (outer === undefined) continue;
      wrapped++;
      // INSERT … VALUES copies nothing, so it alone does not need the read of a VALUES query.
      const needed =
        name === 'INSERT … SELECT' && isValues(sql) ? inner.required & ~PERMISSION_BIT.read : inner.required;
      const least = needed | adds;
      expect({ sql, mask: outer.required & least }).toEqual({ sql, mask: least });
      expect(walls(outer)).toEqual(expect.arrayContaining(walls(inner)));
    }
    expect(wrapped).toBeGreaterThan(100);
  });
});

/** Ways to run a statement in a later text than the one that holds it. */
const laterWays: readonly { name: string; first: (sql: string) => string; later: string; adds: number }[] = [
  { name: 'EXECUTE', first: (sql) => `PREPARE q AS ${sql}`, later: 'EXECUTE q', adds: 0 },
  {
    name: 'EXPLAIN ANALYZE EXECUTE',
    first: (sql) => `PREPARE q AS ${sql}`,
    later: 'EXPLAIN (ANALYZE) EXECUTE q',
    adds: PERMISSION_BIT.explain,
  },
  {
    name: 'CREATE TABLE AS EXECUTE',
    first: (sql) => `PREPARE q AS ${sql}`,
    later: 'CREATE TABLE x AS EXECUTE q',
    adds: PERMISSION_BIT.ddl,
  },
  {
    name: 'FETCH',
    first: (sql) => `DECLARE q CURSOR WITH HOLD FOR ${sql}`,
    later: 'FETCH ALL FROM q',
    adds: PERMISSION_BIT.read,
  },
];

describe.each(laterWays)('$name in a later text never lowers what a statement needs', (way) => {
  test('for every query of the corpus that the grammar lets it hold', () => {
    let held = 0;
    for (const { sql } of sqlCorpus.flatMap((file) => file.cases)) {
      const inner = understood(sql);
      const [only, ...others] = inner?.statements ?? [];
      if (inner === undefined || only === undefined || others.length > 0 || !QUERIES.has(only.kind)) continue;
      const first = understood(way.first(sql.slice(only.start, only.end)))?.statements[0];
      if (first === undefined) continue;
      held++;
      const later = understood(way.later, sessionAfter(NEW_SESSION, first));
      const least = inner.required | way.adds;
      expect({ sql, mask: (later?.required ?? 0) & least }).toEqual({ sql, mask: least });
      // Each wall is told once, whatever breaks it.
      const broken = (text: Classification | undefined) =>
        new Set(text?.statements.flatMap(({ wallBreaks }) => wallBreaks.map(({ when }) => when)));
      expect(broken(later)).toEqual(broken(inner));
    }
    expect(held).toBeGreaterThan(100);
  });
});
