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
import { shortList } from './short-list.js';

const HEADER =
  '# As `postern generate` found it. Edit it, look at `postern diff`, then `postern apply`. Passwords are never in it.\n';

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
    await deliver(`${HEADER}${writeManifest(manifest)}`, options.output, io);
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
  const reasons = new Map<string, string[]>();
  for (const { role, text } of skipped) reasons.set(text, [...(reasons.get(text) ?? []), role]);
  const lines = [
    profiles.length === 0
      ? 'no profiles to suggest'
      : `${profiles.length} ${profiles.length === 1 ? 'profile' : 'profiles'} suggested:`,
    ...profiles.map(({ name, schemas }) => `  ${name}, of ${schemas.length} schemas: ${shortList(schemas)}`),
    ...[...reasons].map(([text, roles]) => `  left as it is (${text}): ${shortList(roles)}`),
  ];
  await print(io.stderr, lines.join('\n'));
  return manifest;
}
