import {
  exportManifest,
  graphFromCatalog,
  inventoryOf,
  type ManifestInput,
  suggestProfiles,
  WHOLE_DATABASE,
  writeManifest,
} from '@postern/core/roles';
import { readCatalog } from '../targets/roles/read-catalog.js';
import { type DatabaseOptions, databaseUrl, withDatabase } from './database.js';
import { type ExitCode, type Io, print, UsageError } from './io.js';
import { deliver } from './output-file.js';

export interface GenerateOptions extends DatabaseOptions {
  readonly output?: string;
  readonly suggestProfiles: boolean;
  readonly suggestMinSchemas?: number;
}

/** Writes a database's manifest: applied to the same database it changes nothing. Passwords are never in it. */
export async function generate(options: GenerateOptions, io: Io): Promise<ExitCode> {
  if (options.suggestMinSchemas !== undefined && !options.suggestProfiles)
    throw new UsageError('--suggest-min-schemas needs --suggest-profiles');
  const url = databaseUrl(options, io.env);
  return withDatabase<ExitCode>(url, async (connection) => {
    const graph = await connection.transaction('rollback', async () =>
      graphFromCatalog(await readCatalog(connection, WHOLE_DATABASE)),
    );
    const flat = exportManifest(graph, connection.facts);
    const manifest = options.suggestProfiles
      ? await suggested(flat, inventoryOf(graph), options.suggestMinSchemas ?? 2, io)
      : flat;
    await deliver(writeManifest(manifest), options.output, io);
    return 0;
  });
}

async function suggested(
  flat: ManifestInput,
  inventory: ReturnType<typeof inventoryOf>,
  minSchemas: number,
  io: Io,
): Promise<ManifestInput> {
  const { manifest, profiles, skipped } = suggestProfiles(flat, inventory, { minSchemas });
  const lines = [
    profiles.length === 0
      ? 'no profiles to suggest'
      : `${profiles.length} ${profiles.length === 1 ? 'profile' : 'profiles'} suggested:`,
    ...profiles.map(({ name, schemas }) => `  ${name}: ${schemas.join(', ')}`),
    ...skipped.map(({ role, text }) => `  left as it is: ${role} (${text})`),
  ];
  await print(io.stderr, lines.join('\n'));
  return manifest;
}
