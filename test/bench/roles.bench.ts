import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testServer } from '@postern/infra/test-server';
import { type Benchmark, type Contender, median } from './harness.js';
import { companyWorld, denseWorld, type RolesWorld } from './roles-world.js';

const CLI = fileURLToPath(new URL('../../apps/agent/dist/cli.js', import.meta.url));
const PEAK = new URL('./peak-memory.js', import.meta.url).href;

interface Run {
  readonly milliseconds: number;
  /** Resident, at most. */
  readonly megabytes: number;
}

/** One run of the program as a person starts it: from the start of the process to its end. */
async function postern(args: readonly string[], url: string, exitCode = 0): Promise<Run> {
  const at = performance.now();
  const child = spawn(process.execPath, ['--import', PEAK, CLI, ...args], {
    env: { PATH: process.env.PATH, DATABASE_URL: url },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const texts = ['', ''];
  for (const [index, stream] of [child.stdio[2], child.stdio[3]].entries())
    stream?.on('data', (chunk: Buffer) => {
      texts[index] += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== exitCode) throw new Error(`postern ${args.join(' ')} ended with ${code}: ${texts[0]}`);
  return { milliseconds: performance.now() - at, megabytes: Number(texts[1]) / 1_024 };
}

interface Command {
  readonly args: readonly string[];
  readonly world: RolesWorld;
  /** 2: the database differs. */
  readonly exitCode?: number;
}

/** Manifests as files, commands on them, and what was seen of each. */
class Runs {
  readonly #dir = mkdtempSync(join(tmpdir(), 'postern-bench-roles-'));
  readonly #seen = new Map<string, Run[]>();
  #files = 0;

  file(text: string): string {
    const path = join(this.#dir, `${this.#files++}.yaml`);
    writeFileSync(path, text);
    return path;
  }

  contender(name: string, { args, world, exitCode }: Command): Contender {
    const seen: Run[] = [];
    this.#seen.set(name, seen);
    return { name, once: async () => seen.push(await postern(args, world.url, exitCode)) };
  }

  peak(name: string): number {
    return Math.max(...(this.#seen.get(name) ?? []).map(({ megabytes }) => megabytes));
  }

  /** Without the first, which warmed up. */
  milliseconds(name: string): number {
    return median((this.#seen.get(name) ?? []).slice(1).map(({ milliseconds }) => milliseconds));
  }

  remove(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

const COMPANY = { schemas: 100, tables: 50, people: 799 };
const DENSE = { schemas: 16, tables: 3_125, roles: 200 };
const QUICK = {
  company: { schemas: 10, tables: 20, people: 79 },
  dense: { schemas: 4, tables: 250, roles: 20 },
};

/** The same table of rights, a quarter and a half of it: work that grows with the rights, and not faster. */
const PARTS = [
  ['a quarter of it', 4],
  ['half of it', 2],
  ['all of it', 1],
] as const;

export const roles: Benchmark = {
  name: 'roles',
  title: 'Role manifests: whole runs of `postern`, start of the process included',
  prepare: async ({ quick }) => {
    const sizes = quick ? QUICK : { company: COMPANY, dense: DENSE };
    const server = await testServer();
    const runs = new Runs();
    const company = await companyWorld(server, sizes.company);
    const dense = await denseWorld(server, sizes.dense);
    const { schemas } = sizes.company;
    const same = runs.file(company.manifest(schemas));
    const more = runs.file(company.manifest(schemas, { privilege: 'TRUNCATE' }));
    const diff = (file: string) => ['diff', '-f', file, '--exit-code'];
    const contenders = [
      runs.contender('company: validate', { args: ['validate', '-f', same], world: company }),
      runs.contender('company: diff, in sync', { args: diff(same), world: company }),
      runs.contender('company: apply, nothing to do', { args: ['apply', '-f', same], world: company }),
      runs.contender('company: diff, a right more on every table', {
        ...{ args: diff(more), world: company, exitCode: 2 },
      }),
      ...PARTS.map(([name, part]) => {
        const file = runs.file(dense.manifest(sizes.dense.schemas / part));
        return runs.contender(`dense: diff, in sync, ${name}`, { args: diff(file), world: dense });
      }),
    ];
    const names = contenders.map(({ name }) => name);
    return {
      batch: 1,
      contenders,
      get facts() {
        return { ...worldFacts(sizes), ...figures(runs, names, !quick) };
      },
      close: async () => {
        runs.remove();
        await server.stop();
      },
    };
  },
};

function worldFacts({ company, dense }: typeof QUICK): Record<string, string> {
  const people = `${company.schemas} schemas × ${company.tables} tables × 2 profiles, ${2 * company.schemas + company.people + 1} roles`;
  const tables = dense.schemas * dense.tables;
  return {
    company: people,
    dense: `${tables.toLocaleString('en')} tables × ${dense.roles} roles, each role with two rights on each table`,
  };
}

/** Small worlds cost less than the start of the process: no growth to see in them. */
function figures(runs: Runs, names: readonly string[], isLarge: boolean): Record<string, string> {
  const [quarter = 0, half = 0, whole = 0] = names
    .slice(-PARTS.length)
    .map((name) => runs.milliseconds(name));
  const peaks = names.map((name): [string, string] => [
    `peak memory, ${name}`,
    `${runs.peak(name).toFixed(0)} MB`,
  ]);
  if (!isLarge) return Object.fromEntries(peaks);
  return {
    ...Object.fromEntries(peaks),
    'dense: from half to all, against from a quarter to half (linear: 2)': `${((whole - half) / (half - quarter)).toFixed(2)} ×`,
  };
}
