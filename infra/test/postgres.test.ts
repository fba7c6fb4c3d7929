import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, waitForExit } from '../src/guard.js';
import { REPOSITORY } from '../src/paths.js';
import { startPostgres } from '../src/postgres.js';
import { hasPostgres } from '../src/postgres-binaries.js';
import { createDatabase, testServer, uniqueName } from '../src/test-server.js';

describe('embedded PostgreSQL', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'postern-infra-'));
    chmodSync(dir, 0o755);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const start = () => startPostgres({ dataDir: join(dir, 'data'), password: 'secret', durable: false });

  async function ask(url: string, sql: string): Promise<unknown> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return Object.values((await client.query(sql)).rows[0] ?? {})[0];
    } finally {
      await client.end();
    }
  }

  it('is version 18, keeps its data, and folds case in every language', async () => {
    const first = await start();
    const url = await createDatabase(first, 'kept');
    await ask(url, 'create table t as select 42 as n');
    await first.stop();
    const second = await start();
    expect(await ask(second.superuserUrl('kept'), 'select n from t')).toBe(42);
    expect(await ask(second.superuserUrl(), 'show server_version')).toMatch(/^18\./);
    expect(await ask(second.superuserUrl(), "select lower('ÄÖÜŁ')")).toBe('äöüł');
    await second.stop();
  });

  it.runIf(hasPostgres(15))('is version 15 when asked for, whatever server the tests share', async () => {
    const server = await testServer({ major: 15 });
    try {
      expect(await ask(await createDatabase(server, uniqueName('old')), 'show server_version')).toMatch(
        /^15\./,
      );
      expect(await ask(server.superuserUrl(), "select lower('ÄÖÜŁ')")).toBe('äöüł');
    } finally {
      await server.stop();
    }
  });

  it('says how to install a major that is not there', async () => {
    const other = ([14, 16, 17] as const).find((major) => !hasPostgres(major));
    if (other === undefined) return;
    await expect(startPostgres({ dataDir: join(dir, 'data'), major: other })).rejects.toThrow(
      'npm run postgres-majors',
    );
  });

  it('takes the place of a server that an earlier run left on the same data', async () => {
    const left = await start();
    const next = await start();
    expect(isAlive(left.pid)).toBe(false);
    expect(await ask(next.superuserUrl(), 'select 1')).toBe(1);
    await next.stop();
  });

  it('ends when the process that started it is killed', async () => {
    const script = `const { startPostgres } = await import(${JSON.stringify(join(REPOSITORY, 'infra/dist/postgres.js'))});
      const server = await startPostgres({ dataDir: ${JSON.stringify(join(dir, 'data'))}, durable: false });
      console.log(server.pid); setInterval(() => {}, 1000);`;
    const launcher = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(launcher.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    launcher.kill('SIGKILL');
    expect(await waitForExit(pid, 20_000)).toBe(true);
  });

  it('clones a template, under names that nobody else has', async () => {
    const server = await start();
    const template = await createDatabase(server, uniqueName('template'));
    await ask(template, 'create table t as select 7 as n');
    const name = uniqueName('clone');
    const clone = await createDatabase(server, name, { template: new URL(template).pathname.slice(1) });
    expect(await ask(clone, 'select n from t')).toBe(7);
    await server.stop();
  });
});
