import { createHash, randomBytes } from 'node:crypto';
import { PosternError } from '@postern/core/errors';
import type { PublicJwk } from '@postern/core/policy';
import { type ConsoleTokenClaims, consoleTokenClaims } from '@postern/protocol/console-token';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { Clock } from '../clock.js';

const PENDING_MS = 10 * 60_000;
/** Sign-ins under way at once; beyond it the oldest is forgotten. */
const PENDING_MAX = 1_000;

interface Pending {
  readonly verifier: string;
  readonly returnTo: string;
  readonly startedAt: number;
}

const random = (): string => randomBytes(32).toString('base64url');

/** Only a path of this console: anything else could send people elsewhere after sign-in. */
export function localPath(path: unknown): string {
  if (typeof path !== 'string' || !/^\/(?![/\\])[^\\\s]*$/.test(path)) return '/';
  return path;
}

/** Sign-ins under way: authorization code with PKCE (RFC 7636). */
export class SignIns {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `state` also goes into a cookie, which ties the answer to the browser that asked. */
  begin(returnTo: string): { state: string; challenge: string } {
    const state = random();
    const verifier = random();
    this.#pending.set(state, { verifier, returnTo, startedAt: this.#clock.now() });
    const [oldest] = this.#pending.keys();
    if (this.#pending.size > PENDING_MAX && oldest !== undefined) this.#pending.delete(oldest);
    return { state, challenge: createHash('sha256').update(verifier).digest('base64url') };
  }

  /** Takes the sign-in that an answer belongs to, once. */
  take(state: unknown, cookieState: string | undefined): Pending {
    const pending = typeof state === 'string' && state === cookieState ? this.#pending.get(state) : undefined;
    if (typeof state === 'string') this.#pending.delete(state);
    if (!pending || this.#clock.now() - pending.startedAt > PENDING_MS) {
      throw new PosternError('auth.code_invalid', 'this sign-in was not begun here, or took too long', {
        fix: 'sign in again',
      });
    }
    return pending;
  }
}

export function authorizeLocation(
  authorizeUrl: string,
  query: { agent: string; redirect_uri: string; code_challenge: string; state: string },
): string {
  const url = new URL(authorizeUrl);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

/** Verifies a sign-in token without asking anybody: key, agent, organisation and time must fit. */
export async function verifyConsoleToken(
  token: string,
  expected: { keys: readonly PublicJwk[]; agentId: string; orgId: string; now: number },
): Promise<ConsoleTokenClaims> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const jwk = expected.keys.find((key) => key.kid === kid);
    if (!jwk) throw new Error('unknown key');
    const key = await importJWK({ kty: jwk.kty, crv: jwk.crv, x: jwk.x }, 'EdDSA');
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      issuer: 'postern',
      audience: expected.agentId,
      clockTolerance: 30,
      currentDate: new Date(expected.now),
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    const claims = consoleTokenClaims.parse(payload);
    if (claims.org !== expected.orgId) throw new Error('another organisation');
    return claims;
  } catch {
    throw new PosternError(
      'auth.code_invalid',
      'the control plane’s answer to the sign-in can not be trusted',
      {
        fix: 'sign in again; if it stays, tell an administrator',
      },
    );
  }
}
