import {
  type Catalog,
  type ClassifyResult,
  classify,
  INLINE_PARSE_BYTES,
  loadParser,
  MAX_SQL_BYTES,
  NEW_SESSION,
  type NotesWanted,
  type SessionState,
  sessionNamesKey,
} from '@postern/core/sql';
import { ParseThread } from './parse-thread.js';

/** Most entries kept, and the longest text worth keeping: the cache must not outgrow the agent's memory. */
const CACHE_ENTRIES = 500;
const CACHE_TEXT_MAX = 8_192;

/** Stands for the catalog where there is none. */
const NO_CATALOG = {};

/**
 * Classification by text and catalog. A pure function of both (and of what the audit trail wants noted, which is the same for all
 * texts of a connection), so one cache a catalog serves everybody; except for texts that use
 * names of their session, which are looked at anew each time. A catalog that is not in use any more takes its cache with it.
 */
export class Classifier {
  readonly #thread: ParseThread;
  readonly #caches = new WeakMap<object, Map<string, ClassifyResult>>();
  #ready: Promise<void> | undefined;
  /** The parser of the main thread ran out of stack: it may be broken, and it cannot be replaced. */
  #isInlineSpent = false;

  constructor(workerScript?: URL) {
    this.#thread = new ParseThread(workerScript);
  }

  /** Loads the parser; called early so that the first person does not wait for it. */
  prepare(): Promise<void> {
    this.#ready ??= loadParser();
    return this.#ready;
  }

  async classify(
    sql: string,
    session: SessionState = NEW_SESSION,
    catalog?: Catalog,
    wanted?: NotesWanted,
  ): Promise<ClassifyResult> {
    const known = this.known(sql, session, catalog, wanted);
    if (known) return known;
    const result = await this.#parse(sql, session, catalog, wanted);
    const cache = this.#cacheFor(session, catalog, wanted);
    const isItsOwn = result.ok && result.classification.usesSession === true;
    if (cache && sql.length <= CACHE_TEXT_MAX && !isItsOwn) remember(cache, sql, result);
    return result;
  }

  /** The same where it is known already. */
  known(
    sql: string,
    session: SessionState,
    catalog: Catalog | undefined,
    wanted: NotesWanted | undefined,
  ): ClassifyResult | undefined {
    const cache = this.#cacheFor(session, catalog, wanted);
    const known = cache?.get(sql);
    if (cache === undefined || known === undefined) return undefined;
    // Re-inserted, so that the first key is always the one not used for longest.
    cache.delete(sql);
    cache.set(sql, known);
    return known;
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  async #parse(
    sql: string,
    session: SessionState,
    catalog: Catalog | undefined,
    wanted: NotesWanted | undefined,
  ): Promise<ClassifyResult> {
    const bytes = Buffer.byteLength(sql);
    const isLong = bytes > INLINE_PARSE_BYTES && bytes <= MAX_SQL_BYTES;
    if (isLong || this.#isInlineSpent) return this.#thread.classify(sql, session, catalog, wanted);
    await this.prepare();
    const result = classify(sql, session, catalog, wanted);
    if (result.ok || result.rejection.code !== 'sql.too_complex') return result;
    this.#isInlineSpent = true;
    return this.#thread.classify(sql, session, catalog, wanted);
  }

  /** In a session that changed nothing of it, names mean what they mean in every other. */
  #cacheFor(
    session: SessionState,
    catalog: Catalog | undefined,
    wanted: NotesWanted | undefined,
  ): Map<string, ClassifyResult> | undefined {
    return sessionNamesKey(session) === '' ? this.#cacheOf(catalog ?? wanted) : undefined;
  }

  #cacheOf(catalog: object = NO_CATALOG): Map<string, ClassifyResult> {
    const known = this.#caches.get(catalog);
    if (known) return known;
    const cache = new Map<string, ClassifyResult>();
    this.#caches.set(catalog, cache);
    return cache;
  }
}

function remember(cache: Map<string, ClassifyResult>, sql: string, result: ClassifyResult): void {
  cache.set(sql, result);
  if (cache.size <= CACHE_ENTRIES) return;
  const [oldest] = cache.keys();
  if (oldest !== undefined) cache.delete(oldest);
}
