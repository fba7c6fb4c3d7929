import { createServer, type Server, type Socket } from 'node:net';
import { PosternError } from '@postern/core/errors';
import type { Recorder } from '../audit/recorder.js';
import type { Clock } from '../clock.js';
import { errorFacts, type Logger } from '../log.js';
import type { PolicyHolder } from '../policy/policy-holder.js';
import type { CancelKeys } from './cancel-keys.js';
import type { SignedInClient } from './client.js';
import { networkOf } from './failures.js';
import { fatal, openConnection, Refused } from './handshake.js';
import { SignIn } from './sign-in.js';
import { TlsOffers } from './tls-offers.js';
import type { WireConfig } from './wire-config.js';

/** PostgreSQL gives a minute (authentication_timeout); a person types the password before connecting, not during. */
const AUTHENTICATE_MS = 10_000;
/** Connections that have not signed in: they cost memory and are nobody's. */
const STRANGERS_MAX = 200;
const STRANGERS_OF_NETWORK_MAX = 100;
const KEEP_ALIVE_MS = 60_000;
const RENEW_MS = 60_000;

export interface WireParts {
  readonly config: WireConfig;
  /** Where a self-signed certificate is kept. */
  readonly dataDir: string;
  readonly policy: PolicyHolder;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly cancels: CancelKeys;
  /** Takes a client over, its socket included. */
  onSession(client: SignedInClient): void;
  readonly authenticateMs?: number;
}

/** Serves PostgreSQL clients until they have signed in; what comes then is `onSession`'s. */
export class WireListener {
  readonly #parts: WireParts;
  readonly #offers: TlsOffers;
  readonly #renewing: NodeJS.Timeout;
  readonly #signIn: SignIn;
  readonly #server: Server;
  readonly #strangers = new Map<Socket, string>();
  readonly #handshakes = new Set<Promise<void>>();
  #isStopping = false;

  private constructor(parts: WireParts, offers: TlsOffers) {
    this.#parts = parts;
    this.#offers = offers;
    this.#signIn = new SignIn(parts);
    // The system's own first probe of a silent connection comes after two hours.
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    this.#server = createServer(options, (socket) => this.#accept(socket));
    this.#renewing = setInterval(() => this.renewCertificate(), RENEW_MS);
    this.#renewing.unref();
  }

  /** Resolves when it listens. */
  static async start(parts: WireParts): Promise<WireListener> {
    const listener = new WireListener(parts, await TlsOffers.open(parts));
    try {
      await listener.#listen();
    } catch (error) {
      clearInterval(listener.#renewing);
      throw error;
    }
    return listener;
  }

  /** Takes up a certificate that was replaced on disk. Sessions keep the one that they began with. */
  renewCertificate(): void {
    this.#offers.renew();
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** No new clients, and those who are signing in are sent away. Sessions are not its own to end. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#renewing);
    this.#server.close();
    for (const socket of this.#strangers.keys()) socket.destroy();
    await Promise.all(this.#handshakes);
    await this.#signIn.settled();
  }

  #listen(): Promise<void> {
    const { host, port } = this.#parts.config;
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) => {
        const message = `PostgreSQL clients can not be served at \`${host}:${port}\` (${error.code ?? error.name})`;
        const fix = 'choose another wire.host or wire.port, or stop what listens there';
        reject(new PosternError('input.invalid', message, { fix }));
      };
      this.#server.once('error', fail);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', fail);
        this.#server.on('error', (error) =>
          this.#parts.log.error(errorFacts(error), 'a client could not be accepted'),
        );
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined);
    const { remoteAddress: host, remotePort: port } = socket;
    // It left before it was looked at.
    if (host === undefined || port === undefined) return void socket.destroy();
    const network = networkOf(host);
    const ofNetwork = [...this.#strangers.values()].filter((one) => one === network).length;
    if (this.#strangers.size >= STRANGERS_MAX || ofNetwork >= STRANGERS_OF_NETWORK_MAX) {
      socket.end(fatal(new Refused('53300', 'too many clients are signing in at this moment')));
      socket.destroySoon();
      return;
    }
    this.#strangers.set(socket, network);
    const handshake = this.#handshake(socket, { host: plain(host), port })
      .catch((error: unknown) => {
        this.#parts.log.error(errorFacts(error), 'a client could not be served');
        socket.destroy();
      })
      .finally(() => {
        this.#strangers.delete(socket);
        this.#handshakes.delete(handshake);
      });
    this.#handshakes.add(handshake);
  }

  async #handshake(socket: Socket, from: { host: string; port: number }): Promise<void> {
    const { cancels, onSession } = this.#parts;
    let said: Socket | undefined;
    const timer = setTimeout(() => {
      // Who has not said anything is not answered either.
      said?.end(fatal(new Refused('57014', 'canceling authentication due to timeout')));
      (said ?? socket).destroySoon();
    }, this.#parts.authenticateMs ?? AUTHENTICATE_MS);
    try {
      const offer = this.#offers.current;
      const opened = await openConnection(socket, offer, cancels);
      if (!opened) return;
      said = opened.socket;
      const client = await this.#signIn.run(opened, { ...from, endpoint: offer?.endpoint });
      if (!client) return;
      if (this.#isStopping) client.socket.destroy();
      else onSession(client);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** An IPv4 address as people know it, also where the system maps it into IPv6. */
const plain = (host: string): string => host.replace(/^::ffff:(?=\d+\.)/i, '');
