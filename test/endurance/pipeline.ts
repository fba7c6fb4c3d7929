import type { DatabaseError, Submittable } from 'pg';
import type { Said } from './journal.js';
import type { Talk } from './talk.js';

/** What node-postgres gives a query of one's own to speak with. */
interface Line {
  parse(message: { text: string; name: string; types: readonly number[] }): void;
  bind(message: { portal: string; statement: string; values: readonly unknown[] }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
}

/** Several statements before one Sync, as drivers with pipelines send them. */
export class Pipeline implements Submittable {
  readonly #texts: readonly Said[];
  readonly #talk: Talk;
  readonly #done: Promise<void>;
  #resolve: () => void = () => undefined;
  #next = 0;

  constructor(texts: readonly Said[], talk: Talk) {
    this.#texts = texts;
    this.#talk = talk;
    this.#done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  run(): Promise<void> {
    this.#talk.client.query(this);
    return this.#done;
  }

  submit(connection: unknown): void {
    const line = connection as Line;
    for (const said of this.#texts) {
      said.sent += 1;
      line.parse({ text: said.text, name: '', types: [] });
      line.bind({ portal: '', statement: '', values: [] });
      line.execute({ portal: '', rows: 0 });
    }
    line.sync();
  }

  handleCommandComplete(): void {
    const said = this.#texts[this.#next];
    if (said) said.succeeded += 1;
    this.#next += 1;
  }

  /** Either the answer to the statement whose turn it is, or the end of the connection. */
  handleError(error: DatabaseError): void {
    const said = this.#texts[this.#next];
    if (said) this.#talk.failed(said, error);
    this.#next = this.#texts.length;
    if (this.#talk.isBroken) this.#resolve();
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleParseComplete(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}
