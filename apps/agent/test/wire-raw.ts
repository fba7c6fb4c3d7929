import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readErrorFields } from '../src/wire/codec/backend.js';
import { FrameSplitter } from '../src/wire/codec/frames.js';
import { saslInitialMessage, saslResponseMessage } from '../src/wire/codec/frontend.js';
import { sslRequest, startupMessage } from '../src/wire/codec/startup.js';

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
const salted = (password: string, salt: Buffer, iterations: number) =>
  pbkdf2Sync(password, salt, iterations, 32, 'sha256');

/** A verifier as PostgreSQL keeps it. */
export function verifierOf(password: string, salt = randomBytes(16), iterations = 4096): string {
  const key = salted(password, salt, iterations);
  const stored = sha256(hmac(key, 'Client Key')).toString('base64');
  const server = hmac(key, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`;
}

/** The client's side of SCRAM, written from RFC 5802 and by nothing of the agent. */
export class ScramClient {
  readonly #nonce: string;
  readonly #password: string;
  readonly #gs2: string;
  readonly #binding: Buffer;
  #soFar = '';

  constructor(password: string, gs2 = 'n,,', binding: Buffer = Buffer.alloc(0), nonce?: string) {
    this.#password = password;
    this.#gs2 = gs2;
    this.#binding = binding;
    this.#nonce = nonce ?? randomBytes(18).toString('base64');
  }

  first(user = ''): Buffer {
    return Buffer.from(`${this.#gs2}n=${user},r=${this.#nonce}`);
  }

  /** The final message, and what the server must answer to it. */
  final(serverFirst: Buffer, user = ''): { message: Buffer; answer: string } {
    const text = serverFirst.toString();
    const parts = /^r=([^,]+),s=([^,]+),i=(\d+)$/.exec(text);
    if (!parts?.[1]?.startsWith(this.#nonce)) throw new Error(`no server-first-message: ${text}`);
    const [, nonce = '', salt = '', iterations = ''] = parts;
    const key = salted(this.#password, Buffer.from(salt, 'base64'), Number(iterations));
    const clientKey = hmac(key, 'Client Key');
    const binding = Buffer.concat([Buffer.from(this.#gs2), this.#binding]).toString('base64');
    const withoutProof = `c=${binding},r=${nonce}`;
    this.#soFar = `n=${user},r=${this.#nonce},${text},${withoutProof}`;
    const signature = hmac(sha256(clientKey), this.#soFar);
    const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
    return {
      message: Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`),
      answer: `v=${hmac(hmac(key, 'Server Key'), this.#soFar).toString('base64')}`,
    };
  }
}

export interface Answer {
  readonly type: string;
  readonly raw: Buffer;
}

/** A client made of bytes. */
export class RawClient {
  #socket: Socket;
  #waiting: () => void = () => undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    socket.setNoDelay(true);
    return new RawClient(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  send(...messages: Buffer[]): this {
    this.#socket.write(Buffer.concat(messages));
    return this;
  }

  async byte(): Promise<string> {
    while (this.#bytes.length === 0) await this.#more();
    const first = this.#bytes.subarray(0, 1).toString('latin1');
    this.#bytes = this.#bytes.subarray(1);
    return first;
  }

  async next(): Promise<Answer> {
    for (;;) {
      const splitter = new FrameSplitter({ streamed: new Set(), maxBytes: () => 100_000 });
      splitter.push(this.#bytes);
      const frame = splitter.next();
      if (frame?.kind === 'frame') {
        this.#bytes = splitter.takeRest();
        return { type: String.fromCharCode(frame.type), raw: frame.raw };
      }
      await this.#more();
    }
  }

  /** All until the server closes, which it must. */
  async rest(): Promise<Answer[]> {
    const all: Answer[] = [];
    for (;;) {
      try {
        all.push(await this.next());
      } catch (error) {
        if (!this.#isClosed) throw error;
        return all;
      }
    }
  }

  /** The error that ends the connection. */
  async fatal(): Promise<Readonly<Record<string, string>>> {
    const last = (await this.rest()).at(-1);
    if (last?.type !== 'E') throw new Error(`no error but \`${last?.type}\``);
    return Object.fromEntries(readErrorFields(last.raw));
  }

  async encrypt(): Promise<this> {
    this.send(sslRequest());
    const answer = await this.byte();
    if (answer !== 'S') throw new Error(`TLS was answered with \`${answer}\``);
    return this.handshake();
  }

  async handshake(ALPNProtocols?: string[]): Promise<this> {
    const plain = this.#socket;
    plain.removeAllListeners('data').removeAllListeners('close');
    this.#socket = connectTls({
      socket: plain,
      rejectUnauthorized: false,
      ...(ALPNProtocols ? { ALPNProtocols } : {}),
    });
    this.#listen();
    await once(this.#socket, 'secureConnect');
    return this;
  }

  /** Start-up and SCRAM; answers with all that the server said. */
  async signIn(
    user: string,
    database: string,
    password: string,
    scram = new ScramClient(password),
    mechanism = 'SCRAM-SHA-256',
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Answer[]> {
    this.send(startupMessage({ user, database, ...settings }));
    const answers = [await this.next()];
    if (answers[0]?.type !== 'R') return [...answers, ...(await this.rest())];
    this.send(saslInitialMessage(mechanism, scram.first()));
    const challenge = await this.next();
    answers.push(challenge);
    if (challenge.type !== 'R') return [...answers, ...(await this.rest())];
    const { message, answer } = scram.final(challenge.raw.subarray(9));
    this.send(saslResponseMessage(message));
    const verdict = await this.next();
    answers.push(verdict);
    if (verdict.type !== 'R') return [...answers, ...(await this.rest())];
    if (verdict.raw.subarray(9).toString() !== answer) throw new Error('the server’s signature is wrong');
    return [...answers, await this.next()];
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#waiting();
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#isClosed = true;
      this.#waiting();
    });
  }

  async #more(): Promise<void> {
    if (this.#isClosed) throw new Error('the server has closed the connection');
    await new Promise<void>((resolve) => {
      this.#waiting = resolve;
    });
  }
}
