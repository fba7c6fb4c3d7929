import { beforeAll, describe, expect, test } from 'vitest';
import type { Permission } from '../../src/policy/index.js';
import {
  type CatalogData,
  loadParser,
  NEW_SESSION,
  sessionDuring,
  sessionNamesKey,
  sessionWithCatalog,
} from '../../src/sql/index.js';
import { after, catalogOf, fn, oid, ref, relation, required, type, understood } from './catalogs.js';

beforeAll(loadParser);

const data: Partial<CatalogData> = {
  functions: [fn('app.kill', 'sql', 'SELECT pg_terminate_backend(1)'), fn('app.clean', 'sql', 'SELECT 1')],
  types: [
    type('app.checked', { expressions: ['(app.kill() = VALUE)'] }),
    type('app.email', { expressions: ["(VALUE ~ '@')"] }),
  ],
  relations: [
    relation('app.v', { query: 'SELECT app.kill()' }),
    relation('app.nice', { query: 'SELECT 1' }),
    relation('app.guarded', { triggers: [{ events: ['insert'], function: ref('app.kill') }] }),
    relation('app.odd', { types: [oid('app.checked')] }),
  ],
};

describe('statements that store code', () => {
  test.each([
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    'ALTER FUNCTION app.clean() SECURITY DEFINER',
    'CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION app.clean()',
    'CREATE OPERATOR === (FUNCTION = app.kill, LEFTARG = int, RIGHTARG = int)',
    'CREATE CAST (text AS app.t) WITH FUNCTION app.kill(text)',
    'CREATE AGGREGATE a (int) (SFUNC = app.kill, STYPE = int)',
    'CREATE EXTENSION hstore',
    'CREATE VIEW x AS SELECT pg_terminate_backend(1)',
    "CREATE VIEW x AS SELECT nextval('s')",
    'CREATE VIEW x AS SELECT * FROM app.v',
    'CREATE TEMP VIEW x AS SELECT app.kill()',
    'CREATE MATERIALIZED VIEW x AS SELECT app.kill() WITH NO DATA',
    'CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM u',
    'CREATE POLICY p ON t USING (app.kill() = 1)',
    'CREATE DOMAIN d AS int CHECK (app.kill() = VALUE)',
    'CREATE DOMAIN d AS app.checked',
    'CREATE TYPE c AS (a app.checked)',
    'CREATE TABLE t (a int DEFAULT app.kill())',
    'CREATE TABLE t (a int CHECK (app.kill() = a))',
    'CREATE TABLE t (a int GENERATED ALWAYS AS (app.kill()) VIRTUAL)',
    'CREATE TABLE t (a app.checked)',
    'CREATE TABLE t (LIKE app.v)',
    'CREATE TABLE t () INHERITS (app.guarded)',
    'CREATE TABLE t AS SELECT * FROM app.odd',
    'SELECT * INTO t FROM app.odd',
    'EXPLAIN ANALYZE CREATE TABLE t AS SELECT * FROM app.odd',
    'ALTER TABLE t ALTER a SET DEFAULT app.kill()',
    'ALTER TABLE t ADD a app.checked',
    'ALTER TABLE t ENABLE TRIGGER x',
    'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE t INHERIT u',
    'ALTER TABLE t ATTACH PARTITION app.guarded DEFAULT',
    'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES app.guarded ON DELETE CASCADE',
    'ALTER DOMAIN d ADD CHECK (app.kill() = VALUE)',
    'CREATE INDEX ON t ((app.kill()))',
    'ALTER TABLE app.v RENAME TO w',
    'ALTER VIEW app.v SET SCHEMA public',
    'ALTER SCHEMA app RENAME TO b',
    'ALTER FUNCTION app.kill() RENAME TO clean2',
    'ALTER FUNCTION app.kill() SET SCHEMA public',
    'CREATE SCHEMA s CREATE VIEW x AS SELECT app.kill()',
    'ALTER OPERATOR = (int, int) SET (RESTRICT = app.kill)',
  ])('%s', (sql) => {
    expect(understood(sql, data).statements[0]?.storesCode).toBe(true);
  });

  test.each([
    'CREATE TABLE t (a int PRIMARY KEY, b text DEFAULT now(), c app.email CHECK (length(c) > 1))',
    'CREATE TEMP TABLE t (a int)',
    'CREATE VIEW x AS SELECT a, upper(b), app.clean() FROM app.nice',
    'CREATE TABLE t AS SELECT * FROM app.nice',
    'SELECT 1 INTO t',
    'SELECT 1',
    'CREATE INDEX ON t (lower(a))',
    'ALTER TABLE t ADD a int DEFAULT 1, DROP b',
    'ALTER TABLE t RENAME a TO b',
    'ALTER TABLE t RENAME TO u',
    'DROP VIEW app.v',
    'CREATE SEQUENCE s',
    'CREATE SCHEMA s',
    'GRANT SELECT ON app.v TO x',
    'COMMENT ON VIEW app.v IS $$x$$',
    'CREATE TYPE mood AS ENUM ()',
    'TRUNCATE t',
  ])('not: %s', (sql) => {
    expect(understood(sql, data).statements[0]?.storesCode).toBeUndefined();
  });
});

describe('once code was stored, nothing but PostgreSQL’s own is known', () => {
  const stored = "CREATE FUNCTION public.lower(varchar) RETURNS int LANGUAGE sql AS 'SELECT 1'";
  test.each<[earlier: string[], sql: string, Permission[]]>([
    [[stored], 'SELECT * FROM app.nice', ['read', 'execute']],
    [[stored], 'SELECT * FROM pg_class', ['read', 'execute']],
    [[stored], 'SELECT app.clean()', ['read', 'execute']],
    [[stored], "SELECT lower('a')", ['read', 'execute']],
    [[stored], 'SELECT 1 = 2', ['read', 'execute']],
    [[stored], "SELECT 'a'::text", ['read', 'execute']],
    [[stored], 'SELECT x.f FROM (VALUES (1)) AS x(a)', ['read', 'execute']],
    [[stored], 'INSERT INTO t VALUES (1)', ['write', 'execute']],
    [[stored], 'PREPARE p AS SELECT * FROM app.nice; EXECUTE p', ['read', 'execute']],
    [['PREPARE p AS SELECT * FROM app.nice', stored], 'EXECUTE p', ['read', 'execute']],
    [[stored], "SELECT pg_catalog.pg_input_is_valid('1', 'd')", ['read', 'execute']],
    [[stored], 'ANALYZE', ['ddl', 'execute']],
    [[stored], 'CREATE TABLE t (a int)', ['ddl']],
    [[stored], 'SELECT 1', ['read']],
    [[stored], 'SELECT relname FROM pg_catalog.pg_class', ['read']],
    [[stored], "SELECT pg_catalog.lower('a'), 1::int", ['read']],
    [[stored], 'ROLLBACK', ['read']],
    [['BEGIN', stored, 'ROLLBACK', 'DISCARD ALL'], 'SELECT app.clean()', ['read', 'execute']],
    [['SELECT app.kill()'], 'SELECT app.clean()', ['read', 'execute']],
    [['PREPARE p AS SELECT app.kill()'], 'SELECT app.clean()', ['read']],
    [[], `${stored}; SELECT app.clean()`, ['read', 'ddl', 'execute']],
    [
      [],
      'BEGIN; CREATE VIEW x AS SELECT pg_terminate_backend(1); SELECT * FROM x',
      ['read', 'ddl', 'execute'],
    ],
    [['CREATE TABLE t (a int)'], 'SELECT a FROM t', ['read']],
    [['CREATE VIEW x AS SELECT 1'], 'SELECT * FROM x', ['read']],
  ])('%j, then %s', (earlier, sql, needs) => {
    expect(required(sql, data, after(data, ...earlier))).toEqual(needs);
  });

  test('until the agent has read the catalog again', () => {
    const session = after(data, stored);
    expect(sessionWithCatalog(session)).toEqual(NEW_SESSION);
    expect(required('SELECT app.clean()', data, sessionWithCatalog(session))).toEqual(['read']);
  });

  test('code may have set any search_path, which no catalog tells', () => {
    const hidden = {
      ...data,
      functions: [
        ...(data.functions ?? []),
        fn('hidden.upper', 'sql', 'SELECT pg_reload_conf()', { args: 'a varchar' }),
      ],
    };
    const session = sessionWithCatalog(after(hidden, 'SELECT app.kill()'));
    expect(required("SELECT upper('a')", hidden, session)).toEqual(['read', 'execute']);
    expect(required("SELECT upper('a')", hidden)).toEqual(['read']);
  });

  test('it counts as soon as it is sent', () => {
    const [statement] = understood(stored, data).statements;
    if (statement === undefined) throw new Error('no statement');
    expect(sessionDuring(NEW_SESSION, statement).storedCode).toBe(true);
  });

  test('sessions in which names mean something else have another key', () => {
    const keys = [
      NEW_SESSION,
      after(data, stored),
      after(data, 'SET search_path = a'),
      after(data, 'SET search_path = b'),
    ];
    expect(new Set(keys.map(sessionNamesKey)).size).toBe(4);
    expect(sessionNamesKey(after(data, 'CREATE TABLE t (a int)', 'SELECT 1'))).toBe('');
    expect(sessionNamesKey(after(data, 'SET search_path = a, b'))).toBe(
      sessionNamesKey(after(data, 'SET search_path = b, a')),
    );
  });
});

describe('a catalog', () => {
  test('of 50,000 objects is indexed without looking into any', () => {
    const functions = Array.from({ length: 50_000 }, (_, n) => fn(`s.f${n}`, 'sql', `SELECT ${n}`));
    expect(required('SELECT s.f49999(), s.f50000()', { functions })).toEqual(['read']);
  });

  test('gives the same answer whatever was asked before', () => {
    const functions = [
      fn('app.a', 'sql', 'SELECT app.b()'),
      fn('app.b', 'sql', "SELECT app.a(), set_config('role', 'x', false)"),
    ];
    const catalog = catalogOf({ functions });
    expect(catalog).toBeDefined();
    const both = understood('SELECT app.a(); SELECT app.b()', { functions }).statements;
    expect(both.map(({ wallBreaks }) => wallBreaks.length)).toEqual([1, 1]);
    for (const sql of ['SELECT app.a()', 'SELECT app.b()'])
      expect(understood(sql, { functions }).statements[0]?.wallBreaks).toHaveLength(1);
  });

  test('holds no function, so that it can be sent to a thread', () => {
    expect(structuredClone(catalogOf(data).data)).toEqual(catalogOf(data).data);
  });

  test('knows a range type’s constructors', () => {
    const functions = [fn('app.span', 'internal', '', { args: 'a int, b int' })];
    const types = [type('app.span', { kind: 'range', functions: [ref('pg_catalog.range_in')] })];
    expect(required('SELECT app.span(1, 2)', { functions, types })).toEqual(['read']);
    expect(required('SELECT app.span(1, 2)', { functions })).toEqual(['read', 'execute']);
  });
});
