import { PosternError } from '@postern/core/errors';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ConsoleParts } from './console-parts.js';
import { authorizeLocation, localPath, SignIns, verifyConsoleToken } from './sign-in.js';
import { signInErrorPage } from './sign-in-page.js';

const STATE_COOKIE = 'postern_sign_in';
const STATE_MAX_AGE_S = 600;

/** Signing in and out. People see these answers, so what goes wrong is a page, not JSON. */
export function addAuthRoutes(app: FastifyInstance, parts: ConsoleParts): void {
  const { publicUrl, identity, sessions, policy, clock } = parts;
  const signIns = new SignIns(clock);
  const redirectUri = `${publicUrl}/auth/callback`;
  const cookie = {
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: publicUrl.startsWith('https:'),
  };

  app.get('/auth/login', async (request, reply) => {
    const query = request.query as { return_to?: unknown };
    const returnTo = localPath(query.return_to);
    if (request.headers.host !== new URL(publicUrl).host) {
      // Cookies belong to a host name: the sign-in has to begin where it comes back to.
      return reply.redirect(`${publicUrl}/auth/login?return_to=${encodeURIComponent(returnTo)}`, 302);
    }
    const { state, challenge } = signIns.begin(returnTo);
    reply.setCookie(STATE_COOKIE, state, { ...cookie, path: '/auth', maxAge: STATE_MAX_AGE_S });
    const location = authorizeLocation(identity.authorizeUrl, {
      agent: identity.agentId,
      redirect_uri: redirectUri,
      code_challenge: challenge,
      state,
    });
    return reply.redirect(location, 302);
  });

  app.get('/auth/callback', async (request, reply) => {
    const query = request.query as { state?: unknown; code?: unknown; error?: unknown };
    reply.clearCookie(STATE_COOKIE, { ...cookie, path: '/auth' });
    try {
      const pending = signIns.take(query.state, request.cookies[STATE_COOKIE]);
      if (typeof query.code !== 'string' || query.code === '') {
        throw new PosternError('auth.code_invalid', 'the sign-in was not completed', {
          fix: 'sign in again',
        });
      }
      const token = await parts.exchangeCode({
        code: query.code,
        codeVerifier: pending.verifier,
        redirectUri,
      });
      const { agentId, orgId } = identity;
      const claims = await verifyConsoleToken(token, {
        keys: policy.trustedKeys,
        agentId,
        orgId,
        now: clock.now(),
      });
      const { secret, session } = await admit(parts, claims.sub);
      const maxAge = Math.floor((session.expiresAt - clock.now()) / 1_000);
      reply.setCookie(parts.cookieName, secret, { ...cookie, path: '/', maxAge });
      return reply.redirect(pending.returnTo, 302);
    } catch (error) {
      return showError(reply, parts, error);
    }
  });

  app.post('/auth/logout', async (request, reply) => {
    const secret = request.cookies[parts.cookieName];
    if (secret !== undefined) sessions.end(secret);
    reply.clearCookie(parts.cookieName, { ...cookie, path: '/' });
    return reply.code(204).send();
  });
}

/** Begins the session of a person whom the policy knows, recorded first. */
async function admit(parts: ConsoleParts, principalId: string) {
  // Somebody invited a moment ago may not be in the bundle yet.
  if (!parts.policy.shown?.principals.has(principalId)) await parts.refreshPolicy();
  const principal = parts.policy.shown?.principals.get(principalId);
  if (!principal) {
    throw new PosternError('auth.forbidden', 'the policy of this agent does not know you', {
      fix: 'ask an administrator for access to this environment',
    });
  }
  const created = parts.sessions.create(principal.id);
  try {
    await parts.recorder.record({
      kind: 'console.signed_in',
      actor: { type: 'user', id: principal.id, label: principal.email },
      path: 'console',
      sessionId: created.session.id,
      target: { type: 'agent', id: parts.identity.agentId, label: parts.agentName },
    });
  } catch (error) {
    parts.sessions.end(created.secret);
    throw error;
  }
  return created;
}

function showError(reply: FastifyReply, parts: ConsoleParts, error: unknown): FastifyReply {
  if (!(error instanceof PosternError))
    parts.log.error({ error: String((error as Error).name) }, 'sign-in failed');
  const known =
    error instanceof PosternError
      ? error
      : new PosternError('internal', 'the control plane can not be reached, so nobody can sign in now', {
          fix: 'try again in a while',
        });
  return reply.code(400).type('text/html; charset=utf-8').send(signInErrorPage(known));
}
