import type { AuditOutcome } from '@postern/core/audit';
import type { PermissionMask } from '@postern/core/policy';
import { type ErrorFields, rowsOfTag } from './codec/backend.js';

const QUERY_CANCELED = '57014';

/** A text that was allowed, from its intent to its outcome. */
export class Work {
  readonly required: PermissionMask;
  readonly startedAt = performance.now();
  /** Rows that may still be sent of the result that comes. */
  rowsLeft = Number.POSITIVE_INFINITY;
  /** More rows came than may be sent. */
  isOver = false;
  /** What the client is told when the server says that it was cancelled, because the agent stopped it. */
  stopped: ErrorFields | undefined;
  /** Its portal has more rows than were asked for. */
  isSuspended = false;
  #sent = 0;
  #tagged = 0;
  #hasTag = false;
  #bytes = 0;
  #sqlstate: string | undefined;
  readonly #onCommand: () => void;

  constructor(required: PermissionMask, onCommand: () => void = () => undefined) {
    this.required = required;
    this.#onCommand = onCommand;
  }

  /** Rows that were sent to the client. */
  get sent(): number {
    return this.#sent;
  }

  rows(count: number, bytes: number): void {
    this.#sent += count;
    this.#bytes += bytes;
    this.rowsLeft -= count;
  }

  /** COPY data came from the client. */
  took(bytes: number): void {
    this.#bytes += bytes;
  }

  /** One statement of the text is complete. */
  command(tag: string): void {
    const rows = rowsOfTag(tag);
    this.#hasTag ||= rows !== null;
    this.#tagged += rows ?? 0;
    this.#onCommand();
  }

  failed(sqlstate: string): void {
    this.#sqlstate ??= sqlstate;
  }

  outcome(isComplete: boolean): AuditOutcome {
    const sqlstate = this.#sqlstate ?? null;
    const isCancelled = sqlstate === QUERY_CANCELED || (sqlstate === null && !isComplete);
    return {
      status: isCancelled ? 'cancelled' : sqlstate === null ? 'succeeded' : 'failed',
      rows: this.#hasTag ? Math.max(this.#tagged, this.#sent) : this.#sent,
      durationMs: performance.now() - this.startedAt,
      sqlstate,
      bytes: this.#bytes,
    };
  }
}
