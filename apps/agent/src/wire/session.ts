import { errorFacts, type Logger } from '../log.js';
import type { Governor } from '../session/govern.js';
import type { ConnectedClient, SessionKind } from '../targets/connect.js';
import type { OwnName } from '../targets/own-name.js';
import { RawSession } from '../targets/raw-session.js';
import { Answers, PinnedChanged } from './answers.js';
import type { CancelKey, CancelKeys } from './cancel-keys.js';
import type { SignedInClient } from './client.js';
import { ClientMessages } from './client-messages.js';
import {
  backendKeyData,
  type ErrorFields,
  errorResponse,
  parameterStatus,
  readyForQuery,
} from './codec/backend.js';
import { CodecError } from './codec/bytes.js';
import type { Conversation } from './conversation.js';
import { Flight } from './flight.js';
import { Gate } from './gate.js';
import { farewell } from './inbox.js';
import { putNameBack } from './keep-name.js';
import type { SessionNames } from './names.js';
import { Outbox } from './outbox.js';
import { fatal } from './refusal.js';
import type { Work } from './work.js';

/** The server's own timeouts can be changed by SET; this much later the agent stops the statement, or ends the session, itself. */
const GRACE_MS = 5_000;
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
  readonly kind: SessionKind;
  readonly statementTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  /** Once, when it is over. */
  onEnd(reason: string): void;
}

/** A signed-in client and its database session: every statement between them is governed. */
export class WireSession {
  readonly client: SignedInClient;
  readonly kind: SessionKind;
  readonly #parts: SessionParts;
  readonly #backend: RawSession;
  readonly #flight = new Flight();
  readonly #names: SessionNames;
  readonly #answers: Answers;
  readonly #talk: Conversation;
  readonly #works = new Set<Work>();
  readonly #key: CancelKey;
  readonly #messages: ClientMessages;
  readonly #toClient = new Outbox((bytes) => {
    if (this.client.socket.writable) this.client.socket.write(bytes);
  });
  readonly #toBackend = new Outbox((bytes) => {
    if (this.#ended === undefined) this.#isBackendFull = !this.#backend.write(bytes);
  });
  #isBackendFull = false;
  /** The client wanted to stop something that was still being decided about. */
  #isCancelAsked = false;
  #lastSaidAt = performance.now();
  #ended: string | undefined;

  constructor(parts: SessionParts) {
    const { client, connected, governor, names, kind } = parts;
    this.#parts = parts;
    this.client = client;
    this.kind = kind;
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
    const connection = client.connection.slug;
    const gate = new Gate(governor, {
      owner,
      connection,
      names,
      kind,
      session: this,
      isCancelled: () => this.#takeCancel(),
    });
    this.#answers = new Answers({
      flight,
      names,
      pinned: this.#backend.pinned,
      guard: kind.guard,
      name: parts.name,
      putNameBack: () => void putNameBack(this.#talk, { sync: true }),
      send: (bytes) => this.#toClient.push(bytes),
    });
    this.#talk = {
      governor,
      connection,
      gate,
      flight,
      names,
      name: parts.name,
      works: this.#works,
      send: (bytes) => this.#toBackend.push(bytes),
      flush: () => this.#toBackend.flush(),
      broken: (error) => this.#broken(error),
      later: (goOn) => this.#messages.later(goOn),
    };
    this.#key = parts.cancels.issue(() => this.#cancel());
    this.#messages = new ClientMessages({
      socket: client.socket,
      talk: this.#talk,
      isServerFull: () => this.#isBackendFull,
      left: () => this.#clientLeft(),
    });
    flight.onCopyIn = () => this.#messages.goOn();
    flight.onWait = () => this.#toBackend.flush();
  }

  /** Why it is over. */
  get ended(): string | undefined {
    return this.#ended;
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
    socket.on('end', () => this.#messages.noMore());
    socket.on('close', () => this.#messages.noMore());
    for (const [name, value] of this.#backend.reported) this.#toClient.push(parameterStatus(name, value));
    this.#toClient.push(backendKeyData(this.#key.processId, this.#key.secretKey));
    this.#toClient.push(readyForQuery('I'));
    this.#toClient.flush();
    if (rest.length > 0) this.#fromClient(rest);
    socket.resume();
    if (socket.destroyed) this.end('the client left');
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

  /**
   * Stops what runs for too long, and ends it when its transaction, and the locks in it, have been left alone for too long. To be called
   * every second or so.
   */
  noticeTime(): void {
    const now = performance.now();
    const { statementTimeoutMs } = this.#parts;
    for (const work of this.#works) {
      if (now - work.startedAt < statementTimeoutMs + GRACE_MS) continue;
      void this.#stop(work, {
        severity: 'ERROR',
        code: '57014',
        message: `the statement ran longer than the ${statementTimeoutMs} ms that this connection allows`,
      });
    }
    const isIdle = this.#works.size === 0 && this.#names.transaction !== 'idle';
    const after = this.#parts.idleInTransactionTimeoutMs + GRACE_MS;
    if (!isIdle || now - this.#lastSaidAt < after) return;
    const text = 'terminating connection due to idle-in-transaction timeout';
    this.end(text, fatal('25P03', text));
  }

  /** Ends it with last words for the client, whatever runs. */
  end(reason: string, words?: ErrorFields): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#messages.stop();
    this.#toClient.flush();
    const { socket } = this.client;
    const canSpeak = words !== undefined && this.#answers.isBetween && !socket.destroyed;
    if (canSpeak) farewell(socket, errorResponse(words));
    else if (words !== undefined) socket.destroy();
    else farewell(socket, Buffer.alloc(0));
    this.#key.release();
    void this.#endBackend(this.isRunning);
    this.#flight.abandon();
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
    this.#lastSaidAt = performance.now();
    if (!this.#messages.isBusy) this.#isCancelAsked = false;
    this.#messages.push(chunk, this.#lastSaidAt);
  }

  #clientLeft(): void {
    this.#toBackend.flush();
    this.end('the client left');
  }

  // From the server.

  #fromBackend(chunk: Buffer): void {
    if (this.#ended !== undefined) return;
    this.#lastSaidAt = performance.now();
    try {
      this.#answers.take(chunk);
    } catch (error) {
      this.#broken(error);
    }
    this.#toClient.flush();
    // What the agent asks in its own name.
    this.#toBackend.flush();
    if (this.client.socket.writableNeedDrain) this.#backend.pause();
  }

  #backendClosed(): void {
    if (this.#ended !== undefined) return;
    const reason = 'the connection to the database was lost';
    if (this.#answers.hasLastWords) this.end('the database ended the session');
    else this.end(reason, fatal('08006', reason, 'connect again; whether what ran took effect is not known'));
  }

  #backendDrained(): void {
    this.#isBackendFull = false;
    this.#messages.goOn();
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

  /** As the server does it: whatever runs at this moment, or is decided about, is cancelled, or nothing. */
  async #cancel(): Promise<void> {
    if (this.#ended !== undefined) return;
    this.#isCancelAsked = this.#works.size === 0 && this.#messages.isBusy;
    if (this.#flight.isEmpty) return;
    this.#toBackend.flush();
    await this.#backend.cancel();
  }

  #takeCancel(): boolean {
    const isAsked = this.#isCancelAsked;
    this.#isCancelAsked = false;
    return isAsked;
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
