import {
  type Catalog,
  type Classification,
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
import { TextCache } from './text-cache.js';

/** The longest text worth keeping: the cache must not outgrow the agent's memory. */
const CACHE_TEXT_MAX = 8_192;

/** A text that was found this often is worth more of what is made of it. One that runs once is looked at thrice: Parse, Bind, Execute. */
const FOUND_OFTEN = 4;

/** Stands for the catalog where there is none. */
const NO_CATALOG = {};

interface Known {
  readonly result: ClassifyResult;
  found: number;
}

const OFTEN = new WeakSet<Classification>();

/** Whether its text is one that many ask about, so that it pays to keep what is made of it. */
export const isOften = (classification: Classification): boolean => OFTEN.has(classification);

/**
 * Classification by text and catalog. A pure function of both (and of what the audit trail wants noted, which is the same for all
 * texts of a connection), so one cache a catalog serves everybody; except for texts that use
 * names of their session, which are looked at anew each time. A catalog that is not in use any more takes its cache with it.
 */
export class Classifier {
  readonly #thread: ParseThread;
  readonly #caches = new WeakMap<object, TextCache<Known>>();
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
    if (cache && sql.length <= CACHE_TEXT_MAX && !isItsOwn) cache.set(sql, { result, found: 0 });
    return result;
  }

  /** The same where it is known already. */
  known(
    sql: string,
    session: SessionState,
    catalog: Catalog | undefined,
    wanted: NotesWanted | undefined,
  ): ClassifyResult | undefined {
    const known = this.#cacheFor(session, catalog, wanted)?.get(sql);
    if (known === undefined) return undefined;
    known.found += 1;
    if (known.found === FOUND_OFTEN && known.result.ok) OFTEN.add(known.result.classification);
    return known.result;
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
  ): TextCache<Known> | undefined {
    return sessionNamesKey(session) === '' ? this.#cacheOf(catalog ?? wanted) : undefined;
  }

  #cacheOf(catalog: object = NO_CATALOG): TextCache<Known> {
    const known = this.#caches.get(catalog);
    if (known) return known;
    const cache = new TextCache<Known>();
    this.#caches.set(catalog, cache);
    return cache;
  }
}
