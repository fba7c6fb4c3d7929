import {
  countGrants,
  exportManifest,
  graphFromCatalog,
  inventoryOf,
  type ManifestInput,
  type RoleGraph,
  type ServerFacts,
  suggestProfiles,
  WHOLE_DATABASE,
  writeManifest,
} from '@postern/core/roles';
import { RolesFailure } from '../targets/roles/failure.js';
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
    const flat = await written(graph, connection.facts, io);
    const manifest = options.suggestProfiles
      ? await suggested(flat, inventoryOf(graph), options.suggestMinSchemas ?? 2, io)
      : flat;
    await deliver(`${HEADER}${writeManifest(manifest)}`, options.output, io);
    return 0;
  });
}

/** Beyond, what all objects of a kind have is said once. */
const FLAT_AT_MOST = 50_000;
/** What a manifest can be read back with: about 10 MB. */
const AT_MOST = 100_000;

/** The flat manifest; where that is more than anybody can read, what repeats in a schema is folded to `*`. */
async function written(graph: RoleGraph, facts: ServerFacts, io: Io): Promise<ManifestInput> {
  const flat = countGrants(graph, facts);
  if (flat <= FLAT_AT_MOST) return exportManifest(graph, facts);
  const folded = exportManifest(graph, facts, { folded: true });
  const count = folded.grants?.length ?? 0;
  const number = (value: number) => value.toLocaleString('en-US');
  if (count > AT_MOST)
    throw new RolesFailure(
      `the database has ${number(flat)} grants, and ${number(count)} are left when what all objects of a kind have is said once`,
      `grant on whole schemas, or to groups instead of people, until ${number(AT_MOST)} are left; \`postern inspect\` counts who has what`,
    );
  await print(
    io.stderr,
    `${number(flat)} grants are written as ${number(count)}: \`*\` stands for all objects of a kind in a schema, later ones included`,
  );
  return folded;
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
