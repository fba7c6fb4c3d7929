import {
  type ClassifyResult,
  classify,
  INLINE_PARSE_BYTES,
  loadParser,
  MAX_SQL_BYTES,
  NEW_SESSION,
  type SessionState,
} from '@postern/core/sql';
import { ParseThread } from './parse-thread.js';

/** Most entries kept, and the longest text worth keeping: the cache must not outgrow the agent's memory. */
const CACHE_ENTRIES = 500;
const CACHE_TEXT_MAX = 8_192;

/**
 * Classification by text. A pure function of the text, so one cache serves everybody; except for texts that use names of
 * their session, which are looked at anew each time.
 */
export class Classifier {
  readonly #thread: ParseThread;
  readonly #cache = new Map<string, ClassifyResult>();
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

  async classify(sql: string, session: SessionState = NEW_SESSION): Promise<ClassifyResult> {
    const known = this.#cache.get(sql);
    if (known) {
      // Re-inserted, so that the first key is always the one not used for longest.
      this.#cache.delete(sql);
      this.#cache.set(sql, known);
      return known;
    }
    const result = await this.#parse(sql, session);
    const isItsOwn = result.ok && result.classification.usesSession === true;
    if (sql.length <= CACHE_TEXT_MAX && !isItsOwn) this.#remember(sql, result);
    return result;
  }

  stop(): Promise<void> {
    return this.#thread.stop();
  }

  async #parse(sql: string, session: SessionState): Promise<ClassifyResult> {
    const bytes = Buffer.byteLength(sql);
    const isLong = bytes > INLINE_PARSE_BYTES && bytes <= MAX_SQL_BYTES;
    if (isLong || this.#isInlineSpent) return this.#thread.classify(sql, session);
    await this.prepare();
    const result = classify(sql, session);
    if (result.ok || result.rejection.code !== 'sql.too_complex') return result;
    this.#isInlineSpent = true;
    return this.#thread.classify(sql, session);
  }

  #remember(sql: string, result: ClassifyResult): void {
    this.#cache.set(sql, result);
    if (this.#cache.size <= CACHE_ENTRIES) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }
}
