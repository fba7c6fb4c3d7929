import { type ErrorCode, type ErrorDetail, PosternError } from '@postern/core/errors';
import type { Denied, Permission } from '@postern/core/policy';
import type { SessionPlace } from '../targets/session-place.js';
import type { Column, Notice, TransactionState } from '../targets/target-session.js';

/** What one statement gave. */
export interface StatementResult {
  readonly statement: number;
  readonly command: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly rowCount: number | null;
  readonly truncated: boolean;
  readonly durationMs: number;
  readonly notices: readonly Notice[];
}

/** Why a text that was allowed did not run to its end. */
export interface RunFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix?: string;
  readonly position?: number;
  readonly sqlstate?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly statement?: number;
  /** A statement touched another number of rows than was expected of it, so all was rolled back. */
  readonly conflict?: { readonly expected: number; readonly actual: number };
}

/** What a text gave that was allowed: `failure` says where it stopped, `results` what ran before. */
export interface RunOutcome {
  readonly auditId: string;
  readonly results: readonly StatementResult[];
  readonly failure: RunFailure | null;
  readonly transaction: TransactionState;
  /** Where it ran; only for results that are streamed. */
  readonly place?: SessionPlace;
}

export interface DenialFacts {
  readonly auditId?: string;
  readonly position?: number;
  readonly connection?: string;
  readonly missing?: readonly Permission[];
  readonly held?: readonly Permission[];
  readonly reasons?: Denied['reasons'];
}

/** A text that did not get as far as the database. */
export class RunRefused extends PosternError {
  constructor(
    code: ErrorCode,
    message: string,
    detail: ErrorDetail,
    readonly denial: DenialFacts,
  ) {
    super(code, message, detail);
  }
}
