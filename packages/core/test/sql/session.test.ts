import { beforeAll, describe, expect, test } from 'vitest';
import { type Permission, permissionsOf } from '../../src/policy/index.js';
import {
  type Classification,
  classify,
  loadParser,
  NEW_SESSION,
  type SessionState,
  sessionAfter,
  sessionDuring,
  sessionOutsideTransaction,
} from '../../src/sql/index.js';

beforeAll(loadParser);

function understood(sql: string, session?: SessionState): Classification {
  const result = classify(sql, session);
  if (!result.ok) throw new Error(`${result.rejection.code}: ${result.rejection.message}`);
  return result.classification;
}

/** The session after these texts, of which every statement succeeded. */
function after(...texts: string[]): SessionState {
  let session = NEW_SESSION;
  for (const sql of texts) {
    for (const statement of understood(sql, session).statements) session = sessionAfter(session, statement);
  }
  return session;
}

describe('what earlier texts of a session did', () => {
  test.each<[earlier: string[], sql: string, required: Permission[]]>([
    [[], 'EXECUTE d', ['admin']],
    [['PREPARE d AS DELETE FROM t'], 'EXECUTE d', ['write']],
    [['PREPARE d AS DELETE FROM t'], 'EXPLAIN EXECUTE d', ['explain']],
    [['PREPARE d AS DELETE FROM t'], 'EXPLAIN ANALYZE EXECUTE d', ['write', 'explain']],
    [['PREPARE d AS DELETE FROM t'], "EXECUTE d(pg_notify('a', 'b'))", ['write']],
    [['PREPARE d AS SELECT 1'], "EXECUTE d(nextval('s'))", ['read', 'write']],
    [['PREPARE d AS SELECT 1'], 'CREATE TABLE c AS EXECUTE d', ['read', 'ddl']],
    [['PREPARE d AS SELECT my_fn(1)'], 'EXPLAIN EXECUTE d', ['explain', 'execute']],
    [['PREPARE d AS SELECT 1; DEALLOCATE d'], 'EXECUTE d', ['admin']],
    [['PREPARE d AS SELECT 1', 'DEALLOCATE PREPARE "D"'], 'EXECUTE d', ['read']],
    [['PREPARE d AS SELECT 1', 'DEALLOCATE ALL'], 'EXECUTE d', ['admin']],
    [['PREPARE d AS SELECT 1', 'DISCARD ALL'], 'EXECUTE d', ['admin']],
    [['PREPARE d AS SELECT 1', 'DISCARD TEMP; ROLLBACK'], 'EXECUTE d', ['read']],
    [['PREPARE d AS SELECT 1', 'DEALLOCATE d', 'PREPARE d AS DELETE FROM t'], 'EXECUTE d', ['write']],
    [['PREPARE d AS SELECT 1'], 'DEALLOCATE d; EXECUTE d', ['read', 'admin']],
    [['PREPARE d AS SELECT 1', 'SELECT my_fn()'], 'EXECUTE d', ['read', 'execute']],
    [['PREPARE d AS SELECT 1', 'DO $$ BEGIN END $$'], 'EXECUTE d', ['read', 'execute']],
    [['SELECT my_fn()', 'PREPARE d AS SELECT 1'], 'EXECUTE d', ['read']],
    [[`PREPARE ${'x'.repeat(59)} AS SELECT 1`], `EXECUTE ${'x'.repeat(59)}`, ['read']],
    [[`PREPARE ${'x'.repeat(60)} AS SELECT 1`], `EXECUTE ${'x'.repeat(60)}`, ['admin']],
    [[], 'FETCH c', ['read', 'admin']],
    [['BEGIN', 'DECLARE c CURSOR FOR SELECT 1'], 'FETCH 10 FROM c', ['read']],
    [['BEGIN', 'DECLARE c CURSOR FOR SELECT 1'], 'MOVE ALL IN "c"; CLOSE c', ['read']],
    [['BEGIN', 'DECLARE c CURSOR FOR SELECT 1'], 'CLOSE c; FETCH c', ['read', 'admin']],
    [['BEGIN', 'DECLARE c CURSOR FOR SELECT 1', 'CLOSE ALL'], 'FETCH c', ['read', 'admin']],
    [['BEGIN', 'DECLARE c CURSOR FOR SELECT 1', 'ROLLBACK'], 'FETCH c', ['read', 'admin']],
    [['BEGIN', 'DECLARE c CURSOR FOR SELECT 1', 'COMMIT AND CHAIN'], 'FETCH c', ['read', 'admin']],
    [['BEGIN', 'DECLARE c CURSOR FOR SELECT 1', 'SAVEPOINT a; ROLLBACK TO a'], 'FETCH c', ['read']],
    [['DECLARE c BINARY SCROLL CURSOR WITH HOLD FOR SELECT 1', 'COMMIT'], 'FETCH c', ['read']],
    [['DECLARE c CURSOR WITH HOLD FOR SELECT 1', 'DISCARD ALL'], 'FETCH c', ['read', 'admin']],
    [['BEGIN', 'DECLARE c CURSOR FOR SELECT * FROM t FOR SHARE'], 'FETCH c', ['read', 'write']],
    [['BEGIN', 'DECLARE c CURSOR FOR SELECT 1', 'CALL p()'], 'FETCH c', ['read', 'execute']],
    [['PREPARE c AS SELECT 1'], 'FETCH c', ['read', 'admin']],
  ])('%j, then %s', (earlier, sql, required) => {
    expect(permissionsOf(understood(sql, after(...earlier)).required)).toEqual(required);
  });

  test('a text cannot look into the session through a function that runs SQL', () => {
    const session = after('PREPARE d AS SELECT 1');
    const { required } = understood("SELECT query_to_xml('EXECUTE d', true, false, '')", session);
    expect(permissionsOf(required)).toEqual(['read', 'admin']);
  });

  test('walls are remembered too', () => {
    const session = after("PREPARE d AS SELECT set_config('transaction_read_only', 'off', false)");
    for (const sql of ['EXECUTE d', 'EXPLAIN EXECUTE d', 'CREATE TABLE c AS EXECUTE d']) {
      expect(understood(sql, session).statements[0]?.wallBreaks).toMatchObject([
        { when: 'read_only', what: 'executes `d`, which changes transaction_read_only' },
      ]);
    }
  });

  test('reasons say what the name stands for, without a place in another text', () => {
    const session = after('PREPARE d AS DELETE FROM t', 'SELECT my_fn()');
    expect(understood('SELECT 1; EXECUTE d', session).statements[1]?.requirements).toEqual([
      { permission: 'write', statement: 2, what: 'executes `d`, which contains a DELETE' },
      {
        permission: 'execute',
        statement: 2,
        what: 'executes `d`, which code that ran in between may have replaced',
      },
    ]);
  });
});

describe('the state of a session', () => {
  test('is asked for by the texts that depend on it, and by no others', () => {
    const session = after('PREPARE d AS SELECT 1');
    for (const sql of ['EXECUTE d', 'FETCH c', 'EXPLAIN EXECUTE d', 'SELECT 1; CREATE TABLE c AS EXECUTE d'])
      expect(understood(sql, session).usesSession).toBe(true);
    for (const sql of ['SELECT 1', 'PREPARE e AS SELECT 1', 'DEALLOCATE d', 'CLOSE c', 'DISCARD ALL'])
      expect(understood(sql, session)).toEqual(understood(sql));
  });

  test('is never changed, and survives the way to another thread', () => {
    const session = after('PREPARE d AS DELETE FROM t', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1');
    const copy = structuredClone(session);
    understood('DISCARD ALL; SELECT f(); PREPARE x AS SELECT 1; CLOSE ALL', session);
    after('DISCARD ALL');
    expect(session).toEqual(copy);
    expect(understood('EXECUTE d; FETCH c', copy)).toEqual(understood('EXECUTE d; FETCH c', session));
  });

  test('code leaves its trace even when it fails; an effect comes with success only', () => {
    const session = after('PREPARE d AS SELECT 1');
    const [failed] = understood('SELECT my_fn()').statements;
    const [prepared] = understood('PREPARE e AS SELECT 1').statements;
    if (failed === undefined || prepared === undefined) throw new Error('no statement');
    expect(sessionDuring(session, prepared)).toBe(session);
    const during = sessionDuring(session, failed);
    expect(permissionsOf(understood('EXECUTE d', during).required)).toEqual(['read', 'execute']);
  });

  test('outside a transaction only cursors WITH HOLD are left', () => {
    const session = after(
      'DECLARE c CURSOR FOR SELECT 1',
      'DECLARE h CURSOR WITH HOLD FOR SELECT 1',
      'PREPARE d AS SELECT 1',
    );
    const left = sessionOutsideTransaction(session);
    expect([...left.cursors.keys(), ...left.prepared.keys()]).toEqual(['h', 'd']);
  });

  test('does not grow without end', () => {
    const texts = Array.from({ length: 2_000 }, (_, n) => `PREPARE p${n} AS SELECT ${n}`);
    const session = after(...texts);
    expect(session.prepared.size).toBeLessThan(300);
    expect(permissionsOf(understood('EXECUTE p1999', session).required)).toEqual(['admin']);
  });
});
