import type { AuditOutcome } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import { type Allowed, PERMISSION_BIT } from '@postern/core/policy';
import { codeOf } from '../targets/connect.js';
import type { AllowedText, GovernedText, Governor } from './govern.js';
import { type RunFailure, type RunOutcome, RunRefused } from './outcome.js';
import { runBatch } from './run-batch.js';
import type { Run, Tabs } from './tabs.js';

/** Most rows of one result, also for those who may export. */
export const HARD_ROW_CAP = 10_000;

export interface StatementRequest extends GovernedText {
  readonly tab: string;
}

/** Rows that a person may get from one statement. */
export function rowCapOf({ connection, held }: Pick<Allowed, 'connection' | 'held'>): number {
  return (held & PERMISSION_BIT.export) === 0 ? Math.min(connection.rowCap, HARD_ROW_CAP) : HARD_ROW_CAP;
}

/** classify → decide → record → execute → record, for a text of a console tab. */
export class StatementRunner {
  readonly #governor: Governor;
  readonly #tabs: Tabs;

  constructor(parts: { governor: Governor; tabs: Tabs }) {
    this.#governor = parts.governor;
    this.#tabs = parts.tabs;
  }

  /** Resolves also when the database refused; throws {@link RunRefused} when it was never asked. */
  async run(request: StatementRequest): Promise<RunOutcome> {
    const run = this.#tabs.begin(request.owner, request.tab, request.connection);
    try {
      return await this.#govern(run, request);
    } finally {
      this.#tabs.end(run);
    }
  }

  async #govern(run: Run, request: StatementRequest): Promise<RunOutcome> {
    const session = this.#tabs.opened(request.owner, request.tab, request.connection);
    const text = await this.#governor.classify(request, session);
    if (text.classified.ok && text.classified.classification.statements.length === 0) {
      throw new RunRefused('sql.empty', 'there is no statement in the text', { fix: 'write one' }, {});
    }
    const allowed = await this.#governor.decide(request, text);
    run.required = allowed.decision.required;
    const intentId = await this.#governor.intentRecorded(request, allowed);
    return this.#execute(run, request, { ...allowed, intentId });
  }

  async #execute(run: Run, request: StatementRequest, allowed: AllowedRun): Promise<RunOutcome> {
    const startedAt = performance.now();
    let outcome: RunOutcome;
    try {
      outcome = await this.#inDatabase(run, request, allowed);
    } catch (error) {
      const status = run.stopped ? 'cancelled' : 'failed';
      const sqlstate = codeOf((error as { cause?: unknown }).cause) ?? codeOf(error) ?? null;
      this.#governor.finish(request, allowed, allowed.intentId, {
        status,
        rows: null,
        durationMs: performance.now() - startedAt,
        sqlstate: sqlstateOnly(sqlstate),
      });
      if (!(error instanceof PosternError) || error instanceof RunRefused) throw error;
      throw new RunRefused(error.code, error.message, error.detail, { auditId: allowed.intentId });
    }
    const { failure, results } = outcome;
    this.#governor.finish(request, allowed, allowed.intentId, {
      status: statusOf(failure),
      rows: results.reduce<number | null>(
        (sum, { rowCount }) => (rowCount === null ? sum : (sum ?? 0) + rowCount),
        null,
      ),
      durationMs: performance.now() - startedAt,
      sqlstate: failure?.sqlstate ?? null,
    });
    return outcome;
  }

  async #inDatabase(run: Run, request: StatementRequest, allowed: AllowedRun): Promise<RunOutcome> {
    const { intentId, classification } = allowed;
    const decision = this.#governor.stillAllowed(request, allowed, intentId);
    const session = await this.#tabs.session(run, decision.connection, decision.readOnly);
    // Opening took a while: the policy may have changed again.
    if (this.#governor.stillAllowed(request, allowed, intentId).readOnly !== session.readOnly) {
      throw new PosternError('connection.unavailable', 'your access changed at this moment', {
        fix: 'run it again',
      });
    }
    if (classification.usesSession === true && session.memory !== allowed.memory) {
      const fix = 'prepare or declare it again';
      const message = 'the database session that knew the name of this statement or cursor has ended';
      throw new PosternError('connection.unavailable', message, { fix });
    }
    const batch = await runBatch(run, session, request.sql, classification.statements, rowCapOf(decision));
    this.#governor.ran(request, session.memory);
    return { auditId: intentId, ...batch, transaction: session.transaction };
  }
}

interface AllowedRun extends AllowedText {
  readonly intentId: string;
}

/** System codes like ECONNREFUSED are no SQLSTATE. */
const sqlstateOnly = (code: string | null): string | null =>
  code !== null && /^[0-9A-Z]{5}$/.test(code) ? code : null;

function statusOf(failure: RunFailure | null): AuditOutcome['status'] {
  if (!failure) return 'succeeded';
  return failure.code === 'sql.cancelled' ? 'cancelled' : 'failed';
}
