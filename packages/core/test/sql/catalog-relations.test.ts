import { beforeAll, describe, expect, test } from 'vitest';
import type { Permission } from '../../src/policy/index.js';
import { type CatalogData, type CatalogRelation, loadParser } from '../../src/sql/index.js';
import { fn, oid, ref, relation, required, type, understood } from './catalogs.js';

beforeAll(loadParser);

const KILLS = 'SELECT pg_terminate_backend(1)';
const functions = [
  fn('app.kill', 'sql', KILLS),
  fn(
    'app.stamp',
    'plpgsql',
    "BEGIN NEW.at := now(); INSERT INTO app.log VALUES (1, nextval('s')); RETURN NEW; END",
    { returns: 'trigger' },
  ),
  fn('app.kill_trigger', 'plpgsql', 'BEGIN PERFORM app.kill(); RETURN NEW; END', { returns: 'trigger' }),
  fn('app.clean', 'sql', 'SELECT 1'),
];
const killTrigger = (...events: CatalogRelation['triggers'][number]['events']) => [
  { events, function: ref('app.kill_trigger') },
];
const evil = { triggers: killTrigger('insert', 'update', 'delete') };

type Case = [sql: string, relations: CatalogRelation[], needs: Permission[]];

describe('what relations run', () => {
  const view = relation('app.v', { query: KILLS });
  const seq = relation('public.ids', { query: "SELECT nextval('s') AS id" });
  const nice = relation('public.nice', { query: 'SELECT a, upper(b) FROM app.t WHERE app.clean() = 1' });
  const computed = relation('app.t', { writeExpressions: ['app.kill()'] });
  const matview = relation('app.m', { kind: 'materialized_view', query: KILLS });
  const program = relation('app.ft', {
    kind: 'foreign_table',
    foreign: { wrapper: 'file_fdw', isProgram: true },
  });
  const foreign = relation('app.fr', {
    kind: 'foreign_table',
    foreign: { wrapper: 'postgres_fdw', isProgram: false },
  });
  const parent = relation('app.p', { kind: 'partitioned_table', children: [oid('app.ft')] });
  const rule = relation('app.t', {
    rules: [
      {
        event: 'insert',
        definition: 'CREATE RULE r AS ON INSERT TO app.t WHERE (new.a > 1) DO ALSO NOTIFY x',
      },
      {
        event: 'delete',
        definition: 'CREATE RULE r AS ON DELETE TO app.t DO INSTEAD SELECT app.kill() AS kill',
      },
    ],
  });
  const policy = (event?: 'select' | 'insert') =>
    relation('app.t', { policies: [{ ...(event && { event }), expressions: ['(app.kill() = 1)'] }] });

  test.each<Case>([
    ['SELECT * FROM app.v', [view], ['read', 'admin']],
    ['TABLE app.v', [view], ['read', 'admin']],
    ['WITH x AS (SELECT 1 FROM app.v) SELECT * FROM x', [view], ['read', 'admin']],
    ['COPY app.v TO STDOUT', [view], ['read', 'admin', 'export']],
    ['SELECT * FROM ids', [seq], ['read', 'write']],
    ['SELECT * FROM nice', [nice], ['read']],
    [
      'SELECT * FROM app.p',
      [relation('app.p', { query: "SELECT set_config('search_path', 'x', false)" })],
      ['read', 'execute'],
    ],
    [
      'SELECT * FROM app.p',
      [
        relation('app.p', {
          query: "SELECT query_to_xml('SET search_path = x', true, true, '''')".replace("''''", "''"),
        }),
      ],
      ['read', 'execute'],
    ],
    ['EXPLAIN SELECT * FROM ids', [seq], ['explain']],
    ['EXPLAIN ANALYZE SELECT * FROM ids', [seq], ['read', 'write', 'explain']],
    [
      'EXPLAIN SELECT * FROM app.v',
      [relation('app.v', { query: 'SELECT app.kill()' })],
      ['explain', 'execute'],
    ],
    [
      'SELECT * FROM app.outer',
      [view, relation('app.outer', { query: 'SELECT * FROM app.v' })],
      ['read', 'admin'],
    ],
    ['SELECT * FROM app.a', [relation('app.a', { query: 'SELECT * FROM app.a' })], ['read']],
    ['SELECT * FROM v', [view], ['read']],
    ['SELECT * FROM pg_class', [relation('pg_temp_3.pg_class', { query: KILLS })], ['read', 'admin']],
    ['SELECT * FROM pg_catalog.pg_class', [relation('pg_temp.pg_class', { query: KILLS })], ['read']],
    [
      'SELECT * FROM app.long',
      [relation('app.long', { query: `SELECT '${'x'.repeat(5_000)}'` })],
      ['read', 'execute'],
    ],
    ['SELECT * FROM app.t', [relation('app.t', { readExpressions: ['app.kill()'] })], ['read', 'execute']],
    ['SELECT * FROM app.t', [relation('app.t', { planExpressions: ['app.kill()'] })], ['read', 'execute']],
    [
      'SELECT * FROM app.t',
      [relation('app.t', { writeExpressions: ["nextval('s')"], planExpressions: ['lower(a)'] })],
      ['read'],
    ],
    ['SELECT * FROM app.t', [{ ...computed, planExpressions: undefined as never }], ['read', 'execute']],
    ['CREATE TABLE x (LIKE app.t INCLUDING ALL)', [computed], ['ddl', 'execute']],
    ['CREATE TABLE x PARTITION OF app.t DEFAULT', [computed], ['ddl', 'execute']],
    ['CREATE TABLE t ()', [relation('public.t', { writeExpressions: ['app.kill()'] })], ['ddl']],
    ["SELECT brin_summarize_new_values('app.i')", [computed], ['read', 'ddl', 'execute']],
    // Materialized views
    ['SELECT * FROM app.m', [matview], ['read']],
    ['REFRESH MATERIALIZED VIEW app.m', [matview], ['read', 'ddl', 'admin']],
    // Foreign tables
    ['SELECT * FROM app.ft', [program], ['read', 'admin']],
    ['SELECT * FROM app.fr', [foreign], ['read', 'execute']],
    ['EXPLAIN SELECT * FROM app.fr', [foreign], ['explain', 'execute']],
    ['INSERT INTO app.fr VALUES (1)', [foreign], ['write', 'execute']],
    ['ANALYZE app.ft', [program], ['ddl', 'admin']],
    ['ANALYZE', [parent, program], ['ddl', 'admin']],
    ['ALTER TABLE app.fr OWNER TO x', [foreign], ['ddl', 'admin', 'execute']],
    ['DROP TABLE app.ft', [program], ['ddl']],
    ['GRANT SELECT ON app.v TO x', [view], ['ddl']],
    ['SELECT * FROM app.p', [parent, program], ['read', 'admin']],
    // Defaults, checks, indexes
    ['INSERT INTO app.t VALUES (1)', [computed], ['write', 'execute']],
    ['UPDATE app.t SET a = 1', [computed], ['write', 'execute']],
    ['MERGE INTO app.t USING u ON true WHEN MATCHED THEN DELETE', [computed], ['read', 'write', 'execute']],
    ['COPY app.t FROM STDIN', [computed], ['write', 'execute']],
    ['DELETE FROM app.t', [computed], ['write']],
    ['SELECT * FROM app.t', [computed], ['read']],
    ['INSERT INTO app.t VALUES (1)', [relation('app.t', { writeExpressions: ["nextval('s')"] })], ['write']],
    ['CREATE INDEX ON app.t (a)', [computed], ['ddl', 'execute']],
    ['ALTER TABLE app.t ADD x int', [computed], ['ddl', 'execute']],
    ['VACUUM app.t', [computed], ['ddl', 'execute']],
    ['ANALYZE', [computed], ['ddl', 'execute']],
    ['REINDEX INDEX app.i', [computed], ['ddl', 'execute']],
    ['CLUSTER app.t', [computed], ['ddl', 'execute']],
    [
      'WITH x AS (INSERT INTO app.t VALUES (1) RETURNING a) SELECT * FROM x',
      [computed],
      ['read', 'write', 'execute'],
    ],
    ['PREPARE p AS INSERT INTO app.t VALUES (1)', [computed], ['write', 'execute']],
    // Rules
    ['INSERT INTO app.t VALUES (1)', [rule], ['write']],
    ['DELETE FROM app.t', [rule], ['write', 'execute']],
    ['EXPLAIN DELETE FROM app.t', [rule], ['explain', 'execute']],
    ['UPDATE app.t SET a = 1', [rule], ['write']],
    // Policies
    ['SELECT * FROM app.t', [policy()], ['read', 'execute']],
    ['SELECT * FROM app.t', [policy('select')], ['read', 'execute']],
    ['UPDATE app.t SET a = 1', [policy('select')], ['write', 'execute']],
    ['INSERT INTO app.t VALUES (1)', [policy('insert')], ['write', 'execute']],
    ['SELECT * FROM app.t', [policy('insert')], ['read']],
    // Triggers
    [
      'INSERT INTO app.t VALUES (1)',
      [relation('app.t', { triggers: [{ events: ['insert'], function: ref('app.stamp') }] })],
      ['write'],
    ],
    ['INSERT INTO app.t VALUES (1)', [relation('app.t', evil)], ['write', 'execute']],
    [
      'INSERT INTO app.t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2',
      [relation('app.t', { triggers: killTrigger('update') })],
      ['write', 'execute'],
    ],
    ['INSERT INTO app.t VALUES (1)', [relation('app.t', { triggers: killTrigger('update') })], ['write']],
    ['SELECT * FROM app.t', [relation('app.t', evil)], ['read']],
    ['EXPLAIN DELETE FROM app.t', [relation('app.t', evil)], ['explain']],
    ['TRUNCATE app.t', [relation('app.t', { triggers: killTrigger('truncate') })], ['ddl', 'execute']],
    ['TRUNCATE app.t', [relation('app.u', { triggers: killTrigger('truncate') })], ['ddl']],
    [
      'TRUNCATE app.t CASCADE',
      [relation('app.u', { triggers: killTrigger('truncate') })],
      ['ddl', 'execute'],
    ],
    [
      'INSERT INTO app.t VALUES (1)',
      [
        relation('app.t', {
          triggers: [{ events: ['insert'], function: ref('app.stamp'), when: '(app.kill() = 1)' }],
        }),
      ],
      ['write', 'execute'],
    ],
    [
      'INSERT INTO app.t VALUES (1)',
      [relation('app.t', { triggers: [{ events: ['insert'], function: ref('app.unknown') }] })],
      ['write', 'execute'],
    ],
    [
      'INSERT INTO app.t VALUES (1)',
      [
        relation('app.t', { triggers: [{ events: ['insert'], function: ref('app.stamp') }] }),
        relation('app.log', evil),
      ],
      ['write', 'execute'],
    ],
    [
      'INSERT INTO app.t VALUES (1)',
      [
        relation('app.t', {
          triggers: [{ events: ['insert'], function: ref('pg_catalog.tsvector_update_trigger') }],
        }),
      ],
      ['write'],
    ],
    // Through views, partitions, foreign keys
    [
      'UPDATE app.v SET a = 1',
      [relation('app.v', { query: 'SELECT * FROM app.t' }), relation('app.t', evil)],
      ['write', 'execute'],
    ],
    [
      'SELECT * FROM app.v',
      [relation('app.v', { query: 'SELECT * FROM app.t' }), relation('app.t', evil)],
      ['read'],
    ],
    [
      'INSERT INTO app.p VALUES (1)',
      [relation('app.p', { children: [oid('app.t')] }), relation('app.t', evil)],
      ['write', 'execute'],
    ],
    [
      'UPDATE app.p SET a = 1',
      [
        relation('app.p', { children: [oid('app.t')] }),
        relation('app.t', { triggers: killTrigger('delete') }),
      ],
      ['write', 'execute'],
    ],
    [
      'DELETE FROM app.p',
      [
        relation('app.p', { cascades: [oid('app.t')] }),
        relation('app.t', { triggers: killTrigger('update') }),
      ],
      ['write', 'execute'],
    ],
    [
      'DELETE FROM app.a',
      [
        relation('app.a', { cascades: [oid('app.b')] }),
        relation('app.b', { cascades: [oid('app.a'), oid('app.t')] }),
        relation('app.t', evil),
      ],
      ['write', 'execute'],
    ],
    [
      'INSERT INTO app.p VALUES (1)',
      [relation('app.p', { cascades: [oid('app.t')] }), relation('app.t', evil)],
      ['write'],
    ],
  ])('%s %#', (sql, relations, needs) => {
    expect(required(sql, { functions, relations })).toEqual(needs);
  });

  test('a checked type counts where rows are written', () => {
    const types = [type('app.checked', { expressions: ['(app.kill() = VALUE)'] })];
    const relations = [relation('app.t', { types: [oid('app.checked')] })];
    expect(required('INSERT INTO app.t VALUES (1)', { functions, relations, types })).toEqual([
      'write',
      'execute',
    ]);
  });

  test('reasons are in words', () => {
    const data: Partial<CatalogData> = {
      functions,
      relations: [relation('app.v', { query: 'SELECT * FROM app.w' }), relation('app.w', { query: KILLS })],
    };
    const whats = (sql: string) => understood(sql, data).statements[0]?.requirements.map(({ what }) => what);
    expect(whats('SELECT * FROM app.w')).toEqual([
      'is a SELECT',
      'reads app.w, whose definition calls pg_terminate_backend',
    ]);
    expect(whats('SELECT * FROM app.v')).toEqual([
      'is a SELECT',
      'reads app.v, whose definition reads app.w, whose definition calls pg_terminate_backend',
    ]);
  });

  test('a name without a schema means every relation of it on the path', () => {
    const relations = [relation('shop.t'), relation('public.t', { query: KILLS })];
    expect(required('SELECT * FROM t', { relations, searchPath: ['shop', 'public'] })).toEqual([
      'read',
      'admin',
    ]);
    expect(required('SELECT * FROM t', { relations, searchPath: ['shop'] })).toEqual(['read']);
    expect(required('SELECT * FROM shop.t', { relations, searchPath: ['shop', 'public'] })).toEqual(['read']);
  });
});
