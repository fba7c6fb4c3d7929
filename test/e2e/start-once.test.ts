import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PORT_NAMES, type Ports } from '@postern/infra/options';
import { REPOSITORY } from '@postern/infra/paths';
import { isPortFree } from '@postern/infra/ports';
import { findRedisBinary } from '@postern/infra/redis';
import { freePorts } from '@postern/infra/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** `npm start -- --once` and `npm run reset` as a person runs them, in a folder and on ports of their own. */
describe('npm start -- --once', () => {
  let dir: string;
  let ports: Ports;

  const bootstrap = (
    command: string,
    args: readonly string[] = [],
  ): Promise<{ code: number | null; output: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [join(REPOSITORY, 'infra', 'bootstrap.mjs'), command, ...args], {
        cwd: REPOSITORY,
        env: { ...process.env, POSTERN_DIR: dir, REDIS_URL: '', NODE_ENV: '' },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => (output += text));
      child.on('close', (code) => resolve({ code, output }));
    });
  const start = (queue: string) =>
    bootstrap('start', [
      '--once',
      '--queue',
      queue,
      ...PORT_NAMES.flatMap((name) => [`--port-${name}`, String(ports[name])]),
    ]);

  const expectPassed = ({ code, output }: { code: number | null; output: string }): void => {
    expect(output).toContain('Guided check: passed');
    expect(output.match(/✓/g)).toHaveLength(7);
    expect(output).not.toContain('✗');
    expect(code).toBe(0);
  };

  beforeAll(async () => {
    dir = join(mkdtempSync(join(tmpdir(), 'postern-start-')), 'postern');
    ports = await freePorts();
  });
  afterAll(() => bootstrap('reset'));

  it('passes its check from nothing, with jobs on PostgreSQL', async () => {
    const result = await start('postgres');
    expectPassed(result);
    expect(result.output).toContain("jobs wait on BullMQ's PostgreSQL backend");
  });

  it('passes again on the data of the first start, with jobs on Redis', async ({ skip }) => {
    if (findRedisBinary() === undefined) skip('there is no redis-server');
    const result = await start('redis');
    expectPassed(result);
    expect(result.output).toContain('jobs wait on Redis');
    expect(result.output).not.toContain('the demo company Acme Shop is there');
  });

  it('leaves nothing behind that listens', async () => {
    for (const name of PORT_NAMES) expect(await isPortFree(ports[name]), name).toBe(true);
  });

  it('writes no password into a log', () => {
    const secrets = JSON.parse(readFileSync(join(dir, 'secrets.json'), 'utf8')) as Record<string, string>;
    for (const file of readdirSync(join(dir, 'logs'))) {
      const log = readFileSync(join(dir, 'logs', file), 'utf8');
      for (const [name, secret] of Object.entries(secrets))
        expect(log.includes(secret), `${name} in ${file}`).toBe(false);
    }
  });

  it('names the port that is busy, who wanted it and how to choose another', async () => {
    const { createServer } = await import('node:net');
    const squatter = createServer().listen(ports.api, '127.0.0.1');
    const { code, output } = await start('postgres');
    await new Promise((resolve) => squatter.close(resolve));
    expect(code).toBe(1);
    expect(output).toContain(`port ${ports.api}, wanted by api, is taken by another program`);
    expect(output).toContain('--port-api N (or POSTERN_API_PORT=N)');
  });

  it('is removed by npm run reset', async () => {
    const { code, output } = await bootstrap('reset');
    expect(output).toContain(`removed ${dir}`);
    expect(code).toBe(0);
    expect(await bootstrap('reset').then((again) => again.output)).toContain('nothing to remove');
  });
});
