import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** PostgreSQL refuses to run as root, so root lends it the account `postgres`. Undefined: run as who we are. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Where root keeps what the account `postgres` must reach and cannot reach in the working copy. */
export const ROOT_STORE = '/var/lib/postern';

const idOf = (flag: '-u' | '-g'): number | undefined => {
  const answer = spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' });
  return answer.status === 0 ? Number(answer.stdout.trim()) : undefined;
};

/** The account to run the server as; creates `postgres` when root has none. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (idOf('-u') === undefined) {
    const made = spawnSync('useradd', ['--system', '--no-create-home', '--user-group', 'postgres'], {
      encoding: 'utf8',
    });
    if (made.status !== 0) {
      throw new Error(
        `PostgreSQL does not run as root and the account \`postgres\` could not be created (${made.stderr ?? made.error?.message}); ` +
          'create it with `useradd --system postgres`, or run as another user',
      );
    }
  }
  const uid = idOf('-u');
  const gid = idOf('-g');
  if (uid === undefined || gid === undefined) throw new Error('the account `postgres` cannot be looked up');
  return { uid, gid };
}

/** May `user` go there? */
export const reachable = (path: string, user: ServerUser): boolean =>
  spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { ...user, cwd: '/' }).status === 0;

/** Makes the data folder for `user`; root's data moves to /var/lib/postern behind a symlink where it could not be reached. */
export function prepareDataDir(dataDir: string, user: ServerUser | undefined): string {
  const path = resolve(dataDir);
  mkdirSync(dirname(path), { recursive: true });
  const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
  let target = link ?? path;
  if (user !== undefined && link === undefined && !reachable(dirname(path), user)) {
    target = join(ROOT_STORE, `data-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`);
    rmSync(target, { recursive: true, force: true });
    symlinkSync(target, path);
  }
  mkdirSync(target, { recursive: true });
  chmodSync(target, 0o700);
  if (user !== undefined) chownSync(target, user.uid, user.gid);
  return target;
}
