import type { ErrorFields } from './codec/backend.js';
import { CodecError } from './codec/bytes.js';
import type { Work } from './work.js';

/** How the server answered a message: `skipped` after an error before it, up to the next Sync. */
export type Ended = 'done' | 'failed' | 'skipped';

/** A message that was sent to the server and has not been answered to its end. */
export interface Flying {
  readonly what: 'parse' | 'bind' | 'describe' | 'close' | 'execute' | 'query' | 'sync';
  /** The agent's own: its success is not for the client. */
  readonly hidden?: boolean;
  /** It is bound to fail, and this is what the client is told then. */
  readonly instead?: ErrorFields;
  /** Characters of the client's text before the part that was sent. */
  readonly shift?: number;
  readonly work?: Work;
  /** Told what ParameterDescription says. */
  types?(oids: readonly number[]): void;
  ended?(how: Ended, sqlstate?: string): void;
}

/**
 * What is on its way to the server, in the order in which it answers (PostgreSQL docs, "Extended Query": after an error it reads
 * and discards messages until a Sync).
 */
export class Flight {
  #queue: Flying[] = [];
  readonly #waiters = new Map<Flying, { resolve: (how: Ended) => void; orCopying: boolean }[]>();
  #isCopyIn = false;
  #isAbandoned = false;
  /** The server reads and discards what comes before the next Sync, or will when it gets there. */
  isSkipping = false;
  /** The server asks for COPY data. */
  onCopyIn: () => void = () => undefined;
  /** Somebody waits for an answer: what was asked must be sent now. */
  onWait: () => void = () => undefined;

  get head(): Flying | undefined {
    return this.#queue[0];
  }

  get last(): Flying | undefined {
    return this.#queue.at(-1);
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** The server reads COPY data. */
  get isCopyIn(): boolean {
    return this.#isCopyIn;
  }

  add(flying: Flying): Flying {
    if (flying.what === 'sync') this.isSkipping = false;
    if (flying.instead !== undefined && flying.what !== 'query') this.isSkipping = true;
    if (this.#isAbandoned) flying.ended?.('skipped');
    else this.#queue.push(flying);
    return flying;
  }

  /** Resolves once the message is answered; `orCopying`: or once it wants COPY data, which are more messages. */
  async ended(flying: Flying, { orCopying = false } = {}): Promise<Ended> {
    if (!this.#queue.includes(flying)) return this.#isAbandoned ? 'skipped' : 'done';
    if (orCopying && this.#isCopyIn && flying === this.head) return 'done';
    this.onWait();
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(flying) ?? [];
      waiters.push({ resolve, orCopying });
      this.#waiters.set(flying, waiters);
    });
  }

  /** The server answered the first message with success. Anything else than expected is no protocol that can be followed. */
  done(...expected: readonly Flying['what'][]): Flying {
    const head = this.expect(...expected);
    if (head.instead !== undefined) throw new CodecError('the server took what it should have refused');
    this.#queue.shift();
    this.#isCopyIn = false;
    this.#land(head, 'done');
    return head;
  }

  expect(...expected: readonly Flying['what'][]): Flying {
    const { head } = this;
    if (head === undefined || !expected.includes(head.what)) {
      throw new CodecError('the server sent an answer to nothing that was asked');
    }
    return head;
  }

  /** The first message failed: so does all up to the next Sync. A simple query and a Sync are over at ReadyForQuery only. */
  failed(sqlstate: string): void {
    const { head } = this;
    this.#isCopyIn = false;
    if (head === undefined || head.what === 'query' || head.what === 'sync') return;
    const end = this.#queue.findIndex(({ what }) => what === 'sync');
    const over = this.#queue.splice(0, end === -1 ? this.#queue.length : end);
    if (end === -1) this.isSkipping = true;
    // The last first: each gives back what its name stood for before it.
    for (const flying of over.reverse()) this.#land(flying, flying === head ? 'failed' : 'skipped', sqlstate);
  }

  /** ReadyForQuery: the end of the first Sync or simple query. `sqlstate`: of the error that it had. */
  ready(sqlstate: string | undefined): Flying {
    const head = this.expect('sync', 'query');
    if (head.instead !== undefined && sqlstate === undefined) {
      throw new CodecError('the server took what it should have refused');
    }
    this.#queue.shift();
    this.#isCopyIn = false;
    this.#land(head, sqlstate === undefined ? 'done' : 'failed', sqlstate);
    return head;
  }

  copyIn(): void {
    const head = this.expect('execute', 'query');
    this.#isCopyIn = true;
    for (const { resolve, orCopying } of this.#waiters.get(head) ?? []) if (orCopying) resolve('done');
    this.onCopyIn();
  }

  /** The client has sent all COPY data, or gives up. */
  copyEnd(): void {
    this.#isCopyIn = false;
  }

  /** Nothing will be answered any more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#isCopyIn = false;
    const over = this.#queue;
    this.#queue = [];
    for (const flying of over.reverse()) this.#land(flying, 'skipped');
  }

  #land(flying: Flying, how: Ended, sqlstate?: string): void {
    flying.ended?.(how, sqlstate);
    for (const { resolve } of this.#waiters.get(flying) ?? []) resolve(how);
    this.#waiters.delete(flying);
  }
}
