import { Inject, Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { Clock } from '../clock.js';
import { CONFIG, type Config } from '../config.js';
import type { RequestContext } from '../graphql/context.js';
import { SystemDb } from '../tenancy/system-db.js';
import { hashOf, isTouchDue, newSecret, SESSION_COOKIE, SESSION_LIFE_MS, sessionEnd } from './session.js';
import {
  deleteEndedSessions,
  deleteSession,
  extendSession,
  findSession,
  insertSession,
} from './session.store.js';

/** Somebody who has proved who they are. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
}

/** Browser sessions: a cookie that JavaScript cannot read, a hash in the database. */
@Injectable()
export class Sessions {
  constructor(
    private readonly db: SystemDb,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Begins a session and ends the one that the browser had. */
  async start(context: RequestContext, userId: string): Promise<void> {
    const now = this.clock.now();
    const token = newSecret();
    const before = context.request.cookies[SESSION_COOKIE];
    if (before) await deleteSession(this.db, hashOf(before));
    await deleteEndedSessions(this.db, userId, now);
    const expiresAt = sessionEnd(now, now);
    await insertSession(this.db, { tokenHash: hashOf(token), userId, createdAt: now, expiresAt });
    void context.reply.setCookie(SESSION_COOKIE, token, { ...this.cookie(), maxAge: SESSION_LIFE_MS / 1000 });
  }

  async end(context: RequestContext): Promise<void> {
    const token = context.request.cookies[SESSION_COOKIE];
    if (token) await deleteSession(this.db, hashOf(token));
    void context.reply.clearCookie(SESSION_COOKIE, this.cookie());
  }

  /** Who is signed in; asked once a request. */
  find(context: RequestContext): Promise<Person | undefined> {
    return context.once('person', () => this.load(context.request.cookies[SESSION_COOKIE]));
  }

  /** Who is signed in, or the error that says how to become somebody. */
  async require(context: RequestContext): Promise<Person> {
    const person = await this.find(context);
    if (person) return person;
    if (context.request.cookies[SESSION_COOKIE])
      throw new PosternError('auth.session_expired', 'your session has ended', { fix: 'sign in again' });
    throw new PosternError('auth.required', 'nobody is signed in', { fix: 'sign in first' });
  }

  private async load(token: string | undefined): Promise<Person | undefined> {
    if (!token) return undefined;
    const tokenHash = hashOf(token);
    const row = await findSession(this.db, tokenHash);
    const now = this.clock.now();
    if (!row || row.expiresAt <= now) return undefined;
    const end = sessionEnd(row.createdAt, now);
    if (isTouchDue(row.expiresAt, end)) await extendSession(this.db, tokenHash, end);
    return { userId: row.userId, email: row.email, name: row.name };
  }

  private cookie() {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.config.cookieSecure } as const;
  }
}
