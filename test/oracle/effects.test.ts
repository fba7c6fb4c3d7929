import { readdirSync, readFileSync } from 'node:fs';
import { permissionsOf } from '@postern/core/policy';
import { classify, loadParser } from '@postern/core/sql';
import { hasPostgres } from '@postern/infra/postgres-binaries';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences, type Fingerprint, Sandbox } from './sandbox.js';

const CORPUS = new URL('../../packages/core/corpus/sql/', import.meta.url);
const texts = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, CORPUS), 'utf8')) as { sql: string }[])
  .map(({ sql }) => sql);

/** Called `read` or `explain` and nothing else, and refused by no wall. */
function isHarmless(sql: string): boolean {
  const result = classify(sql);
  if (!result.ok || result.classification.statements.length === 0) return false;
  const { required, statements } = result.classification;
  return (
    permissionsOf(required).every((permission) => permission === 'read' || permission === 'explain') &&
    statements.every(({ wallBreaks }) => wallBreaks.length === 0)
  );
}

/** Those that `npm run postgres-majors` brings are tried where they are installed. */
const majors = ([14, 15, 16, 17, 18] as const).filter(
  (major) => major === 15 || major === 18 || hasPostgres(major),
);

/** Statements run as a superuser, without read-only mode: only what they really do counts. */
describe.each(majors)('the effect oracle on PostgreSQL %i', (major) => {
  // Not every platform has the older one: the report then names the version that was not tried.
  if (!hasPostgres(major)) return test.skip('is not installed for this platform');
  let sandbox: Sandbox;
  let state: Fingerprint;

  beforeAll(async () => {
    await loadParser();
    sandbox = await Sandbox.start(major);
    state = await sandbox.fingerprint();
  });
  afterAll(() => sandbox.stop());

  /** What changed while `texts` ran in one session, looked at before that session ends. */
  async function changes(...sqls: string[]): Promise<{ changed: string[]; ran: number }> {
    const client = await sandbox.connect('statement');
    let ran = 0;
    try {
      await client.query(`set statement_timeout = ${sqls.length > 10 ? 200 : 2_000}`);
      for (const sql of sqls) {
        await client.query(sql).then(
          () => ran++,
          () => undefined,
        );
        await client.query('commit');
      }
      const after = await sandbox.fingerprint();
      const changed = differences(state, after);
      state = after;
      return { changed, ran };
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  test('two looks at a quiet server see the same', async () => {
    expect(await changes()).toEqual({ changed: [], ran: 0 });
  });

  test('what the classifier calls a read of the corpus changes nothing', async () => {
    const harmless = texts.filter(isHarmless);
    let executed = 0;
    for (const sql of harmless) {
      const { changed, ran } = await changes(sql);
      expect({ sql, changed }).toEqual({ sql, changed: [] });
      executed += ran;
    }
    console.info(
      `effect oracle on ${major}: ${executed} of ${harmless.length} harmless texts of the corpus executed`,
    );
    expect(executed / harmless.length).toBeGreaterThan(0.6);
  });

  test('functions of PostgreSQL’s own that the classifier calls harmless change nothing', async () => {
    const calls = (await sandbox.builtinCalls()).filter(isHarmless);
    let executed = 0;
    const size = 100;
    for (let first = 0; first < calls.length; first += size) {
      const { changed, ran } = await changes(...calls.slice(first, first + size));
      executed += ran;
      if (changed.length === 0) continue;
      // Once more, one by one, to name the one that did it.
      for (const sql of calls.slice(first, first + size))
        expect({ sql, changed: (await changes(sql)).changed }).toEqual({ sql, changed: [] });
      expect({ calls: calls.slice(first, first + size), changed }).toEqual({ changed: [] });
    }
    console.info(
      `effect oracle on ${major}: ${executed} of ${calls.length} calls of harmless built-ins executed`,
    );
    expect(executed).toBeGreaterThan(1_500);
  });

  test.each([
    ["insert into t values (1000, 'x')", 't'],
    ['update t set b = b where id = 1', 't'],
    ["select nextval('s')", 's'],
    ['create table made ()', 'pg_class'],
    ['create temp table made ()', 'pg_class'],
    ["comment on table t is 'other'", 'pg_description'],
    ['create role made', 'pg_authid'],
    ['alter function my_fn(int) cost 7', 'pg_proc'],
    ['select lo_create(0)', 'pg_largeobject_metadata'],
    ["select lo_put(1, 0, 'x')", 'pg_largeobject'],
    ['notify jobs', 'messages received'],
    ['select pg_advisory_lock(7)', 'advisory locks'],
    ["select pg_create_physical_replication_slot('made')", 'slots'],
    ["alter system set work_mem = '8MB'", 'setting files'],
    ['select pg_reload_conf()', 'configuration load'],
    ['select pg_stat_reset()', 'statistics resets'],
    ['select pg_switch_wal()', 'wal file'],
    ['checkpoint', 'checkpoint'],
    ["copy t to program 'touch made'", 'data folder'],
    ['explain analyze create table made_too as select 1', 'pg_class'],
    ['prepare p as select nextval($$s$$); create table made_not as execute p with no data', 'pg_class'],
    ['create table c as execute q(nextval($$s$$)) with no data', 's', 'prepare q(bigint) as select $1'],
  ])('sees what %s does', async (sql, where, before?: string) => {
    const { changed } = await changes(...(before === undefined ? [] : [before]), sql);
    // Before 15, statistics are reset by another process, a moment later.
    for (let look = 0; major === 14 && look < 50 && !changed.includes(where); look++)
      changed.push(...(await changes()).changed);
    expect(changed).toContain(where);
  });

  test('sees that a session is cancelled', async () => {
    const { changed } = await changes(`select pg_cancel_backend(${sandbox.victimPid})`);
    // The signal takes its time; the test's own limit ends a wait in vain.
    while (!changed.includes('working session')) changed.push(...(await changes()).changed);
  });
});
