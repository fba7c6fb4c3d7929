import { errorFacts, type Logger } from '../log.js';
import type { Governor } from '../session/govern.js';
import type { ConnectedClient } from '../targets/connect.js';
import type { OwnName } from '../targets/own-name.js';
import { RawSession } from '../targets/raw-session.js';
import { Answers, PinnedChanged } from './answers.js';
import type { CancelKey, CancelKeys } from './cancel-keys.js';
import type { SignedInClient } from './client.js';
import {
  backendKeyData,
  type ErrorFields,
  errorResponse,
  parameterStatus,
  readyForQuery,
} from './codec/backend.js';
import { CodecError } from './codec/bytes.js';
import { type Frame, FrameSplitter, type Run } from './codec/frames.js';
import { FRONTEND, flushMessage, syncMessage } from './codec/frontend.js';
import type { Conversation } from './conversation.js';
import { bind, close, describe, execute, parse } from './extended.js';
import { Flight } from './flight.js';
import { Gate } from './gate.js';
import { farewell } from './inbox.js';
import { putNameBack } from './keep-name.js';
import type { SessionNames } from './names.js';
import { fatal } from './refusal.js';
import { functionCall, simpleQuery } from './simple.js';
import type { Work } from './work.js';

const MB = 1024 * 1024;
/** What a client may have sent that nobody has looked at before it is told to wait. */
const AHEAD_BYTES = MB;
/** Values of a Bind may be long; texts over a megabyte are refused, in words, once they are whole. */
const MESSAGE_MAX: Readonly<Record<number, number>> = {
  [FRONTEND.bind]: 64 * MB,
  [FRONTEND.query]: 16 * MB,
  [FRONTEND.parse]: 16 * MB,
};
const OTHER_MAX = 64 * 1024;
/** The server's own timeout can be changed by SET; this much later the agent ends the session itself. */
const IDLE_GRACE_MS = 5_000;
const CANCEL_AGAIN_MS = 200;
const CANCEL_GRACE_MS = 5_000;

export interface SessionParts {
  readonly client: SignedInClient;
  readonly connected: ConnectedClient;
  readonly governor: Governor;
  readonly cancels: CancelKeys;
  readonly log: Logger;
  readonly names: SessionNames;
  readonly name: OwnName;
  readonly readOnly: boolean;
  readonly statementTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  /** Once, when it is over. */
  onEnd(reason: string): void;
}

/** A signed-in client and its database session: every statement between them is governed. */
export class WireSession {
  readonly client: SignedInClient;
  readonly readOnly: boolean;
  readonly #parts: SessionParts;
  readonly #backend: RawSession;
  readonly #flight = new Flight();
  readonly #names: SessionNames;
  readonly #answers: Answers;
  readonly #talk: Conversation;
  readonly #works = new Set<Work>();
  readonly #key: CancelKey;
  readonly #splitter = new FrameSplitter({
    streamed: new Set([FRONTEND.copyData]),
    maxBytes: (type) => MESSAGE_MAX[type] ?? OTHER_MAX,
  });
  /** What the last message that was not COPY data has set going is over. */
  #isTaskDone = true;
  #wake: () => void = () => undefined;
  #drained: (() => void) | undefined;
  #isBackendFull = false;
  #isMidCopyData = false;
  #arrivedAt = 0;
  #lastSaidAt = performance.now();
  #hasClientLeft = false;
  #ended: string | undefined;

  constructor(parts: SessionParts) {
    const { client, connected, governor, names, readOnly } = parts;
    this.#parts = parts;
    this.client = client;
    this.readOnly = readOnly;
    this.#names = names;
    this.#backend = new RawSession(connected, {
      data: (chunk) => this.#fromBackend(chunk),
      closed: () => this.#backendClosed(),
      drained: () => this.#backendDrained(),
    });
    const flight = this.#flight;
    const owner = {
      consoleSession: client.id,
      principalId: client.principal.id,
      email: client.principal.email,
    };
    const gate = new Gate(governor, { owner, connection: client.connection.slug, names, readOnly });
    this.#answers = new Answers({
      flight,
      names,
      pinned: this.#backend.pinned,
      name: parts.name,
      putNameBack: () => void putNameBack(this.#talk, { sync: true }),
      send: (bytes) => this.#toClient(bytes),
    });
    this.#talk = {
      governor,
      connection: client.connection.slug,
      gate,
      flight,
      names,
      name: parts.name,
      statementTimeoutMs: parts.statementTimeoutMs,
      works: this.#works,
      send: (bytes) => this.#toBackend(bytes),
      stop: (work, instead) => void this.#stop(work, instead),
      broken: (error) => this.#broken(error),
    };
    this.#key = parts.cancels.issue(() => this.#cancel());
    flight.onCopyIn = () => this.#wake();
  }

  get isRunning(): boolean {
    return this.#works.size > 0;
  }

  /** Tells the client that it may begin, and serves it until either side ends. */
  start(): void {
    const { socket, rest } = this.client;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#fromClient(chunk));
    socket.on('drain', () => this.#backend.resume());
    socket.on('end', () => this.#clientLeft());
    socket.on('close', () => this.#clientLeft());
    for (const [name, value] of this.#backend.reported) this.#toClient(parameterStatus(name, value));
    this.#toClient(backendKeyData(this.#key.processId, this.#key.secretKey));
    this.#toClient(readyForQuery('I'));
    if (rest.length > 0) this.#fromClient(rest);
    socket.resume();
    if (socket.destroyed) this.end('the client left');
    void this.#serve().catch((error: unknown) => this.#broken(error));
  }

  /** A permission that something running needs was lost. */
  stopLacking(mask: number): void {
    for (const work of this.#works) {
      if ((work.required & ~mask) === 0) continue;
      void this.#stop(work, {
        severity: 'ERROR',
        code: '42501',
        message: 'your access changed while this ran, so it was stopped',
        hint: 'look at your permissions on this connection',
      });
    }
  }

  /** Ends it when its transaction, and the locks in it, have been left alone for too long. To be called every second or so. */
  noticeTime(): void {
    const isIdle = this.#works.size === 0 && this.#names.transaction !== 'idle';
    const after = this.#parts.idleInTransactionTimeoutMs + IDLE_GRACE_MS;
    if (!isIdle || performance.now() - this.#lastSaidAt < after) return;
    const text = 'terminating connection due to idle-in-transaction timeout';
    this.end(text, fatal('25P03', text));
  }

  /** Ends it with last words for the client, whatever runs. */
  end(reason: string, words?: ErrorFields): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    const { socket } = this.client;
    const canSpeak = words !== undefined && this.#answers.isBetween && !socket.destroyed;
    if (canSpeak) farewell(socket, errorResponse(words));
    else if (words !== undefined) socket.destroy();
    else farewell(socket, Buffer.alloc(0));
    this.#key.release();
    void this.#endBackend(this.isRunning);
    this.#flight.abandon();
    this.#wake();
    this.#backendDrained();
    this.#parts.onEnd(reason);
  }

  async #endBackend(isRunning: boolean): Promise<void> {
    // Who is gone has nothing from what still runs.
    if (isRunning) await this.#backend.cancel();
    this.#backend.end();
  }

  // From the client.

  #fromClient(chunk: Buffer): void {
    if (this.#ended !== undefined) return;
    this.#arrivedAt = performance.now();
    this.#lastSaidAt = this.#arrivedAt;
    this.#splitter.push(chunk);
    if (this.#splitter.pending > AHEAD_BYTES) this.client.socket.pause();
    this.#wake();
  }

  #clientLeft(): void {
    if (this.#hasClientLeft) return;
    this.#hasClientLeft = true;
    // A Terminate that waits behind what runs is a goodbye: then that may end first, as it may in the server.
    if (this.#splitter.pending === 0) this.end('the client left');
    this.#wake();
  }

  async #serve(): Promise<void> {
    while (this.#ended === undefined) {
      const item = this.#splitter.next();
      if (item === undefined) {
        if (this.#hasClientLeft) return this.end('the client left');
        this.client.socket.resume();
        await this.#woken();
        continue;
      }
      if (isCopy(item.type)) await this.#copy(item);
      else if (item.kind === 'frame') await this.#message(item);
      if (this.#isBackendFull) await this.#backendRoom();
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #message(frame: Frame): Promise<void> {
    await this.#idleOrCopying();
    if (this.#ended !== undefined) return;
    if (this.#flight.isCopyIn) {
      // A Sync or Flush that was sent behind COPY is discarded by the server as well (CopyGetData).
      if (frame.type === FRONTEND.sync || frame.type === FRONTEND.flush) return;
      if (frame.type !== FRONTEND.terminate)
        throw new CodecError('unexpected message during COPY from stdin');
    }
    this.#isTaskDone = false;
    void this.#handle(frame)
      .catch((error: unknown) => this.#broken(error))
      .finally(() => {
        this.#isTaskDone = true;
        this.#wake();
      });
    await this.#idleOrCopying();
  }

  async #idleOrCopying(): Promise<void> {
    while (!this.#isTaskDone && !this.#flight.isCopyIn && this.#ended === undefined) await this.#woken();
  }

  /** COPY data: no statement, and ignored by a server that wants none, so it is passed on in its place. */
  async #copy(item: Frame | Run): Promise<void> {
    if (!this.#isMidCopyData) await this.#idleOrCopying();
    if (this.#ended !== undefined) return;
    if (item.kind === 'run') {
      this.#isMidCopyData = item.starts + (this.#isMidCopyData ? 1 : 0) > item.ends;
      this.#toBackend(item.bytes);
      return;
    }
    this.#toBackend(item.raw);
    const { head, isCopyIn } = this.#flight;
    if (!isCopyIn || head === undefined) return;
    this.#flight.copyEnd();
    if (head.what !== 'execute') return;
    // What comes next waits until it is known what became of the COPY.
    this.#toBackend(flushMessage());
    if (!this.#isTaskDone) return;
    this.#isTaskDone = false;
    void this.#flight.ended(head).then(() => {
      this.#isTaskDone = true;
      this.#wake();
    });
  }

  async #handle({ type, raw }: Frame): Promise<void> {
    const talk = this.#talk;
    const arrivedAt = this.#arrivedAt;
    switch (type) {
      case FRONTEND.query:
        return simpleQuery(talk, raw, arrivedAt);
      case FRONTEND.functionCall:
        return functionCall(talk);
      case FRONTEND.sync:
        this.#flight.add({ what: 'sync' });
        this.#names.asked();
        return this.#toBackend(syncMessage());
      case FRONTEND.terminate:
        return this.end('the client left');
    }
    // What the server would discard need not be looked at.
    if (this.#flight.isSkipping) return;
    switch (type) {
      case FRONTEND.parse:
        return parse(talk, raw, arrivedAt);
      case FRONTEND.bind:
        return bind(talk, raw, arrivedAt);
      case FRONTEND.describe:
        return describe(talk, raw, arrivedAt);
      case FRONTEND.execute:
        return execute(talk, raw, arrivedAt);
      case FRONTEND.close:
        return close(talk, raw);
      case FRONTEND.flush:
        return this.#toBackend(flushMessage());
      default:
        throw new CodecError(`invalid frontend message type ${type}`);
    }
  }

  // From the server.

  #fromBackend(chunk: Buffer): void {
    if (this.#ended !== undefined) return;
    this.#lastSaidAt = performance.now();
    const { socket } = this.client;
    socket.cork();
    try {
      this.#answers.take(chunk);
    } catch (error) {
      this.#broken(error);
    } finally {
      socket.uncork();
    }
    if (socket.writableNeedDrain) this.#backend.pause();
  }

  #backendClosed(): void {
    if (this.#ended !== undefined) return;
    const reason = 'the connection to the database was lost';
    if (this.#answers.hasLastWords) this.end('the database ended the session');
    else this.end(reason, fatal('08006', reason, 'connect again; whether what ran took effect is not known'));
  }

  // To either.

  #toClient(bytes: Buffer): void {
    const { socket } = this.client;
    if (socket.writable) socket.write(bytes);
  }

  #toBackend(bytes: Buffer): void {
    if (this.#ended !== undefined) return;
    this.#isBackendFull = !this.#backend.write(bytes);
  }

  #backendDrained(): void {
    this.#isBackendFull = false;
    this.#drained?.();
  }

  #backendRoom(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  // What goes wrong.

  #broken(error: unknown): void {
    if (error instanceof PinnedChanged) {
      const text = `the session was ended because \`${error.message}\` changed, which must stay as it is`;
      this.end(text, fatal('42501', text, 'leave that setting alone, and connect again'));
    } else if (error instanceof CodecError) {
      this.end(error.message, fatal(error.sqlstate, error.message));
    } else {
      this.#parts.log.error(errorFacts(error), 'a wire session broke');
      this.end('something broke', fatal('XX000', 'something in the agent broke; its log says more'));
    }
  }

  /** As the server does it: whatever runs at this moment is cancelled, or nothing. */
  async #cancel(): Promise<void> {
    if (this.#ended === undefined && !this.#flight.isEmpty) await this.#backend.cancel();
  }

  /** Again and again: a request that arrives before the statement does is lost. A backend that does not react is cut off. */
  async #stop(work: Work, instead: ErrorFields): Promise<void> {
    if (work.stopped) return;
    work.stopped = instead;
    const giveUpAt = performance.now() + CANCEL_GRACE_MS;
    while (this.#ended === undefined && this.#works.has(work)) {
      if (this.#flight.head?.work === work) await this.#backend.cancel();
      await new Promise((resolve) => setTimeout(resolve, CANCEL_AGAIN_MS));
      if (performance.now() < giveUpAt || !this.#works.has(work)) continue;
      this.end('a statement could not be stopped', fatal('57P01', instead.message));
    }
  }
}

const isCopy = (type: number): boolean =>
  type === FRONTEND.copyData || type === FRONTEND.copyDone || type === FRONTEND.copyFail;
