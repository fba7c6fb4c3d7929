import { PosternError } from '@postern/core/errors';
import { maskOf } from '@postern/core/policy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type SessionRow, sessionNameOf } from '../targets/browse/read-sessions.js';
import type { ConsoleParts } from './console-parts.js';
import type { SignedIn } from './console-sessions.js';
import { type SessionsResponse, stopSessionRequest } from './contract-sessions.js';
import { parsed } from './parsed.js';
import { seenTarget } from './seen-target.js';

const ADMIN = maskOf(['admin']);
const ofConnection = z.object({ connection: z.string().min(1).max(200) });
/** Who watches the list is recorded once in this time: it is asked for every few seconds. */
const VIEW_RECORDED_MS = 10 * 60_000;

/** Sessions of the databases (contract-sessions.ts). */
export function addSessionRoutes(app: FastifyInstance, parts: ConsoleParts): void {
  const who = (request: FastifyRequest) => parts.sessions.signedIn(request.cookies[parts.cookieName]);
  const views = new Views(parts);

  app.get('/api/sessions', async (request): Promise<SessionsResponse> => {
    const { connection } = parsed(ofConnection, request.query);
    const signedIn = who(request);
    const { target, held, connectionId } = seenTarget(parts, signedIn, connection);
    const isEverybody = (held & ADMIN) !== 0;
    if (isEverybody) await views.record(signedIn, { id: connectionId, slug: connection });
    const own = sessionNameOf(signedIn.principal.email);
    const rows = await target.browse.sessions();
    const sessions = rows.filter((row) => isEverybody || isOf(row, own)).map((row) => shown(row, own));
    return { isEverybody, sessions };
  });

  app.post('/api/sessions/stop', async (request, reply) => {
    const { connection, pid } = parsed(stopSessionRequest, request.body);
    const signedIn = who(request);
    const { target, connectionId } = seenTarget(parts, signedIn, connection);
    const own = sessionNameOf(signedIn.principal.email);
    const isThere =
      own !== undefined && (await target.browse.sessions()).some((row) => row.pid === pid && isOf(row, own));
    if (!isThere) {
      throw new PosternError('object.not_found', 'you have no such session any more', {
        fix: 'refresh the list; sessions of others need `admin`',
      });
    }
    await parts.recorder.record({
      kind: 'console.session_stopped',
      actor: personOf(signedIn),
      path: 'console',
      sessionId: signedIn.session.id,
      connection: { id: connectionId, slug: connection },
      target: { type: 'database_session', id: String(pid), label: `session ${pid}` },
    });
    await target.browse.cancel(pid, own);
    return reply.code(204).send();
  });
}

const personOf = ({ principal }: SignedIn) => ({
  type: 'user' as const,
  id: principal.id,
  label: principal.email,
});

const isOf = ({ application }: SessionRow, own: string | undefined): boolean =>
  own !== undefined && (application === own || application.startsWith(`${own} `));

function shown(row: SessionRow, own: string | undefined): SessionsResponse['sessions'][number] {
  const person = /^postern:(\S+@\S+)/.exec(row.application)?.[1] ?? null;
  return { ...row, person, isOwn: isOf(row, own) };
}

/** Who looked at everybody's sessions, of each sign-in and connection once in a while. */
class Views {
  readonly #parts: ConsoleParts;
  readonly #recorded = new Map<string, number>();

  constructor(parts: ConsoleParts) {
    this.#parts = parts;
  }

  async record(signedIn: SignedIn, connection: { id: string; slug: string }): Promise<void> {
    const now = this.#parts.clock.now();
    for (const [key, at] of this.#recorded) if (now - at > VIEW_RECORDED_MS) this.#recorded.delete(key);
    const key = JSON.stringify([signedIn.session.id, connection.id]);
    if (this.#recorded.has(key)) return;
    await this.#parts.recorder.record({
      kind: 'console.sessions_viewed',
      actor: personOf(signedIn),
      path: 'console',
      sessionId: signedIn.session.id,
      connection,
    });
    this.#recorded.set(key, now);
  }
}
