import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { MIGRATIONS_DIR } from '../src/migrate.js';

const SCHEMA_FILE = path.join(MIGRATIONS_DIR, '../schema.prisma');
/** Prisma's ColumnTypeEnum.Character: `"char"` columns of the catalog, which its adapter refuses. */
const CHARACTER = 6;
const CHAR_OID = 18;
const TEXT_OID = 25;

// biome-ignore lint/suspicious/noExplicitAny: the adapter's inner methods are not part of its types
type Untyped = any;

/** adapter-pg's own hooks for migrations are unsafe (TOOLCHAIN.md, 2): scripts go whole, the shadow is a database of its own. */
async function migrationAdapter(url: string, after?: () => Promise<void>): Promise<Untyped> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => {});
  const adapter: Untyped = await new PrismaPg(pool).connect();
  const { performIO, queryRaw } = adapter;
  adapter.performIO = async function (query: Untyped) {
    const result = await performIO.call(this, query);
    query.characters = [];
    result.fields?.forEach((field: { dataTypeID: number }, index: number) => {
      if (field.dataTypeID !== CHAR_OID) return;
      field.dataTypeID = TEXT_OID;
      query.characters.push(index);
    });
    return result;
  };
  adapter.queryRaw = async function (query: Untyped) {
    const copy = { ...query };
    const result = await queryRaw.call(this, copy);
    for (const index of copy.characters ?? []) result.columnTypes[index] = CHARACTER;
    return result;
  };
  adapter.executeScript = async (script: string): Promise<void> => {
    await pool.query(script).catch((error) => adapter.onError(error));
  };
  adapter.dispose = async () => {
    await pool.end();
    await after?.();
  };
  return adapter;
}

function adapterFactory(url: string): Untyped {
  const factory: Untyped = new PrismaPg({ connectionString: url });
  factory.connect = () => migrationAdapter(url);
  factory.connectToShadowDb = async () => {
    const name = `prisma_shadow_${randomUUID().replaceAll('-', '')}`;
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query(`create database "${name}"`);
    const shadowUrl = new URL(url);
    shadowUrl.pathname = `/${name}`;
    return migrationAdapter(shadowUrl.href, async () => {
      await admin.query(`drop database if exists "${name}" with (force)`);
      await admin.end();
    });
  };
  return bindMigrationAwareSqlAdapterFactory(factory);
}

function migrationsList() {
  const names = readdirSync(MIGRATIONS_DIR, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: MIGRATIONS_DIR,
    shadowDbInitScript: '',
    lockfile: {
      path: 'migration_lock.toml',
      content: readFileSync(path.join(MIGRATIONS_DIR, 'migration_lock.toml'), 'utf8'),
    },
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(path.join(MIGRATIONS_DIR, name, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

async function schemaEngine(url: string, schema: { path: string; content: string }): Promise<Untyped> {
  const require = createRequire(import.meta.url);
  const dir = path.dirname(require.resolve('@prisma/schema-engine-wasm'));
  const wasm = readFileSync(path.join(dir, 'schema_engine_bg.wasm'));
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: console.error } });
  const { instance } = await (globalThis as Untyped).WebAssembly.instantiate(wasm, {
    './schema_engine_bg.js': glue,
  });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const datamodels: [string, string][] = [[schema.path, schema.content]];
  return glue.SchemaEngine.new({ datamodels }, () => {}, adapterFactory(url));
}

/** SQL that would turn what the migrations make into what schema.prisma says; empty when they agree. */
export async function prismaDrift(ownerUrl: string): Promise<string> {
  const file = { path: SCHEMA_FILE, content: readFileSync(SCHEMA_FILE, 'utf8') };
  const engine = await schemaEngine(ownerUrl, file);
  const { exitCode, stdout } = await engine.diff({
    from: { tag: 'migrations', ...migrationsList() },
    to: { tag: 'schemaDatamodel', files: [file] },
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  });
  return exitCode === 2 ? stdout : '';
}
