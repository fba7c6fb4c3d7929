import {
  bindMessage,
  describeMessage,
  executeMessage,
  parseMessage,
  syncMessage,
} from '../wire/codec/frontend.js';
import type { FieldMessage, WireConnection } from './wire-client.js';

const DESCRIBE = describeMessage({ kind: 'portal', name: '' });
const SYNC = syncMessage();

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

/** Hears of a result before its rows come. */
export interface ResultListener {
  described(fields: readonly FieldMessage[]): void;
}

/** What is bound to a statement, as text. */
export interface StatementValues {
  /** OIDs; 0: the server finds out. */
  readonly types: readonly number[];
  readonly values: readonly (string | null)[];
}

export const NOTHING_BOUND: StatementValues = { types: [], values: [] };

/** Why the agent itself stops a statement; the server then reports a cancelled one. */
export type StopReason = 'too_large' | 'copy_to_client';

/**
 * One statement by the extended protocol, so that the server itself refuses a second one in the text. The portal is
 * executed for one row more than the limit and then dropped by Sync: rows behind the limit never leave the server. Values stay the
 * text that PostgreSQL prints. (node-postgres calls these methods as messages arrive.)
 */
export class Statement {
  readonly #messages: Buffer;
  readonly #limits: ResultLimits;
  readonly #onStop: (reason: StopReason) => void;
  readonly #listener: ResultListener | undefined;
  #fields: readonly FieldMessage[] = [];
  #rows: (string | null)[][] = [];
  #chars = 0;
  #tag: string | undefined;
  #isSuspended = false;
  #stopped: StopReason | undefined;
  #error: Error | undefined;

  constructor(
    text: string,
    limits: ResultLimits,
    onStop: (reason: StopReason) => void,
    bound: StatementValues,
    listener?: ResultListener,
  ) {
    // 0 is all of them.
    const most = Number.isFinite(limits.rows) ? limits.rows + 1 : 0;
    this.#messages = Buffer.concat([
      parseMessage('', text, bound.types),
      bindMessage('', '', bound.values),
      DESCRIBE,
      executeMessage('', most),
      SYNC,
    ]);
    this.#limits = limits;
    this.#onStop = onStop;
    this.#listener = listener;
  }

  get error(): Error | undefined {
    return this.#error;
  }

  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  result(): RawResult {
    const truncated = this.#isSuspended;
    const rows = truncated ? this.#rows.slice(0, this.#limits.rows) : this.#rows;
    return { fields: this.#fields, rows, tag: this.#tag, truncated, chars: this.#chars };
  }

  submit(connection: WireConnection): void {
    connection.stream.write(this.#messages);
  }

  handleRowDescription(message: { fields: readonly FieldMessage[] }): void {
    this.#fields = message.fields;
    this.#listener?.described(message.fields);
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

  handlePortalSuspended(): void {
    this.#isSuspended = true;
  }
  handleEmptyQuery(): void {}
  handleReadyForQuery(): void {}

  #stop(reason: StopReason): void {
    this.#stopped = reason;
    this.#rows = [];
    this.#onStop(reason);
  }
}
