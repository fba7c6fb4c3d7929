import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import websocket from '@fastify/websocket';
import { PosternError } from '@postern/core/errors';
import { MAX_SQL_BYTES } from '@postern/core/sql';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { errorFacts, type Logger } from '../log.js';
import { addApiRoutes } from './api-routes.js';
import { addAuthRoutes } from './auth-routes.js';
import { addCatalogRoutes } from './catalog-routes.js';
import type { ConsoleParts } from './console-parts.js';
import { addExportRoutes } from './export-routes.js';
import { addGuards } from './guards.js';
import { OUR_FAULT, problemOf } from './http-errors.js';
import { addKeptRoutes } from './kept-routes.js';
import { addSessionRoutes } from './session-routes.js';
import { consoleMissingPage } from './sign-in-page.js';
import { addStreamRoute } from './stream-route.js';
import { addTableRoutes } from './table-routes.js';

/** JSON may write a character of SQL as two. */
const BODY_LIMIT = 2 * MAX_SQL_BYTES + 16_384;
const REQUEST_TIMEOUT_MS = 30_000;

const SPA_DIR = fileURLToPath(new URL('../../console/dist', import.meta.url));

/** Cookies know no ports, and several things may run on one host name. */
export function cookieNameFor(publicUrl: string): string {
  const { protocol, port } = new URL(publicUrl);
  return `postern_console_${port || (protocol === 'https:' ? '443' : '80')}`;
}

export async function createConsole(parts: ConsoleParts): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
  });
  addErrors(app, parts.log);
  await app.register(websocket, { options: { maxPayload: BODY_LIMIT } });
  addGuards(app, { publicUrl: parts.publicUrl, port: () => portOf(app) });
  readJsonOnly(app);
  await app.register(cookie);
  app.get('/healthz', async () => ({
    status: 'ok',
    policy: { version: parts.policy.version, state: parts.policy.state },
  }));
  addAuthRoutes(app, parts);
  addApiRoutes(app, parts);
  addCatalogRoutes(app, parts);
  addSessionRoutes(app, parts);
  addKeptRoutes(app, parts);
  addStreamRoute(app, parts);
  addExportRoutes(app, parts);
  addTableRoutes(app, parts);
  await addConsoleFiles(app);
  return app;
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A form of another site can send text, but not JSON without asking first. An empty body is no body. */
function readJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    if (body === '') return done(null, undefined);
    try {
      done(null, JSON.parse(String(body)));
    } catch {
      done(new PosternError('input.invalid', 'the body is not valid JSON', { fix: 'correct the request' }));
    }
  });
}

function addErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error, request, reply) => {
    const known = problemOf(error);
    if (!known) {
      const { method, routeOptions } = request;
      log.error({ ...errorFacts(error), method, route: routeOptions.url }, 'request failed');
    }
    const { status, body } = known ?? OUR_FAULT;
    return reply.code(status).send(body);
  });
}

const notFound = (reply: FastifyReply): FastifyReply =>
  reply.code(404).send({
    error: { code: 'input.invalid', message: 'there is nothing at this address', fix: 'check the path' },
  });

/** The SPA's files. Its own routes are paths that end in no file name: they all get its page. */
async function addConsoleFiles(app: FastifyInstance): Promise<void> {
  const isBuilt = existsSync(`${SPA_DIR}/index.html`);
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: SPA_DIR,
      wildcard: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const isHashed = path.includes('/assets/');
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const isPage = request.method === 'GET' && !/^\/(api|auth)(\/|$)|\.\w+$/.test(path);
    if (!isPage || !(request.headers.accept ?? '*/*').match(/text\/html|\*\/\*/)) return notFound(reply);
    if (isBuilt) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    return reply.type('text/html; charset=utf-8').send(consoleMissingPage);
  });
}
