import type { Socket } from 'node:net';
import { CodecError } from './codec/bytes.js';
import { type Frame, FrameSplitter, type Run } from './codec/frames.js';
import { FRONTEND, flushMessage, syncMessage } from './codec/frontend.js';
import { type Conversation, LATER, type Task } from './conversation.js';
import { bind, close, describe, execute, parse } from './extended.js';
import { functionCall, simpleQuery } from './simple.js';

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

export interface ClientMessagesParts {
  readonly socket: Socket;
  readonly talk: Conversation;
  /** The server's socket takes no more at the moment. */
  isServerFull(): boolean;
  left(): void;
}

/** What a client says, message by message: the next is looked at when the one before it has been dealt with. */
export class ClientMessages {
  readonly #parts: ClientMessagesParts;
  readonly #splitter = new FrameSplitter({
    streamed: new Set([FRONTEND.copyData]),
    maxBytes: (type) => MESSAGE_MAX[type] ?? OTHER_MAX,
  });
  /** What the last message that was not COPY data has set going is over. */
  #isTaskDone = true;
  #isMidCopyData = false;
  #isPaused = false;
  #isGoing = false;
  #isOver = false;
  #hasLeft = false;
  #arrivedAt = 0;

  constructor(parts: ClientMessagesParts) {
    this.#parts = parts;
  }

  /** Something that the client said has not been dealt with. */
  get isBusy(): boolean {
    return !this.#isTaskDone || this.#splitter.pending > 0;
  }

  push(chunk: Buffer, arrivedAt: number): void {
    this.#arrivedAt = arrivedAt;
    this.#splitter.push(chunk);
    if (this.#splitter.pending > AHEAD_BYTES && !this.#isPaused) {
      this.#isPaused = true;
      this.#parts.socket.pause();
    }
    this.goOn();
  }

  /** The client will say no more. */
  noMore(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    // A Terminate that waits behind what runs is a goodbye: then that may end first, as it may in the server.
    if (this.#splitter.pending === 0) this.#parts.left();
    this.goOn();
  }

  /** The session is over. */
  stop(): void {
    this.#isOver = true;
  }

  /** Looks at all that may be looked at now. To be called whenever something has changed that it waits for. */
  goOn(): void {
    if (this.#isGoing) return;
    this.#isGoing = true;
    try {
      while (this.#mayTake()) {
        const item = this.#splitter.next();
        if (item === undefined) {
          this.#nothingLeft();
          break;
        }
        if (isCopy(item.type)) this.#copy(item);
        else if (item.kind === 'frame') this.#message(item);
      }
    } catch (error) {
      this.#parts.talk.broken(error);
    } finally {
      this.#isGoing = false;
    }
  }

  #mayTake(): boolean {
    if (this.#isOver || this.#parts.isServerFull()) return false;
    return this.#isTaskDone || this.#parts.talk.flight.isCopyIn || this.#isMidCopyData;
  }

  #nothingLeft(): void {
    this.#parts.talk.flush();
    if (this.#hasLeft) this.#parts.left();
    else if (this.#isPaused) {
      this.#isPaused = false;
      this.#parts.socket.resume();
    }
  }

  #message(frame: Frame): void {
    if (this.#parts.talk.flight.isCopyIn) {
      // A Sync or Flush that was sent behind COPY is discarded by the server as well (CopyGetData).
      if (frame.type === FRONTEND.sync || frame.type === FRONTEND.flush) return;
      if (frame.type !== FRONTEND.terminate)
        throw new CodecError('unexpected message during COPY from stdin');
    }
    // It may be dealt with before `handle` is left.
    this.#isTaskDone = false;
    const task = this.#handle(frame);
    if (task === undefined) this.#isTaskDone = true;
    else if (task !== LATER) this.#await(task);
  }

  /** See {@link Conversation}. */
  later<Value>(goOn: (value: Value) => unknown): (value: Value) => void {
    return (value) => {
      let task: unknown;
      try {
        task = goOn(value);
      } catch (error) {
        this.#parts.talk.broken(error);
      }
      if (task instanceof Promise) this.#await(task);
      else this.#done();
    };
  }

  #await(task: Promise<unknown>): void {
    this.#isTaskDone = false;
    void task.catch((error: unknown) => this.#parts.talk.broken(error)).finally(() => this.#done());
  }

  #done(): void {
    this.#isTaskDone = true;
    this.goOn();
  }

  /** COPY data: no statement, and ignored by a server that wants none, so it is passed on in its place. */
  #copy(item: Frame | Run): void {
    const { flight, send, flush } = this.#parts.talk;
    if (item.kind === 'run') {
      if (flight.isCopyIn) flight.head?.work?.took(item.bytes.length);
      this.#isMidCopyData = item.starts + (this.#isMidCopyData ? 1 : 0) > item.ends;
      send(item.bytes);
      // The server may be waiting for the end of a message, and what is behind it for the server.
      flush();
      return;
    }
    send(item.raw);
    const head = flight.isCopyIn ? flight.head : undefined;
    if (head) flight.copyEnd();
    // What comes next waits until it is known what became of the COPY.
    if (head?.what === 'execute') send(flushMessage());
    flush();
    if (head?.what === 'execute' && this.#isTaskDone) this.#await(flight.ended(head));
  }

  #handle({ type, raw }: Frame): Task {
    const { talk } = this.#parts;
    const arrivedAt = this.#arrivedAt;
    switch (type) {
      case FRONTEND.query:
        return simpleQuery(talk, raw, arrivedAt);
      case FRONTEND.functionCall:
        return functionCall(talk);
      case FRONTEND.sync:
        talk.flight.add({ what: 'sync' });
        talk.names.asked();
        talk.send(isWhole(raw) ? raw : syncMessage());
        return undefined;
      case FRONTEND.terminate:
        this.#parts.left();
        return undefined;
    }
    // What the server would discard need not be looked at.
    if (talk.flight.isSkipping) return undefined;
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
        talk.send(flushMessage());
        return undefined;
      default:
        throw new CodecError(`invalid frontend message type ${type}`);
    }
  }
}

/** A Sync is its header and no more: then it goes on as it came, in one piece with what came before it. */
const isWhole = (raw: Buffer): boolean => raw.length === 5;

const isCopy = (type: number): boolean =>
  type === FRONTEND.copyData || type === FRONTEND.copyDone || type === FRONTEND.copyFail;
