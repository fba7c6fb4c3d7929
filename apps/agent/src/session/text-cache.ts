/** How many texts are kept that came back, and how many that just came. */
const KEPT = 500;
const RECENT = 64;
/** Marks of texts that were let go: a power of two. */
const MARKS = 4_096;

/**
 * Values by text, after 2Q (Johnson and Shasha, VLDB 1994): what comes for the first time stays a short while only, what comes again
 * after that is kept. Texts that never return, as those of programs that write numbers into them, then die young, which makes them
 * cheap to collect, and push nothing out that others use.
 */
export class TextCache<Value> {
  readonly #kept = new Map<string, Value>();
  readonly #recent = new Map<string, Value>();
  readonly #letGo = new Uint32Array(MARKS);

  get(text: string): Value | undefined {
    return used(this.#kept, text) ?? used(this.#recent, text);
  }

  set(text: string, value: Value): void {
    const mark = markOf(text);
    if (this.#letGo[mark % MARKS] === mark) {
      this.#kept.set(text, value);
      if (this.#kept.size > KEPT) oldestOut(this.#kept);
      return;
    }
    this.#recent.set(text, value);
    if (this.#recent.size <= RECENT) return;
    const gone = markOf(oldestOut(this.#recent));
    this.#letGo[gone % MARKS] = gone;
  }
}

/** Re-inserted, so that the first key is always the one not used for longest. */
function used<Value>(cache: Map<string, Value>, text: string): Value | undefined {
  const value = cache.get(text);
  if (value === undefined) return undefined;
  cache.delete(text);
  cache.set(text, value);
  return value;
}

function oldestOut(cache: Map<string, unknown>): string {
  const [oldest = ''] = cache.keys();
  cache.delete(oldest);
  return oldest;
}

/** FNV-1a; two texts with one mark are only kept sooner than they would be. */
function markOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
