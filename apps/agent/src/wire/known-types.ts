/** Texts whose types a session remembers, and how long they may be. */
const TEXTS_MAX = 500;
const TEXT_MAX = 10_000;
interface Text {
  readonly sql: string;
  readonly parameterTypes: readonly number[];
}

/** What the server said of texts, so that it is asked once a session. A table that has changed since makes a name wrong, no decision. */
export class KnownTypes {
  readonly #known = new Map<string, readonly number[]>();

  of({ sql, parameterTypes }: Text): readonly number[] | undefined {
    return this.#known.get(`${parameterTypes.join()} ${sql}`);
  }

  learn({ sql, parameterTypes }: Text, types: readonly number[]): void {
    if (sql.length > TEXT_MAX) return;
    if (this.#known.size >= TEXTS_MAX) this.#known.clear();
    this.#known.set(`${parameterTypes.join()} ${sql}`, types);
  }
}
