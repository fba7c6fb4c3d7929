import { randomBytes, randomUUID } from 'node:crypto';
import { PosternError } from '@postern/core/errors';
import type { Principal } from '@postern/core/policy';
import type { Clock } from '../clock.js';
import type { PolicyHolder } from '../policy/policy-holder.js';
import type { Owner } from '../session/tabs.js';

const LIFETIME_MS = 8 * 60 * 60_000;

export interface ConsoleSession {
  /** Names the sign-in in the audit trail; the cookie's secret is another value. */
  readonly id: string;
  readonly principalId: string;
  readonly expiresAt: number;
}

export interface SignedIn {
  readonly session: ConsoleSession;
  readonly principal: Principal;
  readonly owner: Owner;
}

/** Who is signed in to this console. In memory: after a restart people sign in again, mostly without noticing. */
export class ConsoleSessions {
  readonly #policy: PolicyHolder;
  readonly #clock: Clock;
  readonly #onEnd: (session: ConsoleSession) => void;
  readonly #sessions = new Map<string, ConsoleSession>();
  /** The same object as long as nothing of it changes: what is kept of a person's statements is found again by it. */
  readonly #signedIn = new WeakMap<ConsoleSession, SignedIn>();

  constructor(policy: PolicyHolder, clock: Clock, onEnd: (session: ConsoleSession) => void) {
    this.#policy = policy;
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  /** Signs a person in; answers with the secret for the cookie. */
  create(principalId: string): { secret: string; session: ConsoleSession } {
    const secret = randomBytes(32).toString('base64url');
    const session = { id: randomUUID(), principalId, expiresAt: this.#clock.now() + LIFETIME_MS };
    this.#sessions.set(secret, session);
    return { secret, session };
  }

  /** The person behind a cookie. Throws `auth.required` or `auth.session_expired`. */
  signedIn(secret: string | undefined): SignedIn {
    const fix = 'sign in';
    if (secret === undefined) throw new PosternError('auth.required', 'you are not signed in', { fix });
    const session = this.#sessions.get(secret);
    const principal = session && this.#livingPrincipal(session);
    if (!session || !principal) {
      throw new PosternError('auth.session_expired', 'your session has ended', { fix: 'sign in again' });
    }
    const before = this.#signedIn.get(session);
    if (before?.principal === principal) return before;
    const owner = { consoleSession: session.id, principalId: principal.id, email: principal.email };
    const signedIn = { session, principal, owner };
    this.#signedIn.set(session, signedIn);
    return signedIn;
  }

  end(secret: string): void {
    const session = this.#sessions.get(secret);
    this.#sessions.delete(secret);
    if (session) this.#onEnd(session);
  }

  /** Ends what has expired and who has left the organisation. */
  sweep(): void {
    for (const [secret, session] of this.#sessions) if (!this.#livingPrincipal(session)) this.end(secret);
  }

  #livingPrincipal(session: ConsoleSession): Principal | undefined {
    if (this.#clock.now() >= session.expiresAt) return undefined;
    return this.#policy.shown?.principals.get(session.principalId);
  }
}
