import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Permission } from '@postern/core/policy';
import type { PostgresServer } from '@postern/infra/postgres';
import { hasPostgres } from '@postern/infra/postgres-binaries';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCHEMA } from './dump-schema.js';
import { asSuperuser, rule, until } from './fixture.js';
import { WireWorld } from './wire-fixture.js';

const run = promisify(execFile);
/** What each needs, and nothing that it does not: docs/guides/connect-with-psql.md. */
const TO_DUMP: readonly Permission[] = ['read', 'admin', 'execute', 'export'];
const TO_RESTORE: readonly Permission[] = ['read', 'write', 'ddl', 'admin', 'execute'];
/** Made of randomness by newer minor versions, against scripts that are not what they seem. */
const RESTRICT = /^\\(un)?restrict .*$/gm;
const COPIES = ['custom', 'directory', 'plain'];
const OF_DANA = 'user:dana@acme.example';

// pg_dump reads no server that is newer than itself, and Debian's is of 15.
describe.runIf(hasPostgres(15))('pg_dump and pg_restore', { timeout: 180_000 }, () => {
  let server: PostgresServer;
  let wire: WireWorld;
  let dir: string;
  let source: string;
  const urls: Record<string, string> = {};

  beforeAll(async () => {
    server = await testServer({ major: 15 });
    dir = await mkdtemp(join(tmpdir(), 'postern-dump-'));
    for (const slug of ['shop', ...COPIES]) urls[slug] = await createDatabase(server, uniqueName(slug));
    await asSuperuser(urlOf('shop'), SCHEMA);
    wire = await WireWorld.create(urls);
    await publish(TO_DUMP, TO_RESTORE);
    await wire.world.start();
    await until(() => wire.world.agent.policy.state === 'ok');
    source = await dumpOf('shop');
  });
  afterAll(async () => {
    await wire.stop();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const urlOf = (slug: string) => urls[slug] ?? '';
  const publish = (onShop: readonly Permission[], onCopies: readonly Permission[]) =>
    wire.publish(
      ['shop', ...COPIES]
        .map((slug) => rule(slug, [...(slug === 'shop' ? onShop : onCopies)], OF_DANA))
        .filter(({ permissions }) => permissions.length > 0),
    );
  /** What a database is, by the database itself. */
  const dumpOf = async (slug: string) =>
    (await run('pg_dump', [urlOf(slug)], { maxBuffer: 1 << 26 })).stdout.replaceAll(RESTRICT, '');
  const scriptOf = async (archive: string) =>
    (await run('pg_restore', ['-f', '-', archive], { maxBuffer: 1 << 26 })).stdout.replaceAll(RESTRICT, '');
  const at = (name: string) => join(dir, name);
  const well = { code: 0, stderr: '' };
  const formats = { custom: ['-Fc'], directory: ['-Fd', '-j', '2'], plain: ['-Fp'] };

  it('write the same through the agent as without, in every format', async () => {
    for (const [format, args] of Object.entries(formats)) {
      const { code, stderr } = await wire.program('pg_dump', [...args, '-f', at(format)], 'dana');
      expect([format, { code, stderr }]).toEqual([format, well]);
    }
    const { stdout } = await run('cat', [at('plain')], { maxBuffer: 1 << 26 });
    expect(stdout.replaceAll(RESTRICT, '')).toBe(source);
    await run('pg_dump', ['-Fc', '-f', at('direct'), urlOf('shop')]);
    const direct = await scriptOf(at('direct'));
    expect(await scriptOf(at('custom'))).toBe(direct);
    expect(await scriptOf(at('directory'))).toBe(direct);
  });

  it('make of it the database that it was', async () => {
    const whole = ['--exit-on-error', '-d'];
    const custom = await wire.program('pg_restore', [...whole, 'custom', at('custom')], 'dana');
    expect(custom).toMatchObject(well);
    const parallel = ['-j', '2', ...whole, 'directory', at('directory')];
    expect(await wire.program('pg_restore', parallel, 'dana')).toMatchObject(well);
    const script = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'plain', '-f', at('plain')];
    expect(await wire.program('psql', script, 'dana')).toMatchObject(well);
    for (const slug of COPIES) expect([slug, (await dumpOf(slug)) === source]).toEqual([slug, true]);
  });

  it.each(TO_DUMP)('pg_dump says that it lacks %s', async (lacking) => {
    await publish(
      TO_DUMP.filter((one) => one !== lacking),
      [],
    );
    const { code, stderr } = await wire.program('pg_dump', ['-f', at('refused')], 'dana');
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`needs (\\w+, )*${lacking}|\`${lacking}\``));
  });

  it.each(TO_RESTORE)('pg_restore says that it lacks %s', async (lacking) => {
    await asSuperuser(urlOf('custom'), 'drop schema if exists sales, "Odd Name" cascade');
    await publish(
      [],
      TO_RESTORE.filter((one) => one !== lacking),
    );
    const args = ['--exit-on-error', '-d', 'custom', at('custom')];
    const { code, stderr } = await wire.program('pg_restore', args, 'dana');
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`needs (\\w+, )*${lacking}|\`${lacking}\``));
  });

  it('has large objects by functions that are called past SQL, which are not taken', async () => {
    await publish(TO_DUMP, TO_RESTORE);
    await asSuperuser(urlOf('shop'), `select lo_from_bytea(424242, 'big')`);
    const { code, stderr } = await wire.program('pg_dump', ['-f', at('refused')], 'dana');
    expect(code).toBe(1);
    expect(stderr).toContain('function calls by the fast path are not taken here');
    const without = await wire.program('pg_dump', ['--no-blobs', '-f', at('without')], 'dana');
    expect(without).toMatchObject(well);
  });
});
