import type { FastifyReply, FastifyRequest } from 'fastify';

/** What belongs to one GraphQL request: who asks, and everything that was loaded for them once. */
export class RequestContext {
  private readonly memo = new Map<string, unknown>();

  constructor(
    readonly request: FastifyRequest,
    readonly reply: FastifyReply,
  ) {}

  /** The value made by `make` at the first call with this key: a loader, a session, a compiled policy. */
  once<T>(key: string, make: () => T): T {
    if (!this.memo.has(key)) this.memo.set(key, make());
    return this.memo.get(key) as T;
  }

  /** What {@link once} made under this key earlier in the request. */
  known<T>(key: string): T {
    if (!this.memo.has(key)) throw new Error(`nothing was made for ${key}: is the guard on?`);
    return this.memo.get(key) as T;
  }

  /** Forgets what was loaded: a mutation may have changed it for the next one in the same document. */
  forgetLoaded(): void {
    for (const key of this.memo.keys()) if (key.startsWith('loader:')) this.memo.delete(key);
  }
}
