import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677) as PostgreSQL does it (src/backend/libpq/auth-scram.c). */

export const SCRAM = 'SCRAM-SHA-256';
export const SCRAM_PLUS = 'SCRAM-SHA-256-PLUS';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 18;
/** What PostgreSQL makes verifiers with, and so the control plane: a mock must not differ. */
const ITERATIONS = 4096;
const GS2_ENDPOINT = 'p=tls-server-end-point,,';

/** What is kept instead of a password. */
export interface Verifier {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

/** The client does not speak SCRAM as asked: another thing than a wrong password. */
export class ScramError extends Error {
  override readonly name = 'ScramError';
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function fromBase64(text: string): Buffer | undefined {
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** Reads `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`; undefined when it is none. */
export function parseVerifier(text: string): Verifier | undefined {
  const parts = /^SCRAM-SHA-256\$([1-9]\d{0,8}):([^$:]+)\$([^$:]+):([^$:]+)$/.exec(text);
  if (!parts) return undefined;
  const [, iterations = '', ...encoded] = parts;
  const [salt, storedKey, serverKey] = encoded.map(fromBase64);
  if (!salt?.length || storedKey?.length !== KEY_BYTES || serverKey?.length !== KEY_BYTES) return undefined;
  return { iterations: Number(iterations), salt, storedKey, serverKey };
}

const hmac = (key: Buffer, data: string | Buffer): Buffer => createHmac('sha256', key).update(data).digest();

/**
 * A verifier that no password fits, for people who do not exist. Its salt is the same each time they are asked for, as
 * a real one's is.
 */
export function mockVerifier(secret: Buffer, user: string): Verifier {
  const of = (what: string) => hmac(secret, `${what}:${user}`);
  return {
    iterations: ITERATIONS,
    salt: of('salt').subarray(0, SALT_BYTES),
    storedKey: of('stored'),
    serverKey: of('server'),
  };
}

interface ClientFirst {
  readonly gs2: string;
  readonly bare: string;
  readonly nonce: string;
}

function parseClientFirst(text: string): ClientFirst {
  const parts = /^(([nyp])(?:=([^,]*))?,([^,]*),)(n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$/s.exec(text);
  if (!parts) throw new ScramError('malformed SCRAM message');
  const [, gs2 = '', flag, binding, authzid, bare = '', nonce = ''] = parts;
  if (authzid !== '') throw new ScramError('an authorization identity is not supported');
  if ((flag === 'p') !== (binding !== undefined)) throw new ScramError('malformed SCRAM message');
  return { gs2, bare, nonce };
}

/** One exchange: `first`, then `final`. */
export class ScramExchange {
  readonly #verifier: Verifier;
  /** Hash of the certificate (tls-server-end-point), where the connection has one to bind to. */
  readonly #endpoint: Buffer | undefined;
  readonly #serverNonce: string;
  #gs2 = '';
  #nonce = '';
  #soFar = '';

  constructor(verifier: Verifier, endpoint: Buffer | undefined, serverNonce?: string) {
    this.#verifier = verifier;
    this.#endpoint = endpoint;
    this.#serverNonce = serverNonce ?? randomBytes(NONCE_BYTES).toString('base64');
  }

  /** Answers client-first-message with server-first-message. */
  first(mechanism: string, data: Buffer): Buffer {
    const { gs2, bare, nonce } = parseClientFirst(data.toString('utf8'));
    this.#checkBinding(mechanism, gs2);
    const { salt, iterations } = this.#verifier;
    this.#gs2 = gs2;
    this.#nonce = nonce + this.#serverNonce;
    const answer = `r=${this.#nonce},s=${salt.toString('base64')},i=${iterations}`;
    this.#soFar = `${bare},${answer}`;
    return Buffer.from(answer);
  }

  /** Answers client-final-message with server-final-message; undefined: the password is wrong. */
  final(data: Buffer): Buffer | undefined {
    const parts = /^((c=[^,]*),r=([^,]*)(?:,.*)?),p=([^,]*)$/s.exec(data.toString('utf8'));
    if (!parts) throw new ScramError('malformed SCRAM message');
    const [, withoutProof = '', binding, nonce, proofText = ''] = parts;
    if (nonce !== this.#nonce) throw new ScramError('the nonce of the SCRAM message does not match');
    // Somebody in between would present another certificate.
    if (binding !== `c=${this.#expectedBinding()}`)
      throw new ScramError('SCRAM channel binding check failed');
    const proof = fromBase64(proofText);
    if (proof?.length !== KEY_BYTES) throw new ScramError('malformed SCRAM message');
    const { storedKey, serverKey } = this.#verifier;
    const signed = `${this.#soFar},${withoutProof}`;
    const clientKey = hmac(storedKey, signed);
    for (const [index, byte] of proof.entries()) clientKey[index] = (clientKey[index] ?? 0) ^ byte;
    const isRight = timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey);
    return isRight ? Buffer.from(`v=${hmac(serverKey, signed).toString('base64')}`) : undefined;
  }

  #checkBinding(mechanism: string, gs2: string): void {
    if (mechanism === SCRAM_PLUS && this.#endpoint) {
      if (gs2 !== GS2_ENDPOINT) throw new ScramError('unsupported SCRAM channel-binding type');
      return;
    }
    if (mechanism !== SCRAM) throw new ScramError('this SASL mechanism was not offered');
    if (gs2.startsWith('p')) throw new ScramError('malformed SCRAM message');
    // `y`: the client could bind but was told that we can't. Where we can, somebody in between told it so.
    if (gs2.startsWith('y') && this.#endpoint) throw new ScramError('SCRAM channel binding was left out');
  }

  #expectedBinding(): string {
    const endpoint = this.#gs2.startsWith('p') ? this.#endpoint : undefined;
    return Buffer.concat([Buffer.from(this.#gs2), endpoint ?? Buffer.alloc(0)]).toString('base64');
  }
}
