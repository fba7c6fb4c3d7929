import type { StatementClass } from '@postern/core/sql';
import type { ResultStream } from '../targets/target-session.js';
import type { StatementResult } from './outcome.js';

/** Where the results of a run go as they come, instead of being kept until its end. */
export interface Delivery {
  /** Rows and bytes that were handed over so far, for the audit trail. */
  readonly sent: { readonly rows: number; readonly bytes: number };
  /** A statement is about to run. The stream takes no more than `maxRows` of it; `slow` makes the database wait. */
  begin(statement: StatementClass, maxRows: number, flow: Flow): ResultStream;
  complete(result: StatementResult): void;
  /** Nothing more is handed over, whatever still comes. */
  stop(): void;
}

/** The tap of the database. */
export interface Flow {
  pause(): void;
  resume(): void;
}
