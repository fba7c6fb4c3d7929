import type { FieldMessage, WireConnection } from './wire-client.js';

/** How much of a result is wanted. */
export interface ResultLimits {
  readonly rows: number;
  /** Characters that are kept in memory; a wider result is stopped. */
  readonly chars: number;
}

export interface RawResult {
  readonly fields: readonly FieldMessage[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Command tag; undefined when the row limit suspended the portal before the command completed. */
  readonly tag: string | undefined;
  readonly truncated: boolean;
  readonly chars: number;
}

/** Why the agent itself stops a statement; the server then reports a cancelled one. */
export type StopReason = 'too_large' | 'copy_to_client';

/**
 * One statement by the extended protocol, so that the server itself refuses a second one in the text. The portal is
 * executed for one row more than the limit and then dropped by Sync: rows behind the limit never leave the server. Values stay the
 * text that PostgreSQL prints. (node-postgres calls these methods as messages arrive.)
 */
export class Statement {
  readonly #text: string;
  readonly #limits: ResultLimits;
  readonly #onStop: (reason: StopReason) => void;
  #fields: readonly FieldMessage[] = [];
  #rows: (string | null)[][] = [];
  #chars = 0;
  #tag: string | undefined;
  #stopped: StopReason | undefined;
  #error: Error | undefined;

  constructor(text: string, limits: ResultLimits, onStop: (reason: StopReason) => void) {
    this.#text = text;
    this.#limits = limits;
    this.#onStop = onStop;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  result(): RawResult {
    const truncated = this.#rows.length > this.#limits.rows;
    const rows = truncated ? this.#rows.slice(0, this.#limits.rows) : this.#rows;
    return { fields: this.#fields, rows, tag: this.#tag, truncated, chars: this.#chars };
  }

  submit(connection: WireConnection): void {
    connection.stream.cork();
    connection.parse({ text: this.#text, name: '', types: [] });
    connection.bind({ portal: '', statement: '', values: [] });
    connection.describe({ type: 'P', name: '' });
    connection.execute({ portal: '', rows: this.#limits.rows + 1 });
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription(message: { fields: readonly FieldMessage[] }): void {
    this.#fields = message.fields;
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    if (this.#stopped) return;
    for (const value of message.fields) this.#chars += value?.length ?? 0;
    if (this.#chars > this.#limits.chars) this.#stop('too_large');
    else this.#rows.push(message.fields);
  }

  handleCommandComplete(message: { text: string }): void {
    this.#tag = message.text;
  }

  handleCopyInResponse(connection: WireConnection): void {
    connection.sendCopyFail('the console can not send COPY data');
    // The server ignored the Sync that it got while it waited for data.
    connection.sync();
  }

  handleCopyData(): void {
    if (!this.#stopped) this.#stop('copy_to_client');
  }

  handleError(error: Error): void {
    this.#error ??= error;
  }

  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleReadyForQuery(): void {}

  #stop(reason: StopReason): void {
    this.#stopped = reason;
    this.#rows = [];
    this.#onStop(reason);
  }
}
