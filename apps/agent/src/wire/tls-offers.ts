import { createSecureContext } from 'node:tls';
import type { Clock } from '../clock.js';
import { errorFacts, type Logger } from '../log.js';
import { endpointHash, selfSigned } from './certificate.js';
import type { TlsOffer } from './handshake.js';
import { type Certificate, readCertificate, type WireConfig } from './wire-config.js';

/** TLS as it is offered now: certificates are renewed every few weeks, and sessions should not end for it. */
export class TlsOffers {
  readonly #config: WireConfig;
  readonly #log: Logger;
  #certificate: Certificate | undefined;
  #current: TlsOffer | undefined;
  #lastProblem = '';

  private constructor(config: WireConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  static async open(parts: {
    readonly config: WireConfig;
    readonly dataDir: string;
    readonly clock: Clock;
    readonly log: Logger;
  }): Promise<TlsOffers> {
    const { config, dataDir, clock, log } = parts;
    const offers = new TlsOffers(config, log);
    if (config.tls === 'self-signed') offers.#use(await selfSigned(dataDir, clock.now()));
    else if (config.tls !== 'off') {
      const read = readCertificate(config.tls);
      if ('problems' in read) throw new Error(describe(read.problems));
      offers.#use(read);
    }
    return offers;
  }

  get current(): TlsOffer | undefined {
    return this.#current;
  }

  /** Looks whether the files hold another certificate; one that can not be used leaves the old one in place. */
  renew(): void {
    const { tls } = this.#config;
    if (typeof tls === 'string') return;
    const read = readCertificate(tls);
    if ('problems' in read) {
      this.#complain(describe(read.problems));
      return;
    }
    if (read.cert === this.#certificate?.cert && read.key === this.#certificate.key) return;
    try {
      this.#use(read);
      this.#lastProblem = '';
      this.#log.info('the renewed certificate is in use');
    } catch (error) {
      this.#complain(`TLS does not take it (${String(errorFacts(error).code)})`);
    }
  }

  #use(certificate: Certificate): void {
    const { cert, key } = certificate;
    this.#current = {
      context: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
      endpoint: endpointHash(cert),
      isRequired: this.#config.requireTls,
    };
    this.#certificate = certificate;
  }

  /** Once for one problem: it is looked every minute, and while two files are replaced they may not fit for a moment. */
  #complain(problem: string): void {
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#log.error({ problem }, 'the certificate on disk can not be used: the one before stays in use');
  }
}

const describe = (problems: readonly { key: string; message: string; fix: string }[]): string =>
  problems.map(({ key, message, fix }) => `${key}: ${message}; ${fix}`).join('\n');
