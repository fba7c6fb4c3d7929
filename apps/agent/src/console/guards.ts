import { PosternError } from '@postern/core/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const CSP = [
  "default-src 'self'",
  // The parser of SQL is WebAssembly; scripts from text stay forbidden.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Names under which this console may be reached; everything else is somebody's DNS pointing here (rebinding). */
function allowedHosts(publicUrl: string, port: number): Set<string> {
  return new Set([new URL(publicUrl).host, `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]);
}

/** Host, Origin and content type of every request, and the headers of every answer. */
export function addGuards(app: FastifyInstance, options: { publicUrl: string; port: () => number }): void {
  const isHttps = options.publicUrl.startsWith('https:');
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CSP,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      ...(isHttps ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    });
    const path = request.url.split('?')[0] ?? '';
    if (path === '/healthz') return;
    if (path.startsWith('/api/') || path.startsWith('/auth/')) reply.header('cache-control', 'no-store');
    const hosts = allowedHosts(options.publicUrl, options.port());
    if (!hosts.has(request.headers.host ?? '')) {
      throw new PosternError('auth.forbidden', 'this console is not served under that host name', {
        fix: `open ${options.publicUrl}`,
      });
    }
    // A WebSocket begins with a GET that any page may send.
    const isRead = (request.method === 'GET' || request.method === 'HEAD') && !request.ws;
    if (!isRead) checkOrigin(request, hosts, options.publicUrl);
  });
}

/** Browsers name the page that sends a POST. One of another origin is a forged request; a program sends none. */
function checkOrigin(request: FastifyRequest, hosts: ReadonlySet<string>, publicUrl: string): void {
  const { origin } = request.headers;
  if (origin === undefined || origin === publicUrl) return;
  const isOwn = origin.startsWith('http://') && hosts.has(origin.slice('http://'.length));
  if (!isOwn)
    throw new PosternError('auth.forbidden', 'the request came from another page', {
      fix: 'use the console',
    });
}
