import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from './paths.js';

/** Programs that tests need and a machine may lack. What is brought without being root stays in `.postern/tools`. */
export const TOOLS = join(REPOSITORY, '.postern', 'tools');
export const WRAPPERS = join(TOOLS, 'bin');
export const run = promisify(execFile);
export const QUIET = { timeout: 300_000, maxBuffer: 64 * 1024 * 1024 };

export const isRoot = (): boolean => process.getuid?.() === 0;

export async function apt(args: readonly string[], cwd?: string): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  return (await run('apt-get', ['-qq', ...args], { ...QUIET, env, ...(cwd === undefined ? {} : { cwd }) }))
    .stdout;
}

/** A fresh container knows no packages yet. */
export async function aptUpdateWhenEmpty(): Promise<void> {
  const lists = existsSync('/var/lib/apt/lists') ? readdirSync('/var/lib/apt/lists') : [];
  if (isRoot() && !lists.some((file) => file.endsWith('_Packages') || file.includes('_Packages.')))
    await apt(['update']);
}

/** A Debian package and what it lacks, unpacked beside us, with a script `name` that finds the libraries. */
export async function unpack(packageName: string, program: string, name: string): Promise<void> {
  wrap(await unpackAll(packageName), program, name);
}

/** Packages and what they lack, unpacked without being installed; where. */
export async function unpackAll(...names: readonly [string, ...string[]]): Promise<string> {
  const root = join(TOOLS, names[0]);
  mkdirSync(root, { recursive: true });
  const plan = await apt(['install', '--simulate', '--no-install-recommends', ...names]);
  const packages = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, missing = '']) => missing);
  const archives = mkdtempSync(join(TOOLS, 'deb-'));
  await apt(['download', ...packages], archives);
  for (const file of readdirSync(archives)) await run('dpkg', ['-x', join(archives, file), root], QUIET);
  rmSync(archives, { recursive: true, force: true });
  return root;
}

export function wrap(root: string, program: string, name: string): void {
  const libraries = readdirSync(join(root, 'usr', 'lib'))
    .filter((folder) => folder.endsWith('-linux-gnu'))
    .flatMap((folder) => [join(root, 'usr', 'lib', folder), join(root, 'lib', folder)]);
  mkdirSync(WRAPPERS, { recursive: true });
  const script = join(WRAPPERS, name);
  writeFileSync(
    script,
    `#!/bin/sh\nLD_LIBRARY_PATH='${libraries.join(':')}' exec '${join(root, program)}' "$@"\n`,
  );
  chmodSync(script, 0o755);
}
