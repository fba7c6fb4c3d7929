import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { beforeAll, describe, expect, it } from 'vitest';
import { SCHEMA } from './catalog-schema.js';
import { asSuperuser } from './fixture.js';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

describe('postern check --catalog', () => {
  let url: string;
  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('check'));
    await asSuperuser(url, SCHEMA);
  });

  async function check(args: string[], input = '', env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [CLI, 'check', ...args], { env: { ...process.env, ...env } });
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.stdin.on('error', () => undefined).end(input);
    const [out, err] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
    return { code: await exited, stdout: out.toString(), stderr: err.toString() };
  }

  it('knows what views and functions of the database do', async () => {
    const json = async (sql: string) =>
      JSON.parse((await check(['--catalog', url, '--json', '--sql', sql])).stdout);
    expect(await json('select app.total(1) from app.pure')).toMatchObject({ permissions: ['read'] });
    expect(await json('select * from app.on_view')).toMatchObject({ permissions: ['read', 'write'] });
    expect(await json('select app.lying()')).toMatchObject({ permissions: ['read', 'execute'] });
  });

  it('answers a stream with it, and takes the URL from the environment', async () => {
    const lines = ['select app.total(1)', 'select * from app.killing']
      .map((sql, id) => JSON.stringify({ id, sql }))
      .join('\n');
    const answer = await check(['--stream', '--catalog', 'env:SHOP_URL'], lines, { SHOP_URL: url });
    expect(answer.code).toBe(0);
    expect(answer.stdout.trim().split('\n')).toEqual([
      '{"id":0,"permissions":["read"]}',
      '{"id":1,"permissions":["read","admin"]}',
    ]);
  });

  it('says why it can not, and repeats nothing of the URL', async () => {
    const elsewhere = new URL(url);
    elsewhere.pathname = '/nowhere';
    elsewhere.password = 'hunter2';
    const failed = await check(['--catalog', elsewhere.href, '--sql', 'select 1']);
    expect(failed).toMatchObject({ code: 69, stdout: '' });
    expect(failed.stderr).toMatch(/^postern check: the database of `--catalog` can not be reached: /);
    expect(failed.stderr).not.toMatch(/hunter2|nowhere/);
    expect(await check(['--catalog', 'env:NOT_SET', '--sql', 'select 1'])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('the environment variable `NOT_SET` is not set'),
    });
    expect(await check(['--catalog', 'shop', '--sql', 'select 1'])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--catalog is not a URL'),
    });
  });
});
