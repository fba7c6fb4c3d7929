import type { ClassifyResult } from '@postern/core/sql';
import type { ParseAnswer, ParseRequest } from './parse-worker';

/** A text that takes longer is the agent's: a worker that hangs must not keep the next text waiting. */
const PATIENCE_MS = 5_000;

interface Waiting {
  answered(result: ClassifyResult | undefined): void;
}

/** PostgreSQL's parser and the classifier, in a thread of this window; loaded with the first text. */
class Parser {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #id = 0;

  /** Undefined: this browser can not tell (no WebAssembly, too deep a text, too slow); the agent can. */
  classify(sql: string): Promise<ClassifyResult | undefined> {
    return new Promise((resolve) => {
      this.#id += 1;
      const id = this.#id;
      const timer = setTimeout(() => this.#drop(), PATIENCE_MS);
      this.#waiting.set(id, {
        answered: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
      });
      this.#running().postMessage({ id, sql } satisfies ParseRequest);
    });
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<ParseAnswer>) => this.#take(data);
    worker.onerror = () => this.#drop();
    this.#worker = worker;
    return worker;
  }

  #take({ id, result }: ParseAnswer): void {
    // Its stack ran out: the parser may be broken from now on, and the agent has a larger one.
    if (!result.ok && result.rejection.code === 'sql.too_complex') this.#drop();
    this.#waiting.get(id)?.answered(result);
    this.#waiting.delete(id);
  }

  /** Ends the thread; the next text gets another. */
  #drop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { answered } of this.#waiting.values()) answered(undefined);
    this.#waiting.clear();
  }
}

export const parser = new Parser();
