import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './paths.js';

/** What one suite came to. `failures` is what a person reads to mend it. */
export interface SuiteResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

export interface Suite {
  readonly name: string;
  run(env: NodeJS.ProcessEnv): Promise<SuiteResult>;
}

const SUITE_LIMIT_MS = 12 * 60_000;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program of node_modules to its end, bounded in time. */
function runNode(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const limit = setTimeout(() => {
      output += `\nended after ${SUITE_LIMIT_MS / 60_000} minutes`;
      child.kill('SIGKILL');
    }, SUITE_LIMIT_MS);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code, output });
    });
  });
}

const lastLines = (text: string, count: number): string =>
  text.trimEnd().split('\n').slice(-count).join('\n');

/** A program that says by its exit code whether all is well: one test. */
function programSuite(name: string, args: readonly string[], cwd = REPOSITORY): Suite {
  return {
    name,
    run: async (env) => {
      const { code, output } = await runNode(args, cwd, env);
      return code === 0
        ? { passed: 1, failed: 0, skipped: 0, failures: [] }
        : { passed: 0, failed: 1, skipped: 0, failures: [lastLines(output, 60)] };
    },
  };
}

const tool = (...path: string[]): string => join(REPOSITORY, 'node_modules', ...path);

/** The lock files name no host: a clone elsewhere would ask a registry that it cannot reach. */
const lockSuite: Suite = {
  name: 'lock files name no registry',
  run: async () => {
    const failures = ['package-lock.json', 'infra/postgres-majors/package-lock.json']
      .filter((file) => readFileSync(join(REPOSITORY, file), 'utf8').includes('"resolved": "http'))
      .map((file) => `${file} has "resolved" addresses; \`npm install\` with this .npmrc removes them`);
    return { passed: 2 - failures.length, failed: failures.length, skipped: 0, failures };
  },
};

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Counts a vitest report. A file that could not even load, or an error outside any test, counts as one failure. */
export function countVitest(report: VitestReport | undefined, ended: Ended): SuiteResult {
  const failures: string[] = [];
  let passed = 0;
  let skipped = 0;
  for (const file of report?.testResults ?? []) {
    const before = failures.length;
    for (const { status, fullName, failureMessages } of file.assertionResults) {
      if (status === 'passed') passed += 1;
      else if (status === 'failed')
        failures.push(`${file.name}\n  ${fullName}\n${failureMessages.join('\n')}`);
      else skipped += 1;
    }
    if (file.status === 'failed' && failures.length === before)
      // What a hook said is in no report, only on the screen.
      failures.push(`${file.name}\n${file.message || lastLines(ended.output, 60)}`);
  }
  if (ended.code !== 0 && failures.length === 0) failures.push(lastLines(ended.output, 60));
  if (passed + failures.length === 0) failures.push('no test ran');
  return { passed, failed: failures.length, skipped, failures };
}

function vitestSuite(name: string, dir: string): Suite {
  return {
    name,
    run: async (env) => {
      const folder = mkdtempSync(join(tmpdir(), 'postern-report-'));
      const file = join(folder, 'report.json');
      const args = [
        tool('vitest', 'vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${file}`,
      ];
      const ended = await runNode(args, dir, env);
      const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as VitestReport) : undefined;
      rmSync(folder, { recursive: true, force: true });
      return countVitest(report, ended);
    },
  };
}

interface Workspace {
  readonly name: string;
  readonly dir: string;
  readonly scripts: Readonly<Record<string, string>>;
}

function workspaces(): Workspace[] {
  const { workspaces: patterns } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
    workspaces: string[];
  };
  const dirs = patterns.flatMap((pattern) =>
    pattern.endsWith('/*')
      ? readdirSync(join(REPOSITORY, pattern.slice(0, -2))).map((name) => join(pattern.slice(0, -2), name))
      : [pattern],
  );
  return dirs.map((dir) => {
    const manifest = JSON.parse(readFileSync(join(REPOSITORY, dir, 'package.json'), 'utf8')) as Workspace;
    return {
      name: manifest.name.replace('@postern/', ''),
      dir: join(REPOSITORY, dir),
      scripts: manifest.scripts ?? {},
    };
  });
}

/** Arguments of `tsc` in a workspace's typecheck script; the script is nothing else. */
const tscArguments = (script: string): string[] => script.replace(/^tsc\s*/, '').split(/\s+/);

/** Everything `npm test` runs, quick things first; the workspace `test` (whole stacks) last. */
export function allSuites(): Suite[] {
  const all = workspaces();
  return [
    lockSuite,
    programSuite('biome', [tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.']),
    programSuite('who may import whom', [
      ...[tool('dependency-cruiser', 'bin', 'dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs'],
      ...['apps', 'packages', 'infra', 'test'],
    ]),
    programSuite('nothing unused (knip)', [tool('knip', 'bin', 'knip.js')]),
    ...all
      .filter(({ scripts }) => scripts.typecheck !== undefined)
      .map(({ name, dir, scripts }) =>
        programSuite(
          `types of ${name}`,
          [tool('typescript', 'bin', 'tsc'), ...tscArguments(scripts.typecheck ?? '')],
          dir,
        ),
      ),
    ...all
      .filter(({ scripts }) => scripts.test !== undefined)
      .map(({ name, dir }) => vitestSuite(name === 'test' ? 'whole stacks' : name, dir)),
  ];
}
