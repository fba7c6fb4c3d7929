import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@postern/infra/ports';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ControlPlane } from './control-plane.js';
import { until } from './fixture.js';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
}

/** The built program, as people start it. */
describe('the postern command', () => {
  let dir: string;
  let plane: ControlPlane;
  let port: number;
  let url: string;
  let running: Started[] = [];

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('cli'));
  });
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'postern-cli-'));
    plane = await ControlPlane.start();
    port = await freePort();
    await writeFile(
      join(dir, 'postern.toml'),
      `api_url = "${plane.url}"\nname = "cli"\ndata_dir = "data"\nlog_level = "debug"\n[console]\nport = ${port}\n[connections.shop]\nurl = "env:SHOP_URL"\n`,
    );
  });
  afterEach(async () => {
    for (const { child, exited } of running) {
      child.kill('SIGKILL');
      await exited;
    }
    running = [];
    await plane.down();
    await rm(dir, { recursive: true, force: true });
  });

  const start = (args: string[], env: Record<string, string> = {}): Started => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: dir,
      env: { PATH: process.env.PATH, SHOP_URL: url, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
    }
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    const started = { child, output: () => text, exited };
    running.push(started);
    return started;
  };

  const health = async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).json();

  it('enrols, serves, stops on SIGTERM with its audit trail delivered, and starts again without a token', async () => {
    const first = start(['agent'], { POSTERN_ENROL_TOKEN: plane.token });
    await until(() => first.output().includes('agent ready'));
    expect(first.output()).toMatch(
      new RegExp(`agent ready in \\d+ ms: console at http://localhost:${port}\\n`),
    );
    expect(await health()).toEqual({ status: 'ok', policy: { version: 0, state: 'none' } });
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(plane.events.map(({ event }) => event.kind)).toEqual(['agent.started']);
    const second = start(['agent']);
    await until(() => second.output().includes('agent ready'));
    expect(first.output() + second.output()).not.toContain(plane.token);
    expect(first.output() + second.output()).not.toContain(new URL(url).password);
    second.child.kill('SIGINT');
    expect(await second.exited).toBe(0);
  });

  it('enrols without starting', async () => {
    const enrolled = start(['enrol', '--token', plane.token]);
    expect(await enrolled.exited).toBe(0);
    expect(enrolled.output()).toContain('enrolled as agent agent_1');
  });

  it.each([
    ['there is no configuration', ['agent', '--config', 'none.toml'], {}, 'copy postern.example.toml'],
    ['it is not enrolled', ['agent'], {}, 'create an enrolment token'],
    ['the token is wrong', ['agent'], { POSTERN_ENROL_TOKEN: 'wrong' }, 'agent.token_invalid'],
    ['a connection’s variable is missing', ['agent'], { SHOP_URL: '' }, '`SHOP_URL` is not set'],
  ])('says what to do when %s', async (_what, args, env, text) => {
    const started = start(args, env);
    expect(await started.exited).toBe(1);
    expect(started.output()).toContain(text);
    expect(started.output()).not.toMatch(/^\s+at /m);
  });

  it('says so when the port of its console is taken', async () => {
    await mkdir(join(dir, 'other'));
    const first = start(['agent'], { POSTERN_ENROL_TOKEN: plane.token });
    await until(() => first.output().includes('agent ready'));
    const second = start(['agent'], {
      POSTERN_ENROL_TOKEN: plane.token,
      POSTERN_DATA_DIR: join(dir, 'other'),
    });
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('the port of the console is taken');
  });
});
