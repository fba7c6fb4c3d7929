import type { FastifyReply, FastifyRequest } from 'fastify';

/** What belongs to one GraphQL request: who asks, and everything that was loaded for them once. */
export class RequestContext {
  private readonly memo = new Map<unknown, unknown>();

  constructor(
    readonly request: FastifyRequest,
    readonly reply: FastifyReply,
  ) {}

  /** The value made by `make` at the first call with this key: a loader, a session, a compiled policy. */
  once<T>(key: unknown, make: () => T): T {
    if (!this.memo.has(key)) this.memo.set(key, make());
    return this.memo.get(key) as T;
  }

  /** What {@link once} made under this key earlier in the request. */
  known<T>(key: unknown): T {
    if (!this.memo.has(key)) throw new Error(`nothing was made for ${String(key)}: is the guard on?`);
    return this.memo.get(key) as T;
  }
}
