import { beforeAll, describe, expect, test } from 'vitest';
import type { Permission } from '../../src/policy/index.js';
import { type CatalogData, type CatalogFunction, loadParser } from '../../src/sql/index.js';
import { after, cast, fn, oid, operator, ref, relation, required, type, understood } from './catalogs.js';

beforeAll(loadParser);

type Case = [what: string, functions: CatalogFunction[], sql: string, needs: Permission[]];

const KILLS = 'SELECT pg_terminate_backend(1)';
const kill = fn('app.kill', 'sql', KILLS);
const plain = fn('app.total', 'sql', 'SELECT sum(amount) FROM app.orders WHERE id = $1', {
  args: 'id integer',
});
const plpgsql = (body: string, details = {}) => fn('app.f', 'plpgsql', body, details);

describe('a function that reads adds nothing', () => {
  test.each<Case>([
    ['sql over a query', [plain], 'SELECT app.total(1)', ['read']],
    ['in FROM', [plain], 'SELECT * FROM app.total(1) AS t', ['read']],
    [
      'sql that calls another',
      [plain, fn('app.f', 'sql', 'SELECT app.total(2)')],
      'SELECT app.f()',
      ['read'],
    ],
    [
      'BEGIN ATOMIC',
      [fn('app.f', 'sql', '', { atomic: 'BEGIN ATOMIC SELECT 1; SELECT now(); END' })],
      'SELECT app.f()',
      ['read'],
    ],
    [
      'RETURN',
      [fn('app.f', 'sql', '', { args: 'a integer', atomic: 'RETURN (a + 1)' })],
      'SELECT app.f(1)',
      ['read'],
    ],
    [
      'pure plpgsql',
      [plpgsql('DECLARE n int := 0; BEGIN FOR i IN 1..10 LOOP n := n + i; END LOOP; RETURN n; END')],
      'SELECT app.f()',
      ['read'],
    ],
    [
      'plpgsql over a query',
      [
        plpgsql(
          'DECLARE r record; BEGIN FOR r IN SELECT * FROM app.t LOOP RETURN r.a; END LOOP; RAISE NOTICE $$%$$, now(); RETURN 1; END',
        ),
      ],
      'SELECT app.f()',
      ['read'],
    ],
    [
      'subscripts',
      [plpgsql("DECLARE a int[] := '{}'; BEGIN a[1] := 2; a[1 + 1] = 3; RETURN a[1]; END")],
      'SELECT app.f()',
      ['read'],
    ],
    [
      'exceptions',
      [plpgsql('BEGIN RETURN 1 / 0; EXCEPTION WHEN division_by_zero THEN RETURN 0; END')],
      'SELECT app.f()',
      ['read'],
    ],
    [
      'records with defaults',
      [
        plpgsql(
          'DECLARE r record; "R b" app.t := row(1); c app.t%ROWTYPE; d app.t.a%TYPE; BEGIN c.a := 5 % 2; RETURN 1; END',
        ),
      ],
      'SELECT app.f()',
      ['read'],
    ],
    [
      'recursion',
      [
        fn('app.fact', 'sql', 'SELECT CASE WHEN $1 < 2 THEN 1 ELSE $1 * app.fact($1 - 1) END', {
          args: 'n integer',
        }),
      ],
      'SELECT app.fact(5)',
      ['read'],
    ],
    [
      'an own search_path',
      [fn('app.f', 'sql', 'SELECT count(*)::int FROM t', { config: ['search_path=app, pg_temp'] })],
      'SELECT app.f()',
      ['read'],
    ],
    [
      'an aggregate over such',
      [
        plain,
        fn('app.agg', 'internal', '', {
          kind: 'aggregate',
          minArgs: 1,
          maxArgs: 1,
          calls: [ref('app.total')],
        }),
      ],
      'SELECT app.agg(a) FROM t',
      ['read'],
    ],
    ['no such function', [], 'SELECT app.nothing()', ['read']],
    ['others of another arity', [fn('app.total', 'sql', KILLS)], 'SELECT app.total(1)', ['read']],
    [
      'others of another schema',
      [fn('app.upper', 'sql', KILLS, { args: 'a varchar' })],
      "SELECT upper('a')",
      ['read'],
    ],
  ])('%s', (_, functions, sql, needs) => {
    expect(required(sql, { functions })).toEqual(needs);
  });
});

describe('a function that does anything else needs execute', () => {
  const lying = fn('public.lower2', 'sql', KILLS);
  test.each<Case>([
    ['effect in the body, whatever the label says', [lying], 'SELECT lower2()', ['read', 'execute']],
    ['under plain EXPLAIN, which folds it', [lying], 'EXPLAIN SELECT lower2()', ['explain', 'execute']],
    [
      'writes',
      [fn('app.f', 'sql', 'INSERT INTO app.log VALUES (1); SELECT 1')],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    ['nextval', [fn('app.f', 'sql', "SELECT nextval('s')")], 'SELECT app.f()', ['read', 'execute']],
    [
      'through another function',
      [kill, fn('app.f', 'sql', 'SELECT app.kill()')],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    [
      'through a cycle',
      [fn('app.f', 'sql', 'SELECT app.g()'), fn('app.g', 'sql', 'SELECT app.f(), app.kill()'), kill],
      'SELECT app.g()',
      ['read', 'execute'],
    ],
    [
      'SECURITY DEFINER',
      [fn('app.f', 'sql', 'SELECT 1', { isSecurityDefiner: true })],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    ['C', [fn('app.f', 'c', '')], 'SELECT app.f()', ['read', 'execute']],
    [
      'C of an extension nobody reviewed',
      [fn('app.f', 'c', '', { extension: 'not_reviewed' })],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    ['another language', [fn('app.f', 'plpython3u', 'return 1')], 'SELECT app.f()', ['read', 'execute']],
    [
      'no body shown',
      [fn('app.f', 'sql', '', { definition: 'CREATE FUNCTION nonsense' })],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    [
      'a body that is too long',
      [fn('app.f', 'sql', `SELECT 1 /* ${'x'.repeat(5_000)} */`)],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    [
      'an argument’s default',
      [fn('app.f', 'sql', 'SELECT 1', { args: 'a int DEFAULT pg_cancel_backend(1)::int', minArgs: 0 })],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    [
      'a setting that a person may not change',
      [fn('app.f', 'sql', 'SELECT 1', { config: ['session_replication_role=replica'] })],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    [
      'a search_path that hides pg_catalog',
      [fn('app.f', 'sql', 'SELECT 1', { config: ['search_path=app, pg_catalog'] })],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    [
      'set_config of search_path',
      [fn('app.f', 'sql', "SELECT set_config('search_path', 'x', false)")],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    [
      'names with escapes',
      [plpgsql('DECLARE U&"a" record := now(); a record; BEGIN RETURN 1; END')],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    [
      'SET search_path',
      [plpgsql('BEGIN SET search_path = x; RETURN 1; END')],
      'SELECT app.f()',
      ['read', 'execute'],
    ],
    [
      'text that it runs',
      [fn('app.f', 'sql', "SELECT 1 FROM query_to_xml($1, true, false, '')", { args: 'q text' })],
      "SELECT app.f('')",
      ['read', 'execute'],
    ],
    [
      'text that another runs',
      [kill],
      "SELECT query_to_xml('SELECT app.kill()', true, false, '')",
      ['read', 'execute'],
    ],
    [
      'one of several candidates',
      [plain, fn('app.total', 'sql', KILLS, { args: 'a text', oid: oid('app.total(text)') })],
      'SELECT app.total(1)',
      ['read', 'execute'],
    ],
    [
      'VARIADIC',
      [fn('app.f', 'sql', KILLS, { args: 'VARIADIC a int[]', minArgs: 0, maxArgs: null })],
      'SELECT app.f(1, 2, 3)',
      ['read', 'execute'],
    ],
    [
      'named arguments',
      [fn('app.f', 'sql', KILLS, { args: 'a int, b int' })],
      'SELECT app.f(a => 1)',
      ['read', 'execute'],
    ],
    [
      'an aggregate’s support function',
      [
        kill,
        fn('app.agg', 'internal', '', {
          kind: 'aggregate',
          minArgs: 1,
          maxArgs: 1,
          calls: [ref('app.kill')],
        }),
      ],
      'SELECT app.agg(a) FROM t',
      ['read', 'execute'],
    ],
    [
      'an overload in public of a built-in',
      [fn('public.upper', 'sql', KILLS, { args: 'a varchar' })],
      'SELECT upper(a) FROM t',
      ['read', 'execute'],
    ],
    [
      'attribute notation',
      [fn('public.evil', 'sql', KILLS, { args: 'a app.t' })],
      'SELECT t.evil FROM t',
      ['read', 'execute'],
    ],
    [
      'attribute notation on a value',
      [fn('public.evil', 'sql', KILLS, { args: 'a app.t' })],
      'SELECT (row(1)::app.t).evil',
      ['read', 'execute'],
    ],
    ['a name in another encoding', [fn('public.É', 'sql', KILLS)], 'SELECT é()', ['read', 'execute']],
    ['an event trigger’s', [kill], 'CREATE TABLE t ()', ['ddl', 'execute']],
  ])('%s', (_, functions, sql, needs) => {
    expect(
      required(sql, {
        functions,
        eventTriggers: functions.includes(kill) && sql.startsWith('CREATE') ? [kill] : [],
      }),
    ).toEqual(needs);
  });

  test.each([
    ['EXECUTE', "BEGIN EXECUTE 'select 1'; RETURN 1; END"],
    ['FOR … IN EXECUTE', "DECLARE r record; BEGIN FOR r IN EXECUTE 'select 1' LOOP END LOOP; RETURN 1; END"],
    ['RETURN QUERY EXECUTE', "BEGIN RETURN QUERY EXECUTE 'select 1'; END"],
    ['OPEN … FOR EXECUTE', "DECLARE c refcursor; BEGIN OPEN c FOR EXECUTE 'select 1'; RETURN 1; END"],
    ['PREPARE', 'BEGIN PREPARE p AS SELECT 1; RETURN 1; END'],
    ['DEALLOCATE', 'BEGIN DEALLOCATE p; RETURN 1; END'],
    ['COMMIT', 'BEGIN COMMIT; RETURN 1; END'],
    ['PERFORM', 'BEGIN PERFORM app.kill(); RETURN 1; END'],
    ['assignment', 'DECLARE a int; BEGIN a := app.kill(); RETURN a; END'],
    ['assignment with =', 'DECLARE a int; BEGIN a = app.kill(); RETURN a; END'],
    ['subscript of a target', 'DECLARE a int[]; BEGIN a[app.kill()] := 1; RETURN 1; END'],
    ['field', 'DECLARE a app.t; BEGIN a.b := app.kill(); RETURN 1; END'],
    ['default', 'DECLARE a int := app.kill(); BEGIN RETURN a; END'],
    ['default of a record', 'DECLARE x int; a record := app.kill(); BEGIN RETURN 1; END'],
    ['default of a row', 'DECLARE a\n  CONSTANT app.t /* ; */\n DEFAULT app.kill(); BEGIN RETURN 1; END'],
    ['default in an inner block', 'BEGIN DECLARE "A;" app.t NOT NULL = app.kill(); BEGIN END; RETURN 1; END'],
    [
      'a default with BEGIN in it',
      'DECLARE a app.t := (SELECT begin FROM t WHERE app.kill() = 1); BEGIN RETURN 1; END',
    ],
    ['IF', 'BEGIN IF app.kill() = 1 THEN RETURN 1; END IF; RETURN 2; END'],
    ['ELSIF', 'BEGIN IF false THEN RETURN 1; ELSIF app.kill() = 1 THEN RETURN 3; END IF; RETURN 2; END'],
    ['CASE', 'BEGIN CASE 1 WHEN app.kill() THEN RETURN 1; END CASE; END'],
    ['WHILE', 'BEGIN WHILE app.kill() = 1 LOOP END LOOP; RETURN 1; END'],
    ['EXIT', 'BEGIN LOOP EXIT WHEN app.kill() = 1; END LOOP; RETURN 1; END'],
    ['bounds of a loop', 'BEGIN FOR i IN 1..app.kill() LOOP END LOOP; RETURN 1; END'],
    ['FOREACH', 'DECLARE a int; BEGIN FOREACH a IN ARRAY ARRAY[app.kill()] LOOP END LOOP; RETURN 1; END'],
    ['RETURN', 'BEGIN RETURN app.kill(); END'],
    ['RETURN NEXT', 'BEGIN RETURN NEXT app.kill(); END'],
    ['RETURN QUERY', 'BEGIN RETURN QUERY SELECT app.kill(); END'],
    ['RAISE', "BEGIN RAISE NOTICE '%', app.kill(); RETURN 1; END"],
    ['RAISE USING', "BEGIN RAISE NOTICE 'a' USING HINT = app.kill(); RETURN 1; END"],
    ['ASSERT', 'BEGIN ASSERT app.kill() = 1; RETURN 1; END'],
    ['a cursor', 'DECLARE c CURSOR FOR SELECT app.kill(); BEGIN OPEN c; RETURN 1; END'],
    [
      'a cursor’s arguments',
      'DECLARE c CURSOR (k int) FOR SELECT k; BEGIN OPEN c(app.kill()); RETURN 1; END',
    ],
    ['FETCH', 'DECLARE c refcursor; a int; BEGIN FETCH RELATIVE app.kill() FROM c INTO a; RETURN 1; END'],
    ['an exception handler', 'BEGIN RETURN 1; EXCEPTION WHEN others THEN RETURN app.kill(); END'],
    ['a statement', 'BEGIN DELETE FROM app.t; RETURN 1; END'],
    ['DDL', 'BEGIN CREATE TEMP TABLE x (); RETURN 1; END'],
    ['DO', "BEGIN DO 'begin end'; RETURN 1; END"],
    ['a variable of a checked type', 'DECLARE a app.checked; BEGIN a := 1; RETURN 1; END'],
    ['a variable of an array of it', 'DECLARE a app.checked[]; BEGIN a[1] := 1; RETURN 1; END'],
    ['a variable like a column', 'DECLARE a app.t.c%TYPE; BEGIN a := 1; RETURN 1; END'],
    ['a default of a variable like a row', 'DECLARE a app.t % rowtype := app.kill(); BEGIN RETURN 1; END'],
    ['a variable like a row', 'DECLARE a app.t%ROWTYPE; BEGIN a.c := 1; RETURN 1; END'],
  ])('plpgsql: %s', (_, body) => {
    const data: Partial<CatalogData> = {
      functions: [
        kill,
        plpgsql(body, { returns: /RETURN (NEXT|QUERY)/.test(body) ? 'SETOF integer' : 'integer' }),
      ],
      types: [type('app.checked', { expressions: ['(app.kill() = VALUE)'] })],
      relations: [relation('app.t', { types: body.includes('%') ? [oid('app.checked')] : [] })],
    };
    const reasons = understood('SELECT app.f()', data).statements[0]?.requirements ?? [];
    expect(reasons.map(({ permission }) => permission)).toEqual(['read', 'execute']);
    expect(reasons[1]?.what).not.toContain('cannot be understood');
  });

  test('what breaks a wall in a body breaks it outside', () => {
    const body = "SELECT set_config('role', 'postgres', false)";
    const functions = [fn('app.f', 'sql', body), fn('app.g', 'plpgsql', 'BEGIN RETURN app.f(); END')];
    expect(understood('SELECT app.g()', { functions }).statements[0]?.wallBreaks).toEqual([
      {
        when: 'always',
        statement: 1,
        what: 'calls app.g, whose body calls app.f, whose body changes role',
        position: 7,
      },
    ]);
  });

  test('reasons say how it comes to that', () => {
    const functions = [kill, fn('app.f', 'sql', 'SELECT app.kill()')];
    expect(understood('SELECT 1, app.f()', { functions }).statements[0]?.requirements.slice(1)).toEqual([
      {
        permission: 'execute',
        statement: 1,
        what: 'calls app.f, whose body calls app.kill, whose body calls pg_terminate_backend',
        position: 10,
      },
    ]);
  });
});

describe('operators, casts and types are functions too', () => {
  const data: Partial<CatalogData> = {
    functions: [kill, fn('app.eq', 'sql', 'SELECT true', { args: 'a int, b int' })],
    operators: [
      operator('public.=', 'app.kill'),
      operator('app.@@@@', 'app.eq'),
      operator('public.<', 'app.kill'),
    ],
    types: [
      type('app.checked', { expressions: ['(app.kill() = VALUE)'] }),
      type('app._checked', { kind: 'array', parts: [oid('app.checked')] }),
      type('public.pair', { kind: 'composite', parts: [oid('app._checked')] }),
      type('public.checked2', { parts: [oid('app.checked')] }),
      type('public.castable', { kind: 'base' }),
      type('public.loud', { kind: 'base', functions: [ref('app.kill')] }),
      type('public.mood', { kind: 'enum', functions: [ref('pg_catalog.enum_in')] }),
      type('public.seq', { expressions: ["(VALUE > nextval('s'))"] }),
    ],
    casts: [cast(oid('public.castable'), 25, 'app.kill')],
    relations: [relation('app.pairs', { types: [oid('public.pair')] })],
  };
  test.each<[string, Permission[]]>([
    ['SELECT a = b FROM t', ['read', 'execute']],
    ['SELECT a IN (1, 2) FROM t', ['read', 'execute']],
    ['SELECT a IN (SELECT 1) FROM t', ['read', 'execute']],
    ['SELECT a = ANY (b) FROM t', ['read', 'execute']],
    ['SELECT NULLIF(a, b) FROM t', ['read', 'execute']],
    ['SELECT a IS DISTINCT FROM b FROM t', ['read', 'execute']],
    ['SELECT CASE a WHEN 1 THEN 2 END FROM t', ['read', 'execute']],
    ['SELECT 1 FROM t JOIN u USING (a)', ['read', 'execute']],
    ['SELECT 1 FROM t NATURAL JOIN u', ['read', 'execute']],
    ['SELECT a BETWEEN 1 AND 2 FROM t', ['read', 'execute']],
    ['SELECT a FROM t ORDER BY a USING <', ['read', 'execute']],
    ['EXPLAIN SELECT a = b FROM t', ['explain', 'execute']],
    ['SELECT a OPERATOR(pg_catalog.=) b, a > b FROM t', ['read']],
    ['SELECT a OPERATOR(app.@@@@) b FROM t', ['read', 'execute']],
    ['SELECT 1::app.checked', ['read', 'execute']],
    ["SELECT app.checked('1')", ['read', 'execute']],
    ["SELECT '{1}'::app.checked[]", ['read', 'execute']],
    ["SELECT '(1)'::pair", ['read', 'execute']],
    ["SELECT json_populate_record(NULL::app.pairs, '{}')", ['read', 'execute']],
    ['SELECT * FROM app.pairs', ['read', 'execute']],
    ["SELECT * FROM json_to_record('{}') AS x(a pair)", ['read', 'execute']],
    ["SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a app.checked PATH '$'))", ['read', 'execute']],
    ["SELECT 'x'::castable", ['read', 'execute']],
    ["SELECT 'x'::loud", ['read', 'execute']],
    ["SELECT 'x'::mood, 'y'::public.mood[]", ['read']],
    ["SELECT 'x'::seq", ['read', 'write']],
    ['SELECT (1).checked2', ['read', 'execute']],
    ["SELECT pg_input_is_valid('1', 'app.checked')", ['read', 'write', 'execute']],
    ["SELECT array_in('{1}', 'app.checked'::regtype, -1)", ['read', 'write', 'execute']],
    ['PREPARE p (app.checked) AS SELECT $1', ['read', 'execute']],
    ["SELECT '1'::int4, 'x'::text, 'x'::nothing", ['read']],
  ])('%s', (sql, needs) => {
    expect(required(sql, data)).toEqual(needs);
  });

  test('a cast between PostgreSQL’s own types may be in any statement', () => {
    const casts = [cast(25, 23, 'app.kill')];
    expect(required('SELECT 1', { functions: [kill], casts })).toEqual(['read', 'execute']);
  });

  test('an operator’s negator may be any other operator of its authors', () => {
    const { functions = [] } = data;
    const operators = [operator('public.===', 'app.eq'), operator('hidden.!===', 'app.kill')];
    expect(required('SELECT NOT a === b FROM t', { functions, operators })).toEqual(['read', 'execute']);
    expect(required('SELECT a === b FROM t', { functions, operators: operators.slice(0, 1) })).toEqual([
      'read',
    ]);
  });
});

describe('search_path', () => {
  const functions = [
    fn('shadow.upper', 'sql', KILLS, { args: 'a varchar' }),
    fn('public.f', 'sql', 'SELECT g()'),
    fn('shadow.g', 'sql', KILLS),
    fn('shop.mine', 'sql', KILLS),
  ];
  test.each<[earlier: string[], sql: string, Permission[]]>([
    [[], "SELECT upper('a'), f()", ['read']],
    [['SET search_path = shadow'], "SELECT upper('a')", ['read', 'execute']],
    [['SET LOCAL search_path TO public, "shadow"'], "SELECT upper('a')", ['read', 'execute']],
    [
      ["SELECT set_config('search_path', ' Shadow , public', true)"],
      "SELECT upper('a')",
      ['read', 'execute'],
    ],
    [['BEGIN; SET search_path = shadow; ROLLBACK'], "SELECT upper('a')", ['read', 'execute']],
    [['SET search_path = shadow', 'DISCARD ALL'], "SELECT upper('a')", ['read', 'execute']],
    [['SET search_path = shadow'], 'SELECT f()', ['read', 'execute']],
    [['SET search_path = other'], "SELECT upper('a'), f()", ['read']],
    [[], "SET search_path = shadow; SELECT upper('a')", ['read', 'execute']],
    [[], "SELECT set_config('search_path', 'shadow', true), f()", ['read', 'execute']],
    [['SET search_path = "$user"'], 'SELECT mine()', ['read', 'execute']],
    [[`SET search_path = ${'x'.repeat(70)}`], 'SELECT mine()', ['read', 'execute']],
    [['PREPARE p AS SELECT f()'], 'EXECUTE p', ['read']],
    [['PREPARE p AS SELECT f()', 'SET search_path = shadow'], 'EXECUTE p', ['read', 'execute']],
    [
      ['DECLARE c CURSOR WITH HOLD FOR SELECT f()', 'SET search_path = shadow'],
      'FETCH c',
      ['read', 'execute'],
    ],
  ])('%j, then %s', (earlier, sql, needs) => {
    expect(required(sql, { functions }, after({ functions }, ...earlier))).toEqual(needs);
  });

  test('a name prepared with another catalog needs execute', () => {
    const session = after({ functions }, 'PREPARE p AS SELECT 1');
    expect(required('EXECUTE p', { functions, version: '2' }, session)).toEqual(['read', 'execute']);
  });

  test('names that no list holds need execute on servers that the lists do not know', () => {
    expect(required('SELECT pg_new_in_nineteen()', { serverVersion: 190_000 })).toEqual(['read', 'execute']);
    expect(required('SELECT pg_new_in_nineteen()', {})).toEqual(['read']);
  });
});
