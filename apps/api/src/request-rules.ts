import type { FastifyInstance } from 'fastify';

/**
 * Cross-site requests to /graphql: a browser sends the session cookie along, so only JSON (which a form cannot send) from
 * our own pages is answered. Programs send no Origin.
 */
export function guardGraphql(fastify: FastifyInstance, webUrl: string): void {
  const webOrigin = new URL(webUrl).origin;
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.url.split('?')[0] !== '/graphql') return;
    const refuse = (status: number, message: string) =>
      reply.status(status).send({ data: null, errors: [{ message, extensions: { code: 'input.invalid' } }] });
    if (request.method !== 'POST') return refuse(405, 'send GraphQL requests with POST');
    if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
      return refuse(415, 'send GraphQL requests as `application/json`');
    const { origin, host } = request.headers;
    if (origin !== undefined && origin !== webOrigin && !isSameHost(origin, host))
      return refuse(403, `requests from \`${origin}\` are not accepted; use the web app's own address`);
    return undefined;
  });
}

/** Compared as URLs: one of them may spell out the default port. */
function isSameHost(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const own = `${new URL(origin).protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === new URL(origin).host;
}

/** One line a request: what was asked, how it ended, how long it took. Never headers, bodies or query strings. */
export function logRequests(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', async (request, reply) => {
    const { method, url } = request;
    const level = url === '/healthz' ? 'debug' : 'info';
    request.log[level](
      { method, path: url.split('?')[0], status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });
}
