import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apt, aptUpdateWhenEmpty, isRoot, QUIET, run, TOOLS, unpackAll } from './debian.js';
import type { Report } from './progress.js';
import { findOnPath } from './redis.js';

/** PostgreSQL clients that are neither its own nor of npm. */
export const DRIVERS = ['psycopg2', 'psycopg', 'asyncpg', 'jdbc', 'dbd-pg', 'odbc'] as const;
export type Driver = (typeof DRIVERS)[number];

const PACKAGES = [
  'python3-psycopg2',
  'python3-psycopg',
  'python3-asyncpg',
  'libpostgresql-jdbc-java',
  'libdbd-pg-perl',
  'libdbd-odbc-perl',
  'odbc-postgresql',
] as const;
const DRIVERS_ROOT = join(TOOLS, PACKAGES[0]);
const REGRESS = join(TOOLS, 'postgresql-15-source');

/** How a driver's program is started. */
export interface DriverProgram {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** Where it is, installed or unpacked by us. */
const at = (...path: string[]): string | undefined =>
  [join(DRIVERS_ROOT, ...path), join('/', ...path)].find((place) => existsSync(place));

/** The folder of libraries that is named after the machine, `x86_64-linux-gnu`. */
function libraries(...path: string[]): string | undefined {
  const roots = [join(DRIVERS_ROOT, 'usr', 'lib'), '/usr/lib'].filter((root) => existsSync(root));
  return roots
    .flatMap((root) => readdirSync(root).map((folder) => join(root, folder, ...path)))
    .find((place) => place.includes('-linux-gnu') && existsSync(place));
}

/** How to start a driver's programs; undefined where it is not on this machine. */
export function findDriver(driver: Driver): DriverProgram | undefined {
  const linked = join(DRIVERS_ROOT, 'usr', 'lib');
  const own = existsSync(linked) ? readdirSync(linked).filter((folder) => folder.endsWith('-linux-gnu')) : [];
  const env = { LD_LIBRARY_PATH: own.map((folder) => join(linked, folder)).join(':') };
  switch (driver) {
    case 'psycopg2':
    case 'psycopg':
    case 'asyncpg': {
      const packages = at('usr', 'lib', 'python3', 'dist-packages', driver);
      // Debian's own interpreter: the extension is built for it.
      if (packages === undefined || !existsSync('/usr/bin/python3')) return undefined;
      return { command: ['/usr/bin/python3'], env: { ...env, PYTHONPATH: join(packages, '..') } };
    }
    case 'jdbc': {
      const jar = at('usr', 'share', 'java', 'postgresql.jar');
      if (jar === undefined || findOnPath('javac') === undefined) return undefined;
      return { command: ['java', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', jar], env: {} };
    }
    case 'dbd-pg':
    case 'odbc': {
      const name = driver === 'odbc' ? 'ODBC.pm' : 'Pg.pm';
      const found = ['5.36', '5.38', '5.40']
        .map((version) => libraries('perl5', version))
        .find((folder) => folder);
      if (found === undefined || !existsSync(join(found, 'DBD', name))) return undefined;
      const odbc = driver === 'odbc' ? libraries('odbc', 'psqlodbcw.so') : '';
      if (odbc === undefined || !existsSync('/usr/bin/perl')) return undefined;
      return { command: ['/usr/bin/perl'], env: { ...env, PERL5LIB: found, PSQLODBC: odbc } };
    }
  }
}

/** Brings what is not here and can be had; answers with what is still lacking. */
export async function bringDrivers(report: Report): Promise<readonly Driver[]> {
  const lacking = (): Driver[] => DRIVERS.filter((driver) => findDriver(driver) === undefined);
  if (lacking().length === 0 || findOnPath('apt-get') === undefined) return lacking();
  try {
    report(`bringing ${lacking().join(', ')}`);
    await aptUpdateWhenEmpty();
    await unpackAll(...PACKAGES);
    if (findOnPath('javac') === undefined && isRoot())
      await apt(['install', '-y', '--no-install-recommends', 'default-jdk-headless']);
  } catch (error) {
    report(`clients could not be brought: ${error instanceof Error ? error.message : error}`);
  }
  return lacking();
}

/** Folder of PostgreSQL 15's own regression tests (`sql`, `expected`, `data`); undefined where they are not. */
export function findRegress(): string | undefined {
  const given = process.env.POSTERN_REGRESS_DIR;
  if (given !== undefined && given !== '') return given;
  if (!existsSync(REGRESS)) return undefined;
  const [version] = readdirSync(REGRESS).filter((name) => /^postgresql-15\.\d+$/.test(name));
  const folder = version && join(REGRESS, version, 'src', 'test', 'regress');
  return folder && existsSync(join(folder, 'sql', 'select.sql')) ? folder : undefined;
}

/**
 * Brings them out of Debian's source package, which a machine's own sources.list mostly does not name: so with one that does, kept
 * apart from the machine's own. Nothing of PostgreSQL's is in this repository.
 */
export async function bringRegress(report: Report): Promise<string | undefined> {
  if (findRegress() !== undefined || findOnPath('apt-get') === undefined) return findRegress();
  try {
    report('bringing PostgreSQL’s own regression tests');
    mkdirSync(join(REGRESS, 'lists', 'partial'), { recursive: true });
    const options = sourceOptions();
    await apt([...options, 'update']);
    // The newest may be announced and not be there.
    const shown = await run('apt-cache', [...options, 'showsrc', 'postgresql-15'], QUIET);
    const versions = [...shown.stdout.matchAll(/^Version: (\S+)$/gm)].map(([, version]) => version);
    for (const version of [...new Set(versions)].reverse()) {
      const name = `postgresql-15=${version}`;
      await apt([...options, 'source', '--download-only', name], REGRESS).catch(() => undefined);
    }
    const [archive] = readdirSync(REGRESS).filter((file) => file.includes('.orig.tar'));
    if (archive === undefined) throw new Error('no version of the source package can be had');
    await run('tar', ['-xf', archive, '--wildcards', '*/src/test/regress/*'], { ...QUIET, cwd: REGRESS });
    for (const file of readdirSync(REGRESS)) if (/\.(dsc|tar\.\w+)$/.test(file)) rmSync(join(REGRESS, file));
  } catch (error) {
    report(
      `PostgreSQL's regression tests could not be brought: ${error instanceof Error ? error.message : error}`,
    );
  }
  return findRegress();
}

/** The machine's own sources as sources of source packages. */
function sourceOptions(): string[] {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const read = (kind: string) =>
    [...files, '/etc/apt/sources.list']
      .filter((file) => file.endsWith(kind) && existsSync(file))
      .map((file) => readFileSync(file, 'utf8'))
      .filter((text) => text.includes('debian'));
  const stanzas = read('.sources').map((text) => text.replace(/^Types:.*$/gm, 'Types: deb-src'));
  const lines = read('.list').map((text) =>
    text.replace(/^deb-src .*$/gm, '').replace(/^deb /gm, 'deb-src '),
  );
  const isStanzas = stanzas.length > 0;
  const list = join(REGRESS, `only.${isStanzas ? 'sources' : 'list'}`);
  writeFileSync(list, (isStanzas ? stanzas : lines).join('\n\n'));
  const set = {
    'Etc::sourcelist': list,
    'Etc::sourceparts': '/dev/null',
    'State::lists': join(REGRESS, 'lists'),
  };
  return Object.entries(set).flatMap(([name, value]) => ['-o', `Dir::${name}=${value}`]);
}
