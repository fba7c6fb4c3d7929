import type { AuditOutcome } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import { type Allowed, PERMISSION_BIT } from '@postern/core/policy';
import { withFindings } from '@postern/core/sql';
import { codeOf, isSameKind } from '../targets/connect.js';
import type { TargetSession } from '../targets/target-session.js';
import type { Delivery } from './delivery.js';
import { divergenceFix, isDivergence } from './divergence.js';
import type { Governor } from './govern.js';
import type { AllowedText, ClassifiedText, GovernedText } from './governed-text.js';
import { type RunFailure, type RunOutcome, RunRefused } from './outcome.js';
import { type BatchOptions, runBatch, STOPPED } from './run-batch.js';
import { type Run, RunStopped, type Tabs } from './tabs.js';

/** Most rows of one result that is kept until its end, also for those who may export. */
export const HARD_ROW_CAP = 10_000;

export interface StatementRequest
  extends GovernedText,
    Pick<BatchOptions, 'isManual' | 'expectRows' | 'values'> {
  readonly tab: string;
  /** Results are streamed there. */
  readonly delivery?: Delivery;
  /** Of a streamed result no more rows than this are wanted; above the connection's cap it takes `export`. */
  readonly maxRows?: number;
  /** The result goes into a file: it takes `export`, whatever its size. */
  readonly isExport?: boolean;
}

/** Kinds of statements whose result is what they are run for. */
const RESULTS = new Set(['SELECT', 'VALUES', 'SHOW', 'EXPLAIN', 'FETCH', 'EXECUTE']);
const EXPORTS = { permission: 'export', what: 'writes a result to a file' } as const;

/** Rows that a person may get from one statement. */
export function rowCapOf({ connection, held }: Pick<Allowed, 'connection' | 'held'>): number {
  return (held & PERMISSION_BIT.export) === 0 ? Math.min(connection.rowCap, HARD_ROW_CAP) : HARD_ROW_CAP;
}

/** Rows of a streamed result: for who may export there is no cap. */
export function streamedRowCap(
  { maxRows = Number.POSITIVE_INFINITY, isExport }: Pick<StatementRequest, 'maxRows' | 'isExport'>,
  { connection, held }: Pick<Allowed, 'connection' | 'held'>,
): number {
  if (isExport === true) return Number.POSITIVE_INFINITY;
  return (held & PERMISSION_BIT.export) === 0 ? Math.min(maxRows, connection.rowCap) : maxRows;
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
    run.whenStopped(() => request.delivery?.stop());
    try {
      return await this.#govern(run, request);
    } finally {
      this.#tabs.end(run);
    }
  }

  /** What `run` would answer before anything runs: throws where it would be refused, which is recorded. */
  async check(request: StatementRequest): Promise<void> {
    const session = this.#tabs.opened(request.owner, request.tab, request.connection);
    await this.#governor.decide(request, await this.#classified(request, session));
  }

  async #govern(run: Run, request: StatementRequest): Promise<RunOutcome> {
    const session = this.#tabs.opened(request.owner, request.tab, request.connection);
    try {
      const allowed = this.#allowedAtOnce(request, session) ?? (await this.#allowed(run, request, session));
      run.required = allowed.decision.required;
      if (run.stopped) throw new RunStopped('stopped');
      const intentId = await this.#governor.intentRecorded(request, allowed);
      return await this.#execute(run, request, { ...allowed, intentId });
    } catch (error) {
      if (!(error instanceof RunStopped)) throw error;
      const { code, message, fix } = STOPPED[run.stopped ?? 'cancelled'];
      throw new RunRefused(code, message, fix === undefined ? {} : { fix }, {});
    }
  }

  /** A text that was seen before, as far as nothing of it has to be asked. */
  #allowedAtOnce(request: StatementRequest, session: TargetSession | undefined): AllowedText | undefined {
    if (request.isExport === true) return undefined;
    const allowed = this.#governor.allowedShared(request, session);
    return allowed && allowed.classification.statements.length > 0 ? allowed : undefined;
  }

  async #allowed(
    run: Run,
    request: StatementRequest,
    session: TargetSession | undefined,
  ): Promise<AllowedText> {
    const text = await run.unlessStopped(this.#classified(request, session));
    return this.#governor.decide(request, text);
  }

  async #classified(request: StatementRequest, session: TargetSession | undefined): Promise<ClassifiedText> {
    const text = await this.#governor.classify(request, session);
    if (!text.classified.ok) return text;
    const { classification } = text.classified;
    if (classification.statements.length === 0) {
      throw new RunRefused('sql.empty', 'there is no statement in the text', { fix: 'write one' }, {});
    }
    if (request.isExport !== true) return text;
    const [first, second] = classification.statements;
    if (second !== undefined || !RESULTS.has(first?.kind ?? '')) {
      const fix = 'export one SELECT, VALUES, SHOW, EXPLAIN, FETCH or EXECUTE';
      throw new RunRefused('input.invalid', 'only the result of one query can be exported', { fix }, {});
    }
    return { ...text, classified: { ok: true, classification: withFindings(classification, [EXPORTS]) } };
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
      if (error instanceof RunStopped) {
        const { code, message } = STOPPED[run.stopped ?? 'cancelled'];
        throw new RunRefused(code, message, {}, { auditId: allowed.intentId });
      }
      if (!(error instanceof PosternError) || error instanceof RunRefused) throw error;
      throw new RunRefused(error.code, error.message, error.detail, { auditId: allowed.intentId });
    }
    const { failure, results } = outcome;
    const counted = results.reduce<number | null>(
      (sum, { rowCount }) => (rowCount === null ? sum : (sum ?? 0) + rowCount),
      null,
    );
    const sent = request.delivery?.sent;
    this.#governor.finish(request, allowed, allowed.intentId, {
      status: statusOf(failure),
      rows: sent && sent.rows > 0 ? Math.max(counted ?? 0, sent.rows) : counted,
      ...(sent ? { bytes: sent.bytes } : {}),
      durationMs: performance.now() - startedAt,
      sqlstate: failure?.sqlstate ?? null,
    });
    return outcome;
  }

  async #inDatabase(run: Run, request: StatementRequest, allowed: AllowedRun): Promise<RunOutcome> {
    const { intentId, classification } = allowed;
    const decision = this.#governor.stillAllowed(request, allowed, intentId);
    if (run.stopped) throw new RunStopped('stopped');
    const session = await this.#tabs.session(run, decision);
    // Opening took a while: the policy may have changed again.
    if (!isSameKind(this.#governor.stillAllowed(request, allowed, intentId), session)) {
      throw new PosternError('connection.unavailable', 'your access changed at this moment', {
        fix: 'run it again',
      });
    }
    if (classification.usesSession === true && session.memory !== allowed.memory) {
      const fix = 'prepare or declare it again';
      const message = 'the database session that knew the name of this statement or cursor has ended';
      throw new PosternError('connection.unavailable', message, { fix });
    }
    if (run.stopped) throw new RunStopped('stopped');
    const { delivery, isManual, expectRows, values } = request;
    const maxRows = delivery ? streamedRowCap(request, decision) : rowCapOf(decision);
    // Who loses `export` while more than the cap is on its way loses the rest.
    if (delivery && maxRows > decision.connection.rowCap) run.required |= PERMISSION_BIT.export;
    this.#governor.mayChange(allowed, session);
    const batch = await runBatch(run, session, request.sql, classification.statements, {
      maxRows,
      ...(delivery ? { delivery } : {}),
      ...(isManual === undefined ? {} : { isManual }),
      ...(expectRows === undefined ? {} : { expectRows }),
      ...(values === undefined ? {} : { values }),
    });
    this.#governor.ran(request, session.memory);
    const failure = batch.failure && explained(batch.failure, session.guard);
    const place = delivery && (await session.place());
    return {
      ...{ auditId: intentId, ...batch, failure, transaction: session.transaction },
      ...(place === undefined ? {} : { place }),
    };
  }
}

interface AllowedRun extends AllowedText {
  readonly intentId: string;
}

/** What to do where the guard role may not what the rules allow. */
const explained = (failure: RunFailure, guard: string | undefined): RunFailure =>
  guard !== undefined && isDivergence({ guard }, failure.sqlstate)
    ? { ...failure, fix: divergenceFix(guard) }
    : failure;

/** System codes like ECONNREFUSED are no SQLSTATE. */
const sqlstateOnly = (code: string | null): string | null =>
  code !== null && /^[0-9A-Z]{5}$/.test(code) ? code : null;

function statusOf(failure: RunFailure | null): AuditOutcome['status'] {
  if (!failure) return 'succeeded';
  return failure.code === 'sql.cancelled' ? 'cancelled' : 'failed';
}
