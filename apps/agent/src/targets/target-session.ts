import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { NEW_SESSION, type SessionState } from '@postern/core/sql';
import type pg from 'pg';
import { requestCancel } from './cancel.js';
import { type ClientSettings, connectWalled, type PinnedSettings, type Walls } from './connect.js';
import { describeTable, type TableFacts } from './describe-table.js';
import type { OwnName } from './own-name.js';
import { type RowSink, RowTap } from './row-tap.js';
import { askPlace, type SessionPlace } from './session-place.js';
import {
  NOTHING_BOUND,
  type RawResult,
  type ResultLimits,
  Statement,
  type StatementValues,
  type StopReason,
} from './statement.js';
import type { TypeNames } from './type-names.js';
import type { FieldMessage, ParameterMessage, WireClient } from './wire-client.js';

export type TransactionState = 'idle' | 'open' | 'failed';

const STATES: Readonly<Record<string, TransactionState>> = { I: 'idle', T: 'open', E: 'failed' };

/** The server's statement_timeout can be changed by SET; this much later the agent stops the statement itself. */
const TIMEOUT_GRACE_MS = 5_000;
/** A backend that does not react to a cancel request is left behind. */
const CANCEL_GRACE_MS = 5_000;
const CANCEL_AGAIN_MS = 50;
/** A loop that raises notices must not fill the memory. */
const NOTICES_MAX = 1_000;

/** What control statements answer with. */
const NOTHING: ResultLimits = { rows: 0, chars: 1_000 };

export interface Notice {
  readonly severity: string;
  readonly message: string;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  /** Where it is a column of a table: the table's OID and the column's number in it. */
  readonly table?: number;
  readonly attribute?: number;
}

/** Takes a result as it comes, with its rows undecoded. */
export interface ResultStream extends RowSink {
  columns(columns: readonly Column[]): void;
  notice(notice: Notice): void;
}

export interface Executed extends Omit<RawResult, 'fields'> {
  readonly columns: readonly Column[];
  readonly notices: readonly Notice[];
  readonly durationMs: number;
}

/** The database session ended before the statement did. */
export class SessionLost extends Error {
  override readonly name = 'SessionLost';
}

/** The agent stopped the statement, not the person and not the database. */
export class StatementStopped extends Error {
  override readonly name = 'StatementStopped';
  constructor(readonly reason: StopReason) {
    super(reason);
  }
}

/** One database session behind its walls: a console tab. Statements come one at a time. */
export class TargetSession {
  readonly id = randomUUID();
  readonly readOnly: boolean;
  /** Role that it logged in as; undefined: the agent's own login. */
  readonly guard: string | undefined;
  /** What the names of prepared statements and cursors stand for in it. */
  memory: SessionState = NEW_SESSION;
  readonly #client: WireClient;
  readonly #config: pg.ClientConfig;
  readonly #pinned: PinnedSettings;
  readonly #name: OwnName;
  readonly #types: TypeNames;
  readonly #statementTimeoutMs: number;
  readonly #tap: RowTap;
  #state: TransactionState = 'idle';
  #place: SessionPlace | undefined;
  #early: Notice[] = [];
  #ended: string | undefined;
  #current: { notices: Notice[]; stream: ResultStream | undefined; settle: () => void } | undefined;
  #cancelling: Promise<void> | undefined;

  private constructor(
    opened: { client: WireClient; config: pg.ClientConfig; pinned: PinnedSettings },
    walls: Walls,
    of: { name: OwnName; types: TypeNames; guard: string | undefined },
  ) {
    this.#client = opened.client;
    this.#tap = new RowTap(opened.client);
    this.#config = opened.config;
    this.#pinned = opened.pinned;
    this.#name = of.name;
    this.#types = of.types;
    this.readOnly = walls.readOnly;
    this.guard = of.guard;
    this.#statementTimeoutMs = walls.statementTimeoutMs;
    this.#listen();
  }

  static async open(options: {
    slug: string;
    url: string;
    walls: Walls;
    name: OwnName;
    types: TypeNames;
    settings?: ClientSettings;
    guard?: string | undefined;
  }): Promise<TargetSession> {
    const { slug, url, walls, name, types, settings, guard } = options;
    const connected = await connectWalled(slug, url, walls, name.atStart, settings);
    return new TargetSession(connected, walls, { name, types, guard });
  }

  get transaction(): TransactionState {
    return this.#state;
  }

  /** Why the session is over; undefined while it lives. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Undefined: there is no such table, or the session can not be asked while its transaction has failed. */
  async describeTable(oid: number): Promise<TableFacts | undefined> {
    if (this.#ended !== undefined || this.#state === 'failed') return undefined;
    return describeTable(this.#client, oid).catch(() => undefined);
  }

  /** As after the last statement; asked once, and again after `moved`. Undefined: it can not be told at the moment. */
  async place(): Promise<SessionPlace | undefined> {
    // A request to cancel that comes late would hit the question, and end the person's transaction.
    await this.#cancelling;
    if (this.#ended !== undefined || this.#state === 'failed') return undefined;
    this.#place ??= await askPlace(this.#client);
    return this.#place;
  }

  /** Something ran that may have changed its place. */
  moved(): void {
    this.#place = undefined;
  }

  /** Stops reading what the server sends, which makes it wait; `cancel` and `close` go on reading. */
  pause(): void {
    if (this.#cancelling === undefined && this.#ended === undefined) this.#tap.pause();
  }

  resume(): void {
    this.#tap.resume();
  }

  /**
   * Runs one statement. With a stream its rows go there as they come, and the result has none. Throws pg's DatabaseError,
   * {@link StatementStopped} or {@link SessionLost}.
   */
  async execute(
    text: string,
    limits: ResultLimits,
    stream?: ResultStream,
    bound: StatementValues = NOTHING_BOUND,
  ): Promise<Executed> {
    await this.#cancelling;
    if (this.#ended !== undefined) throw new SessionLost(this.#ended);
    const notices = this.#early;
    this.#early = [];
    for (const notice of notices) stream?.notice(notice);
    const listener = stream && {
      described: (fields: readonly FieldMessage[]) => stream.columns(this.#columnsOf(fields)),
    };
    const statement = new Statement(text, limits, () => void this.cancel(), bound, listener);
    const startedAt = performance.now();
    const watchdog = setTimeout(() => void this.cancel(), this.#statementTimeoutMs + TIMEOUT_GRACE_MS);
    try {
      await new Promise<void>((settle) => {
        this.#current = { notices, stream, settle };
        this.#tap.sink = stream;
        this.#client.query(statement as unknown as pg.Submittable);
      });
    } finally {
      clearTimeout(watchdog);
      this.#current = undefined;
      this.#tap.sink = undefined;
    }
    await this.#keepName();
    const durationMs = performance.now() - startedAt;
    if (statement.stopped) throw new StatementStopped(statement.stopped);
    if (isServerError(statement.error)) throw statement.error;
    if (this.#ended !== undefined) throw new SessionLost(this.#ended);
    if (statement.error) throw statement.error;
    const { fields, ...result } = statement.result();
    await this.#learnTypes(fields);
    return { ...result, columns: this.#columnsOf(fields), notices, durationMs };
  }

  /** Runs what stands around a person's statements. What is noticed meanwhile is told with their next one. */
  async control(text: string): Promise<void> {
    const { notices } = await this.execute(text, NOTHING);
    this.#early.unshift(...notices);
  }

  #columnsOf(fields: readonly FieldMessage[]): Column[] {
    return fields.map((field) => ({
      name: field.name,
      type: this.#types.nameOf(field),
      ...(field.tableID > 0 ? { table: field.tableID, attribute: field.columnID } : {}),
    }));
  }

  /**
   * Asks the server to stop what runs, again and again: a request that arrives before the statement does is lost. A
   * backend that does not react is cut off.
   */
  cancel(): Promise<void> {
    this.#cancelling ??= this.#cancelCurrent().finally(() => {
      this.#cancelling = undefined;
    });
    return this.#cancelling;
  }

  async #cancelCurrent(): Promise<void> {
    const running = this.#current;
    // A server that waits until somebody reads does not look whether it was cancelled.
    this.#tap.resume();
    const giveUpAt = performance.now() + CANCEL_GRACE_MS;
    while (running && this.#current === running && this.#ended === undefined) {
      await requestCancel(this.#config, this.#client);
      await sleep(CANCEL_AGAIN_MS);
      if (this.#current === running && performance.now() > giveUpAt) {
        this.destroy('the database did not react to the cancel request');
      }
    }
  }

  /** Ends the session at once, whatever runs. */
  destroy(reason: string): void {
    this.#ended ??= reason;
    this.#client.connection.stream.destroy();
    this.#current?.settle();
  }

  /** Ends the session in an orderly way: an open transaction is rolled back by the server. */
  async close(reason: string): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#tap.resume();
    const giveUp = setTimeout(() => this.#client.connection.stream.destroy(), CANCEL_GRACE_MS);
    await this.#client.end().catch(() => undefined);
    clearTimeout(giveUp);
  }

  async #learnTypes(fields: Parameters<TypeNames['learn']>[1]): Promise<void> {
    if (this.#state === 'failed') return;
    await this.#types.learn(this.#client, fields).catch(() => undefined);
  }

  /** In a failed transaction it can not be put back, and need not: what the transaction set is undone. */
  async #keepName(): Promise<void> {
    if (!this.#name.isLost || this.#state === 'failed' || this.#ended !== undefined) return;
    await this.#client.query(this.#name.statement).catch(() => undefined);
    if (this.#name.isLost)
      this.destroy('the session was ended because its application_name could not be kept');
  }

  /** What comes while nothing runs, as notifications of LISTEN do, is told with the next statement. */
  #notice(notice: Notice): void {
    const current = this.#current;
    const notices = current?.notices ?? this.#early;
    if (notices.length >= NOTICES_MAX) return;
    notices.push(notice);
    current?.stream?.notice(notice);
  }

  #listen(): void {
    const { connection } = this.#client;
    connection.on('readyForQuery', ({ status }: { status: string }) => {
      this.#state = STATES[status] ?? 'failed';
      this.#current?.settle();
    });
    connection.on('parameterStatus', (message: ParameterMessage) => {
      this.#name.reported(message.parameterName, message.parameterValue);
      this.#holdPinned(message);
    });
    this.#client.on('notice', ({ severity, message }) => {
      if (this.#current) this.#notice({ severity: severity ?? 'NOTICE', message: message ?? '' });
    });
    this.#client.on('notification', ({ channel, payload }) =>
      this.#notice({ severity: 'NOTIFY', message: payload ? `${channel}: ${payload}` : channel }),
    );
    this.#client.on('error', (error) => {
      // Sent while nothing ran, like an idle-in-transaction timeout: the reason is worth keeping.
      this.#ended ??= isServerError(error) ? error.message : 'the connection to the database was lost';
    });
    this.#client.on('end', () => {
      this.#ended ??= 'the connection to the database was lost';
      this.#current?.settle();
    });
  }

  /** The classifier refuses what would change these; should it ever miss something, the session does not survive it. */
  #holdPinned({ parameterName, parameterValue }: ParameterMessage): void {
    const expected = this.#pinned.get(parameterName);
    if (expected === undefined || expected === parameterValue) return;
    this.destroy(`the session was ended because \`${parameterName}\` changed, which must stay as it is`);
  }
}

export interface ServerError extends Error {
  readonly severity: string;
  readonly code: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: string;
}

export function isServerError(error: unknown): error is ServerError {
  return (
    error instanceof Error && 'severity' in error && typeof (error as { code?: unknown }).code === 'string'
  );
}
