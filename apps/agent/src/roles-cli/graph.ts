import {
  currentAccess,
  type Desired,
  desiredAccess,
  formatAccess,
  graphFromCatalog,
  inspectionScope,
  WHOLE_DATABASE,
} from '@postern/core/roles';
import { readCatalog } from '../targets/roles/read-catalog.js';
import { type DatabaseOptions, databaseUrl, withDatabase } from './database.js';
import { managedRoles } from './inspect.js';
import { type ExitCode, type Io, UsageError } from './io.js';
import { type ManifestOptions, namesManifest, readManifest } from './manifest-file.js';
import { deliver } from './output-file.js';

export interface GraphOptions extends ManifestOptions, DatabaseOptions {
  readonly what: string;
  readonly format: 'tree' | 'dot' | 'mermaid' | 'json';
  readonly scope?: 'managed' | 'all';
  readonly output?: string;
}

/** Draws who is in which group and who gets what from where. */
export async function graph(options: GraphOptions, io: Io): Promise<ExitCode> {
  if (options.what === 'desired') {
    if (options.scope !== undefined) throw new UsageError('--scope is for `graph current`');
    await deliver(
      formatAccess(desiredAccess(readManifest(options).desired), options.format),
      options.output,
      io,
    );
    return 0;
  }
  if (options.what !== 'current') throw new UsageError('say what to draw: `desired` or `current`');
  const isManaged = (options.scope ?? (namesManifest(options) ? 'managed' : 'all')) === 'managed';
  if (isManaged && !namesManifest(options))
    throw new UsageError('--scope managed needs a manifest: give -f or --bundle');
  const desired = isManaged ? readManifest(options).desired : undefined;
  return withDatabase<ExitCode>(databaseUrl(options, io.env), async (connection) => {
    const access = await connection.transaction('rollback', async () => {
      const rows = await readCatalog(connection, scopeOf(desired));
      const current = graphFromCatalog(rows);
      return currentAccess(
        current,
        connection.facts,
        desired && managedRoles(desired, current, connection.facts),
      );
    });
    await deliver(formatAccess(access, options.format), options.output, io);
    return 0;
  });
}

const scopeOf = (desired: Desired | undefined) =>
  desired === undefined ? WHOLE_DATABASE : { ...inspectionScope(desired), database: true };
