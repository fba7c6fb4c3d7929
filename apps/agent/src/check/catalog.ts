import { PosternError } from '@postern/core/errors';
import { type Catalog, compileCatalog } from '@postern/core/sql';
import { resolveSecret } from '../config.js';
import { CatalogReader } from '../targets/catalog/catalog-reader.js';
import { codeOf } from '../targets/connect.js';
import { databaseUrlProblem } from '../targets/database-url.js';
import { CatalogUnavailable, CheckUsageError } from './errors.js';

/** Reads the catalog of the database that `--catalog` names, once. */
export async function catalogAt(reference: string): Promise<Catalog> {
  const secret = resolveSecret(reference, process.cwd());
  if ('problem' in secret) throw new CheckUsageError(`--catalog: ${secret.problem}`);
  const problem = databaseUrlProblem(secret.value);
  if (problem) throw new CheckUsageError(`--catalog ${problem.message}; ${problem.fix}`);
  try {
    const reader = await CatalogReader.open('--catalog', secret.value);
    try {
      return compileCatalog((await reader.read()).data);
    } finally {
      await reader.close();
    }
  } catch (error) {
    const message = error instanceof PosternError ? error.message : readingFailed(error);
    throw new CatalogUnavailable(message, { cause: error });
  }
}

function readingFailed(error: unknown): string {
  const code = codeOf(error);
  return `the catalog of the database of \`--catalog\` can not be read${code === undefined ? '' : ` (${code})`}`;
}
