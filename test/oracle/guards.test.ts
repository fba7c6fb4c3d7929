import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { guardRole, maskOf, type Permission } from '@postern/core/policy';
import { guardManifest, writeManifest } from '@postern/core/roles';
import { classify, loadParser } from '@postern/core/sql';
import { hasPostgres } from '@postern/infra/postgres-binaries';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Login, Sandbox } from './sandbox.js';

const CLI = fileURLToPath(new URL('../../apps/agent/dist/cli.js', import.meta.url));
const CORPUS = new URL('../../packages/core/corpus/sql/', import.meta.url);
/** Every n-th text of the corpus. With another number than the usual: all masks, and 15 too. 1: all texts (half an hour). */
const USUAL = 40;
const EVERY = Number(process.env.POSTERN_GUARD_EVERY ?? USUAL);
const PASSWORD = 'of-a-guard-role';
const CONNECTION = 'shop';
const BATCH = 40;

const texts = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, CORPUS), 'utf8')) as { sql: string }[])
  .map(({ sql }) => sql);

const USUAL_MASKS = 4;
const MASKS: readonly Permission[][] = [
  ['read'],
  ['execute'],
  ['ddl'],
  ['read', 'write'],
  [],
  ['write'],
  ['read', 'execute'],
  ['read', 'write', 'execute'],
];

/**
 * What everybody may do in every database, and a guard role with them: send messages, take advisory locks, lock what they may write, and
 * make large objects of their own. The guide says so.
 */
const EVERYBODYS = new Set([
  'messages received',
  'advisory locks',
  'heavy locks',
  'pg_largeobject_metadata',
  'pg_largeobject',
  'pg_shdepend',
]);

/** The classifier refuses it to who holds these; explain and export, which the kernel does not know, do not count. */
function isRefused(sql: string, permissions: readonly Permission[]): boolean {
  const result = classify(sql);
  if (!result.ok || result.classification.statements.length === 0) return false;
  const { required, statements } = result.classification;
  const isWall = statements.some(({ wallBreaks }) => wallBreaks.some(({ when }) => when === 'always'));
  return isWall || (required & ~maskOf([...permissions, 'explain', 'export'])) !== 0;
}

/** Other words for what a permission allows anyway: a DO block that deletes, where DELETE is allowed. `known`: tables of before. */
function isAllowedAnyway(
  name: string,
  permissions: readonly Permission[],
  known: ReadonlySet<string>,
): boolean {
  return permissions.includes(known.has(name) && !name.startsWith('pg_') ? 'write' : 'ddl');
}

/** The least rights that the guide recommends beside guard roles: what PUBLIC has by itself is taken back. */
const WITHOUT_PUBLIC = {
  grants: [
    {
      role: 'PUBLIC',
      ensure: 'absent',
      privileges: ['TEMPORARY'],
      object: { type: 'database', name: 'postgres' },
    },
    { role: 'PUBLIC', ensure: 'absent', privileges: ['CREATE'], object: { type: 'schema', name: 'public' } },
    {
      role: 'PUBLIC',
      ensure: 'absent',
      privileges: ['EXECUTE'],
      object: { type: 'function', schema: 'public', name: '*' },
    },
  ],
} as const;

/** The manifest of the guard roles, applied by the program that applies manifests. */
async function makeGuards(sandbox: Sandbox, major: number): Promise<Set<string>> {
  const masks = MASKS.map(maskOf);
  const { grants = [], ...guards } = guardManifest(
    { connection: CONNECTION, masks, retire: [] },
    {
      database: 'postgres',
      major,
      schemas: ['public', 'shop'].map((name) => ({ name, owners: ['postgres'] })),
      closed: [],
      heir: 'postgres',
    },
  );
  const dir = mkdtempSync(join(tmpdir(), 'postern-guards-'));
  try {
    const file = join(dir, 'guards.yaml');
    writeFileSync(
      file,
      writeManifest({ ...guards, grants: [...grants, ...structuredClone(WITHOUT_PUBLIC.grants)] as never }),
    );
    execFileSync(process.execPath, [CLI, 'apply', '-f', file, '--mode', 'adopt'], {
      env: { PATH: process.env.PATH, DATABASE_URL: sandbox.url },
      stdio: 'pipe',
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const owner = await sandbox.connect('owner');
  for (const mask of masks)
    await owner.query(`alter role "${guardRole(CONNECTION, mask)}" password '${PASSWORD}'`);
  const { rows } = await owner.query<{ name: string }>(
    "select oid::regclass::text as name from pg_class where relkind in ('r', 'm', 'S')",
  );
  await owner.end();
  // From here on it is compared.
  await sandbox.effects([]);
  return new Set(rows.map(({ name }) => name));
}

type Excess = (changed: readonly string[]) => string[];

/** Fails with the name of the text that had an effect; counts those that ran without an error. */
async function expectNone(
  sandbox: Sandbox,
  batch: readonly string[],
  as: Login,
  excess: Excess,
): Promise<number> {
  const { changed, ran } = await sandbox.effects(batch, 'each', as);
  if (excess(changed).length === 0) return ran;
  // Once more, one by one, to name the one that did it.
  for (const text of batch) {
    const again = await sandbox.effects([text], 'each', as);
    expect({ text, changed: excess(again.changed) }).toEqual({ text, changed: [] });
  }
  throw new Error(`${excess(changed).join(', ')} changed with one of ${JSON.stringify(batch)}`);
}

/** The kernel alone, without classifier and without READ ONLY: what a guard role does not let through. */
describe.each(EVERY === USUAL ? ([18] as const) : ([15, 18] as const))('guard roles on %i', (major) => {
  if (!hasPostgres(major)) return test.skip('is not installed for this platform');
  let sandbox: Sandbox;
  let known: ReadonlySet<string>;

  beforeAll(async () => {
    await loadParser();
    sandbox = await Sandbox.start(major);
    known = await makeGuards(sandbox, major);
  });
  afterAll(() => sandbox?.stop());

  const masks = EVERY === USUAL ? MASKS.slice(0, USUAL_MASKS) : MASKS;
  const cases = masks.map((held) => ({ held, name: held.join(' and ') || 'nothing' }));
  test.each(cases)('what is refused with $name has no effect', async ({ held, name }) => {
    const as = { user: guardRole(CONNECTION, maskOf(held)), password: PASSWORD };
    const excess: Excess = (changed) =>
      changed.filter((what) => !EVERYBODYS.has(what) && !isAllowedAnyway(what, held, known));
    const refused = texts.filter((sql) => isRefused(sql, held)).filter((_, index) => index % EVERY === 0);
    let executed = 0;
    for (let first = 0; first < refused.length; first += BATCH)
      executed += await expectNone(sandbox, refused.slice(first, first + BATCH), as, excess);
    console.info(
      `guard role of ${name} on ${major}: ${executed} of ${refused.length} refused texts ran, without effect`,
    );
    expect(refused.length).toBeGreaterThan(0);
  });
});
