import { countsOf } from '@postern/core/roles';
import { type ExitCode, type Io, painter, print } from './io.js';
import { ManifestInvalid, type ManifestOptions, readManifest } from './manifest-file.js';

export interface ValidateOptions extends ManifestOptions {
  readonly format: 'text' | 'json';
}

/** Checks a manifest without any database. */
export async function validate(options: ValidateOptions, io: Io): Promise<ExitCode> {
  if (options.format === 'json') return validateAsJson(options, io);
  const { desired, source, documents, sharedProfiles, warnings } = readManifest(options);
  const counts = countsOf(desired);
  const paint = painter(io.stdout, io.env);
  const rows: [string, number][] = [
    ...(documents === undefined
      ? []
      : ([
          ['documents', documents.length],
          ['shared profiles', sharedProfiles ?? 0],
        ] as [string, number][])),
    ['schemas', counts.schemas],
    ['roles', counts.roles],
    ['grants', counts.grants],
    ['default privileges', counts.defaultPrivileges],
    ['memberships', counts.memberships],
  ];
  for (const warning of warnings) await print(io.stderr, `warning: ${warning}`);
  const lines = rows.map(([what, count]) => `  ${String(count).padStart(6)}  ${what}`);
  await print(io.stdout, [`${paint('green', 'valid')}: ${source}, after expansion`, ...lines].join('\n'));
  return 0;
}

async function validateAsJson(options: ValidateOptions, io: Io): Promise<ExitCode> {
  try {
    const { desired, source, warnings } = readManifest(options);
    const report = { valid: true, source, counts: countsOf(desired), warnings, problems: [] };
    await print(io.stdout, JSON.stringify(report, null, 2));
    return 0;
  } catch (error) {
    if (!(error instanceof ManifestInvalid)) throw error;
    const report = { valid: false, source: error.source, problems: error.problems };
    await print(io.stdout, JSON.stringify(report, null, 2));
    return 1;
  }
}
