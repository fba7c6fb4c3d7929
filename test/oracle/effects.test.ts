import { readdirSync, readFileSync } from 'node:fs';
import { permissionsOf } from '@postern/core/policy';
import { classify, loadParser } from '@postern/core/sql';
import { hasPostgres } from '@postern/infra/postgres-binaries';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNoEffects } from './expect-no-effects.js';
import { Sandbox } from './sandbox.js';

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

  beforeAll(async () => {
    await loadParser();
    sandbox = await Sandbox.start(major);
  });
  afterAll(() => sandbox.stop());

  test('two looks at a quiet server see the same', async () => {
    expect(await sandbox.effects([])).toEqual({ changed: [], ran: 0 });
  });

  test('what the classifier calls a read of the corpus changes nothing', async () => {
    const harmless = texts.filter(isHarmless);
    const executed = await expectNoEffects(sandbox, harmless, 'each');
    console.info(
      `effect oracle on ${major}: ${executed} of ${harmless.length} harmless texts of the corpus executed`,
    );
    // Some of the tools' queries are for the newest catalog.
    expect(executed / harmless.length).toBeGreaterThan(major === 18 ? 0.8 : 0.6);
  });

  test('functions of PostgreSQL’s own that the classifier calls harmless change nothing', async () => {
    const calls = (await sandbox.builtinCalls()).filter(isHarmless);
    const executed = await expectNoEffects(sandbox, calls, 'one');
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
    const { changed } = await sandbox.effects([...(before === undefined ? [] : [before]), sql]);
    // Before 15, statistics are reset by another process, a moment later.
    for (let look = 0; major === 14 && look < 50 && !changed.includes(where); look++)
      changed.push(...(await sandbox.effects([])).changed);
    expect(changed).toContain(where);
  });

  test('sees that a session is cancelled', async () => {
    const { changed } = await sandbox.effects([`select pg_cancel_backend(${sandbox.victimPid})`]);
    // The signal takes its time; the test's own limit ends a wait in vain.
    while (!changed.includes('working session')) changed.push(...(await sandbox.effects([])).changed);
  });
});
