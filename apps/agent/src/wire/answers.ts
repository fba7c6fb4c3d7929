import { divergenceFix, isDivergence } from '../session/divergence.js';
import type { PinnedSettings } from '../targets/connect.js';
import type { OwnName } from '../targets/own-name.js';
import {
  BACKEND,
  type ErrorFields,
  errorResponse,
  readCommandTag,
  readErrorFields,
  readParameterStatus,
  readParameterTypes,
  readTransactionStatus,
} from './codec/backend.js';
import { CodecError, cstring, message } from './codec/bytes.js';
import { type Frame, FrameSplitter, type Run } from './codec/frames.js';
import type { Flight, Flying } from './flight.js';
import type { SessionNames } from './names.js';

/** Rows and COPY data are streamed; of the rest an error's text is the longest. */
const MESSAGE_MAX = 64 * 1024 * 1024;
const QUERY_CANCELED = '57014';

/** A setting that must stay as it is was changed: the classifier missed something, and the session does not survive it. */
export class PinnedChanged extends Error {
  override readonly name = 'PinnedChanged';
}

export interface AnswerParts {
  readonly flight: Flight;
  readonly names: SessionNames;
  readonly pinned: PinnedSettings;
  readonly name: OwnName;
  /** Role that the session logged in as, where it is not the agent's own login. */
  readonly guard: string | undefined;
  /** Asks for it, in place of the ReadyForQuery that is not passed on. */
  putNameBack(): void;
  send(bytes: Buffer): void;
}

/**
 * What the server says, on its way to the client: followed message by message, so that it is known what runs, and passed on as
 * it is except for what the agent asked in its own name, rows above the cap, and errors that stand for a refusal.
 */
export class Answers {
  readonly #splitter = new FrameSplitter({
    streamed: new Set([BACKEND.dataRow, BACKEND.copyData]),
    maxBytes: () => MESSAGE_MAX,
  });
  readonly #parts: AnswerParts;
  /** The last message was not passed on to its end yet. */
  #isMidMessage = false;
  #isDropping = false;
  /** SQLSTATE of the error that ReadyForQuery will end. */
  #sqlstate: string | undefined;
  /** The server has said why it ends the session. */
  #lastWords = false;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  /** True when a message of the agent’s own may be sent to the client. */
  get isBetween(): boolean {
    return !this.#isMidMessage || this.#isDropping;
  }

  get hasLastWords(): boolean {
    return this.#lastWords;
  }

  /** Throws {@link CodecError} or {@link PinnedChanged}: then nothing of the session can be relied on. */
  take(chunk: Buffer): void {
    this.#splitter.push(chunk);
    for (let item = this.#next(); item !== undefined; item = this.#next()) {
      if (item.kind === 'run') this.#run(item);
      else if (this.#frame(item)) this.#parts.send(item.raw);
    }
  }

  #next(): Frame | Run | undefined {
    // What is left of a message shares its fate, so it is taken alone.
    if (this.#isMidMessage) return this.#splitter.next(0);
    const left = this.#rowsLeft();
    return this.#splitter.next(left > 0 ? left : 1);
  }

  #rowsLeft(): number {
    return this.#parts.flight.head?.work?.rowsLeft ?? Number.POSITIVE_INFINITY;
  }

  #run({ type, bytes, starts, ends }: Run): void {
    const { flight, send } = this.#parts;
    const { work, hidden = false } = flight.expect('execute', 'query');
    if (starts > 0) {
      const isOver = type === BACKEND.dataRow && this.#rowsLeft() <= 0;
      if (isOver && work) work.isOver = true;
      this.#isDropping = isOver || hidden;
    }
    this.#isMidMessage = starts + (this.#isMidMessage ? 1 : 0) > ends;
    if (this.#isDropping) return;
    work?.rows(type === BACKEND.dataRow ? starts : 0, bytes.length);
    send(bytes);
  }

  /** True: it is passed on as it is. */
  #frame({ type, raw }: Frame): boolean {
    const { flight } = this.#parts;
    switch (type) {
      case BACKEND.parseComplete:
        return !flight.done('parse').hidden;
      case BACKEND.bindComplete:
        return !flight.done('bind').hidden;
      case BACKEND.closeComplete:
        return !flight.done('close').hidden;
      case BACKEND.noData:
        return !flight.done('describe').hidden;
      case BACKEND.parameterDescription:
        return this.#parameterTypes(raw);
      case BACKEND.rowDescription:
        // Only where the agent asked for types the client asked for nothing.
        return (
          flight.expect('describe', 'query').what === 'query' || flight.done('describe').types === undefined
        );
      case BACKEND.commandComplete:
        return this.#command(readCommandTag(raw));
      case BACKEND.emptyQueryResponse:
        return this.#command('');
      case BACKEND.portalSuspended:
        return this.#suspended();
      case BACKEND.errorResponse:
        return this.#error(raw);
      case BACKEND.readyForQuery:
        return this.#ready(raw);
      case BACKEND.parameterStatus:
        return this.#parameter(raw);
      case BACKEND.copyInResponse:
        flight.copyIn();
        return true;
      case BACKEND.copyOutResponse:
      case BACKEND.copyDone:
        flight.expect('execute', 'query');
        return true;
      case BACKEND.noticeResponse:
      case BACKEND.notificationResponse:
        return true;
      default:
        throw new CodecError('the server sent a message that does not belong here');
    }
  }

  #parameterTypes(raw: Buffer): boolean {
    const { hidden, types } = this.#parts.flight.expect('describe');
    types?.(readParameterTypes(raw));
    return hidden !== true;
  }

  #command(tag: string): boolean {
    const { flight } = this.#parts;
    const { what, work, hidden = false } = flight.expect('execute', 'query');
    if (work?.isOver === true) throw new CodecError('the server sent more rows than it was asked for');
    work?.command(tag);
    if (what === 'execute') flight.done('execute');
    return !hidden;
  }

  #suspended(): boolean {
    const head = this.#parts.flight.expect('execute');
    if (head.work) head.work.isSuspended = true;
    this.#parts.flight.done('execute');
    return head.work?.isOver !== true;
  }

  #ready(raw: Buffer): boolean {
    const { flight, names, name, putNameBack } = this.#parts;
    const sqlstate = this.#sqlstate;
    this.#sqlstate = undefined;
    const status = readTransactionStatus(raw);
    names.ready(status);
    flight.ready(sqlstate);
    // A failed transaction takes no statement, and what it had set is undone. Behind others it is looked at after them.
    if (!name.isLost || status === 'E' || !flight.isEmpty) return true;
    putNameBack();
    return false;
  }

  #parameter(raw: Buffer): boolean {
    const { name, value } = readParameterStatus(raw);
    this.#parts.name.reported(name, value);
    const expected = this.#parts.pinned.get(name);
    if (expected === undefined || expected === value) return true;
    throw new PinnedChanged(name);
  }

  #error(raw: Buffer): boolean {
    const { flight, send } = this.#parts;
    const fields = readErrorFields(raw);
    const sqlstate = fields.get('C') ?? 'XX000';
    const { head } = flight;
    if (['FATAL', 'PANIC'].includes(fields.get('V') ?? fields.get('S') ?? '')) {
      this.#lastWords = true;
      head?.work?.failed(sqlstate);
      return true;
    }
    if (head === undefined) throw new CodecError('the server sent an error about nothing that was asked');
    head.work?.failed(sqlstate);
    this.#sqlstate = sqlstate;
    const instead = insteadOf(head, sqlstate);
    flight.failed(sqlstate);
    const hint = hintOf(this.#parts.guard, sqlstate, fields);
    if (instead) send(errorResponse(instead));
    else if (head.shift || hint) send(rewritten(fields, head.shift ?? 0, hint));
    else return true;
    return false;
  }
}

function insteadOf({ instead, work }: Flying, sqlstate: string): ErrorFields | undefined {
  return instead ?? (sqlstate === QUERY_CANCELED ? work?.stopped : undefined);
}

/** What to do where a guard role may not what the rules allow; the server's own hint is kept. */
function hintOf(
  guard: string | undefined,
  sqlstate: string,
  fields: ReadonlyMap<string, string>,
): string | undefined {
  if (guard === undefined || !isDivergence({ guard }, sqlstate) || fields.has('H')) return undefined;
  return divergenceFix(guard);
}

/** The same error, its place counted in the whole text of which a part was sent, and with a hint. */
function rewritten(fields: ReadonlyMap<string, string>, by: number, hint: string | undefined): Buffer {
  const parts = [...fields, ...(hint === undefined ? [] : [['H', hint] as const])].map(([letter, value]) =>
    Buffer.concat([Buffer.from(letter), cstring(letter === 'P' ? String(Number(value) + by) : value)]),
  );
  return message(BACKEND.errorResponse, ...parts, Buffer.of(0));
}
