import { PosternError } from '@postern/core/errors';
import { evaluate } from '@postern/core/policy';
import {
  type AccessRequestResponse,
  type AdministratorsResponse,
  accessRequestResponse,
  administratorsResponse,
  deleteQueryResponse,
  type HistoryResponse,
  historyResponse,
  type SavedQueriesResponse,
  savedQueriesResponse,
  saveQueryResponse,
} from '@postern/protocol/console-kept';
import { PATHS } from '@postern/protocol/version';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ApiRefusal, ApiUnreachable } from '../link/api-client.js';
import { post } from '../link/calls.js';
import type { ConsoleParts } from './console-parts.js';
import { askForAccessRequest, deleteSavedRequest, historyAsk, saveRequest } from './contract-kept.js';
import { parsed } from './parsed.js';
import { seenTarget } from './seen-target.js';

/** What the control plane keeps (contract-kept.ts): passed on in the name of whoever is signed in. */
export function addKeptRoutes(app: FastifyInstance, parts: ConsoleParts): void {
  const who = (request: FastifyRequest) => parts.sessions.signedIn(request.cookies[parts.cookieName]);
  const ask = <T>(request: FastifyRequest, path: string, body: object, schema: z.ZodType<T>): Promise<T> =>
    told(() => post(parts.api, path, { ...body, personId: who(request).principal.id }, schema));

  app.get(
    '/api/administrators',
    (request): Promise<AdministratorsResponse> =>
      ask(request, PATHS.administrators, {}, administratorsResponse),
  );

  app.post('/api/access-requests', async (request): Promise<AccessRequestResponse> => {
    const wanted = parsed(askForAccessRequest, request.body);
    // Whoever may not see a connection may not learn from this that there is one.
    seenTarget(parts, who(request), wanted.connection);
    return ask(request, PATHS.accessRequests, wanted, accessRequestResponse);
  });

  app.get('/api/saved', async (request): Promise<SavedQueriesResponse> => {
    const { queries } = await ask(request, PATHS.savedQueries, {}, savedQueriesResponse);
    const { principal } = who(request);
    const { compiled } = parts.policy.inForce();
    // What somebody shares must not tell others of a connection that they may not see.
    const isSeen = (slug: string | null) => slug === null || evaluate(compiled, principal.id, slug) !== 0;
    return { queries: queries.filter(({ isOwn, connection }) => isOwn || isSeen(connection)) };
  });

  app.post(
    '/api/saved',
    (request): Promise<{ id: string }> =>
      ask(request, PATHS.saveQuery, parsed(saveRequest, request.body), saveQueryResponse),
  );

  app.post('/api/saved/delete', async (request, reply) => {
    await ask(request, PATHS.deleteQuery, parsed(deleteSavedRequest, request.body), deleteQueryResponse);
    return reply.code(204).send();
  });

  // What one typed is no news to oneself: connections that one may not see any more are not left out.
  app.post(
    '/api/history',
    (request): Promise<HistoryResponse> =>
      ask(request, PATHS.history, parsed(historyAsk, request.body), historyResponse),
  );
}

/** What the control plane refuses is told as it says it; what has to do with the agent alone is not the person's business. */
async function told<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const isAway =
      error instanceof ApiUnreachable ||
      (error instanceof ApiRefusal && /^(internal|agent\.|member\.)/.test(error.code));
    if (!isAway) throw error;
    throw new PosternError(
      'connection.unavailable',
      'the control plane, which keeps this, can not be reached now',
      {
        fix: 'try again later; running statements goes on meanwhile',
      },
    );
  }
}
