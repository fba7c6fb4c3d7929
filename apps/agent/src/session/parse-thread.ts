import { Worker } from 'node:worker_threads';
import {
  type Catalog,
  type ClassifyResult,
  NEW_SESSION,
  type NotesWanted,
  type SessionState,
} from '@postern/core/sql';
import type { ParseRequest } from './parse-worker.js';

const STACK_MB = 32;
const HEAP_MB = 512;
const TIMEOUT_MS = 10_000;
/** A thread that nobody needs costs memory. */
const IDLE_MS = 60_000;

const tooComplex: ClassifyResult = {
  ok: false,
  rejection: {
    code: 'sql.too_complex',
    message: 'the text is too complex to be understood, so it is not run',
  },
};

interface Job {
  readonly request: Omit<ParseRequest, 'catalog'>;
  readonly catalog: Catalog | undefined;
  resolve(result: ClassifyResult): void;
}

/**
 * One worker thread for long texts, started when the first comes. One text at a time; a thread that took too long,
 * died or ran out of stack is thrown away, because the parser in it can not be trusted any more.
 */
export class ParseThread {
  readonly #script: URL;
  #worker: Worker | undefined;
  /** Version of the catalog that the worker has. */
  #sentVersion: string | undefined;
  #queue: Job[] = [];
  #current: Job | undefined;
  #timer: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(script = new URL('./parse-worker.js', import.meta.url)) {
    this.#script = script;
  }

  classify(
    sql: string,
    session: SessionState = NEW_SESSION,
    catalog?: Catalog,
    wanted?: NotesWanted,
  ): Promise<ClassifyResult> {
    return new Promise((resolve) => {
      this.#queue.push({ request: { id: this.#nextId++, sql, session, wanted }, catalog, resolve });
      this.#next();
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const jobs = this.#current ? [this.#current, ...this.#queue] : this.#queue;
    this.#queue = [];
    this.#current = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    for (const job of jobs) job.resolve(tooComplex);
  }

  #next(): void {
    if (this.#current) return;
    clearTimeout(this.#timer);
    this.#current = this.#queue.shift();
    if (!this.#current) {
      this.#timer = setTimeout(() => void this.stop(), IDLE_MS).unref();
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.postMessage(this.#requestOf(this.#current));
    this.#timer = setTimeout(() => this.#discard(), TIMEOUT_MS);
  }

  #requestOf({ request, catalog }: Job): ParseRequest {
    if (catalog === undefined) return request;
    const { data } = catalog;
    const { version } = data;
    const isKept = this.#sentVersion === version;
    this.#sentVersion = version;
    return { ...request, catalog: isKept ? { version } : { version, data } };
  }

  #start(): Worker {
    this.#sentVersion = undefined;
    const worker = new Worker(this.#script, {
      resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: HEAP_MB },
    });
    worker.unref();
    worker.on('message', ({ id, result }: { id: number; result: ClassifyResult }) => {
      if (this.#current?.request.id !== id) return;
      const isSpent = !result.ok && result.rejection.code === 'sql.too_complex';
      if (isSpent) this.#discard();
      else this.#finish(result);
    });
    const died = () => {
      if (this.#worker === worker) this.#discard();
    };
    worker.on('error', died);
    worker.on('exit', died);
    return worker;
  }

  /** Gives up on the text and on the thread. */
  #discard(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    void worker?.terminate();
    this.#finish(tooComplex);
  }

  #finish(result: ClassifyResult): void {
    const done = this.#current;
    this.#current = undefined;
    done?.resolve(result);
    this.#next();
  }
}
