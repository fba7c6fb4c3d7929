import {
  type ConsoleError,
  ROWS_HEADER_BYTES,
  STREAM_ACK_BYTES,
  type StreamAnswer,
  type StreamRequest,
  type StreamRun,
  streamAnswer,
} from '@postern/agent/console-contract';
import { ConsoleFailure } from './client';
import { onSessionEnded, sessionEnded } from './session';

type Answer<T extends StreamAnswer['type']> = Extract<StreamAnswer, { type: T }>;
export type StreamEnd = Answer<'end'>;
/** What comes before the end of a run. */
export type StreamNews = Exclude<StreamAnswer, { type: 'end' | 'refused' }>;

export interface StreamListener {
  news(news: StreamNews): void;
  rows(statement: number, bytes: Uint8Array): void;
}

interface Pending {
  readonly listener: StreamListener;
  /** Bytes of rows that the agent does not know yet to have arrived. */
  taken: number;
  resolve(end: StreamEnd): void;
  reject(failure: ConsoleFailure): void;
}

const GONE: ConsoleError['error'] = {
  code: 'agent.unreachable',
  message: 'the agent does not answer',
  fix: 'check that it runs and that you are on its network, then try again; what you typed is kept',
};
const LOST: ConsoleError['error'] = {
  code: 'agent.unreachable',
  message: 'the connection to the agent was lost while this ran',
  fix: 'the agent cancels what ran; the audit trail says how it ended. What you typed is kept: run it again',
};

/** The window's socket to the agent, opened when there is something to run. */
class Stream {
  #socket: WebSocket | undefined;
  #opening: Promise<WebSocket> | undefined;
  readonly #pending = new Map<number, Pending>();
  #id = 0;

  constructor() {
    // It speaks for the session that it was opened with: who signs in again needs another.
    onSessionEnded(() => this.#hangUp());
  }

  /** Rejects with {@link ConsoleFailure} when it was refused or the agent went away. */
  async run(
    request: Omit<StreamRun, 'type' | 'id'>,
    listener: StreamListener,
    signal: AbortSignal,
  ): Promise<StreamEnd> {
    const socket = await this.#open();
    if (signal.aborted) throw new DOMException('aborted', 'AbortError');
    this.#id += 1;
    const id = this.#id;
    const ended = new Promise<StreamEnd>((resolve, reject) => {
      this.#pending.set(id, { listener, taken: 0, resolve, reject });
      signal.addEventListener('abort', () => {
        this.#pending.delete(id);
        this.#say({ type: 'cancel', id });
        reject(new DOMException('aborted', 'AbortError'));
      });
    });
    socket.send(JSON.stringify({ type: 'run', id, ...request } satisfies StreamRun));
    return ended;
  }

  #say(request: StreamRequest): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }

  #open(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return Promise.resolve(this.#socket);
    this.#opening ??= new Promise<WebSocket>((resolve, reject) => {
      const url = new URL('/api/stream', location.href);
      url.protocol = url.protocol.replace('http', 'ws');
      const socket = new WebSocket(url);
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => {
        this.#socket = socket;
        resolve(socket);
      };
      socket.onmessage = ({ data }) => (typeof data === 'string' ? this.#answer(data) : this.#rows(data));
      socket.onclose = () => {
        reject(new ConsoleFailure(0, GONE));
        if (this.#socket === socket) this.#lost();
      };
    }).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  #hangUp(): void {
    const socket = this.#socket;
    this.#lost();
    socket?.close();
  }

  #lost(): void {
    this.#socket = undefined;
    for (const pending of this.#pending.values()) pending.reject(new ConsoleFailure(0, LOST));
    this.#pending.clear();
  }

  #answer(text: string): void {
    const { data: answer } = streamAnswer.safeParse(JSON.parse(text));
    const pending = answer && this.#pending.get(answer.id);
    if (answer === undefined || pending === undefined) return;
    if (answer.type !== 'end' && answer.type !== 'refused') {
      pending.listener.news(answer);
      return;
    }
    this.#pending.delete(answer.id);
    if (answer.type === 'end') {
      pending.resolve(answer);
      return;
    }
    pending.reject(new ConsoleFailure(answer.status, answer.error));
    if (answer.status === 401) sessionEnded(true);
  }

  #rows(data: ArrayBuffer): void {
    const header = new DataView(data);
    const id = header.getUint32(0);
    const bytes = new Uint8Array(data, ROWS_HEADER_BYTES);
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.listener.rows(header.getUint32(4), bytes);
    pending.taken += bytes.length;
    if (pending.taken < STREAM_ACK_BYTES) return;
    this.#say({ type: 'ack', id, bytes: pending.taken });
    pending.taken = 0;
  }
}

export const stream = new Stream();
