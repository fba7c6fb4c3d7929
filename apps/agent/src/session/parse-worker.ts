import { parentPort } from 'node:worker_threads';
import {
  type Catalog,
  type CatalogData,
  classify,
  compileCatalog,
  loadParser,
  type NotesWanted,
  type SessionState,
} from '@postern/core/sql';

/** Parses long texts away from the main thread, on a stack that deep ones do not exhaust (TOOLCHAIN, section 7, trap B). */
export interface ParseRequest {
  readonly id: number;
  readonly sql: string;
  readonly session: SessionState;
  readonly wanted?: NotesWanted | undefined;
  /** A catalog is sent with the first text that needs it and named by its version afterwards; the thread keeps the last one. */
  readonly catalog?: { readonly version: string; readonly data?: CatalogData };
}

let kept: Catalog | undefined;

function catalogOf({ catalog }: ParseRequest): Catalog | undefined {
  if (catalog?.data) kept = compileCatalog(catalog.data);
  if (catalog && kept?.data.version !== catalog.version) throw new Error('a catalog was not sent');
  return catalog && kept;
}

await loadParser();
parentPort?.on('message', (request: ParseRequest) => {
  const { id, sql, session, wanted } = request;
  parentPort?.postMessage({ id, result: classify(sql, session, catalogOf(request), wanted) });
});
