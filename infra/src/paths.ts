import { chmodSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Top of the working copy. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Where one local stack keeps everything. */
export interface StackPaths {
  readonly root: string;
  readonly postgres: string;
  readonly logs: string;
  readonly agent: string;
  readonly secrets: string;
  readonly signingKey: string;
  readonly run: string;
}

/** Layout of a stack's folder; POSTERN_DIR or `.postern` in the working copy when not given. */
export function stackPaths(
  dir: string = process.env.POSTERN_DIR ?? join(REPOSITORY, '.postern'),
): StackPaths {
  const root = resolve(dir);
  return {
    root,
    postgres: join(root, 'postgres'),
    logs: join(root, 'logs'),
    agent: join(root, 'agent'),
    secrets: join(root, 'secrets.json'),
    signingKey: join(root, 'signing-key.json'),
    run: join(root, 'run.json'),
  };
}

/** Makes the folders. Only their owner may look inside `agent`, where a database password lies. */
export function makeFolders(paths: StackPaths): void {
  mkdirSync(paths.logs, { recursive: true });
  mkdirSync(paths.agent, { recursive: true });
  chmodSync(paths.agent, 0o700);
}
