import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import {
  apt,
  aptUpdateWhenEmpty,
  isRoot,
  QUIET,
  run,
  TOOLS,
  unpack,
  unpackAll,
  WRAPPERS,
  wrap,
} from './debian.js';
import { REPOSITORY } from './paths.js';
import type { Report } from './progress.js';
import { findOnPath, findRedisBinary } from './redis.js';

/** redis-server on PATH, brought when it can be; undefined and a sentence why when not. */
export async function bringRedis(report: Report): Promise<string | undefined> {
  process.env.PATH = `${process.env.PATH ?? ''}${delimiter}${WRAPPERS}`;
  const present = findRedisBinary();
  if (present !== undefined) return present;
  if (findOnPath('apt-get') === undefined) {
    report(
      'no redis-server or valkey-server on PATH; install one (macOS: brew install redis) for the Redis half of the job suite',
    );
    return undefined;
  }
  try {
    report('bringing redis-server');
    await aptUpdateWhenEmpty();
    // Where systemd runs, installing would also start a service; unpacking touches nothing.
    if (isRoot() && !existsSync('/run/systemd/system'))
      await apt(['install', '-y', '--no-install-recommends', 'redis-server']);
    else await unpack('redis-server', 'usr/bin/redis-server', 'redis-server');
  } catch (error) {
    report(`redis-server could not be brought: ${error instanceof Error ? error.message : error}`);
  }
  return findRedisBinary();
}

const POSTGRES_PROGRAMS = ['psql', 'pg_dump', 'pgbench'];

/** True when PostgreSQL's own clients are on PATH. The package with pgbench is the server's: only unpacked, so that none starts. */
export async function bringPostgresClients(report: Report): Promise<boolean> {
  const lacking = POSTGRES_PROGRAMS.filter((name) => findOnPath(name) === undefined);
  if (lacking.length === 0) return true;
  if (findOnPath('apt-get') === undefined) {
    report(`no ${lacking.join(', ')} on PATH; install PostgreSQL's clients (macOS: brew install postgresql)`);
    return false;
  }
  try {
    report(`bringing ${lacking.join(', ')}`);
    await aptUpdateWhenEmpty();
    const root = await unpackAll('postgresql');
    for (const name of lacking) {
      const [folder] = readdirSync(join(root, 'usr/lib/postgresql'));
      wrap(root, `usr/lib/postgresql/${folder}/bin/${name}`, name);
    }
  } catch (error) {
    report(`PostgreSQL's clients could not be brought: ${error instanceof Error ? error.message : error}`);
  }
  return POSTGRES_PROGRAMS.every((name) => findOnPath(name) !== undefined);
}

/** True when jq, which the guide's pipeline takes, is on PATH. */
export async function bringJq(report: Report): Promise<boolean> {
  if (findOnPath('jq') !== undefined) return true;
  if (findOnPath('apt-get') === undefined) {
    report('no jq on PATH; install it (macOS: brew install jq)');
    return false;
  }
  try {
    report('bringing jq');
    await aptUpdateWhenEmpty();
    await unpack('jq', 'usr/bin/jq', 'jq');
  } catch (error) {
    report(`jq could not be brought: ${error instanceof Error ? error.message : error}`);
  }
  return findOnPath('jq') !== undefined;
}

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC_APPS = ['Google Chrome', 'Chromium'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

function findChromium(): string | undefined {
  const given = process.env.POSTERN_TEST_CHROMIUM;
  if (given !== undefined && given !== '') return given;
  for (const name of CHROMIUM_NAMES) {
    const path = findOnPath(name);
    if (path !== undefined) return path;
  }
  return [...MAC_APPS, ...downloadedChromium()].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const BROWSERS = join(TOOLS, 'browsers');

function downloadedChromium(): string[] {
  if (!existsSync(BROWSERS)) return [];
  return readdirSync(BROWSERS, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|\/)(chrome-headless-shell|headless_shell)$/.test(path))
    .map((path) => join(BROWSERS, path));
}

async function downloadChromium(): Promise<void> {
  const manifest = createRequire(join(REPOSITORY, 'test', 'package.json')).resolve(
    'playwright-core/package.json',
  );
  const env = { ...process.env, PLAYWRIGHT_BROWSERS_PATH: BROWSERS };
  await run(process.execPath, [join(dirname(manifest), 'cli.js'), 'install', '--only-shell', 'chromium'], {
    ...QUIET,
    env,
  });
}

/** Path of a Chromium for the browser journey, brought when it can be. */
export async function bringChromium(report: Report): Promise<string | undefined> {
  const present = findChromium();
  if (present !== undefined) return present;
  report('bringing Chromium');
  try {
    if (findOnPath('apt-get') === undefined) await downloadChromium();
    else if (isRoot()) {
      await aptUpdateWhenEmpty();
      await apt(['install', '-y', '--no-install-recommends', 'chromium']);
    } else await unpack('chromium', 'usr/lib/chromium/chromium', 'chromium');
  } catch (error) {
    report(`Chromium could not be brought: ${error instanceof Error ? error.message : error}`);
  }
  return findChromium();
}
