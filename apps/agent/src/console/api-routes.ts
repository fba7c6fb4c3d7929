import { permissionsOf, visibleConnections, WRITING_PERMISSIONS } from '@postern/core/policy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isoTime } from '../clock.js';
import { checkStatement } from '../session/check-statement.js';
import { rowCapOf } from '../session/run-statement.js';
import { boundValues } from '../targets/bound-parameters.js';
import type { Target } from '../targets/target.js';
import { AGENT_VERSION } from '../version.js';
import type { ConsoleParts } from './console-parts.js';
import type { SignedIn } from './console-sessions.js';
import {
  type CheckResponse,
  type ConnectionsResponse,
  checkRequest,
  type MeResponse,
  type RunResponse,
  runRequest,
  tabRequest,
} from './contract.js';
import { parsed } from './parsed.js';

type Shown = ConnectionsResponse['connections'][number];

function healthOf(target: Target | undefined): Pick<Shown, 'health' | 'latencyMs'> {
  const { status, latencyMs } = target?.health ?? { status: 'unknown' };
  return latencyMs === undefined ? { health: status } : { health: status, latencyMs };
}

/** The console's HTTP API (contract.ts). No rule is made here. */
export function addApiRoutes(app: FastifyInstance, parts: ConsoleParts): void {
  const { policy, tabs } = parts;
  const who = (request: FastifyRequest): SignedIn =>
    parts.sessions.signedIn(request.cookies[parts.cookieName]);

  app.get('/api/me', async (request): Promise<MeResponse> => {
    const { principal, session } = who(request);
    const { shown } = policy;
    return {
      user: { id: principal.id, email: principal.email, name: principal.name },
      orgName: shown?.bundle.orgName ?? '',
      environmentName: shown?.bundle.environmentName ?? '',
      agent: { name: parts.agentName, version: AGENT_VERSION },
      policy: {
        version: policy.version,
        enforcedAt: policy.enforcedAt ?? null,
        state: policy.state,
        controlPlaneReachable: parts.isReachable(),
      },
      sessionExpiresAt: isoTime(session.expiresAt),
    };
  });

  app.get('/api/connections', async (request): Promise<ConnectionsResponse> => {
    const { principal } = who(request);
    if (policy.state !== 'ok') return { connections: [] };
    const visible = visibleConnections(policy.inForce().compiled, principal.id);
    return {
      connections: visible.map(({ connection, mask }) => ({
        slug: connection.slug,
        name: connection.name,
        label: connection.label,
        permissions: permissionsOf(mask),
        rowCap: rowCapOf({ connection, held: mask }),
        readOnly: (mask & WRITING_PERMISSIONS) === 0,
        ...healthOf(parts.targets.get(connection.slug)),
      })),
    };
  });

  app.post('/api/run', async (request, reply): Promise<RunResponse> => {
    const { owner } = who(request);
    const { connection, tab, sql, parameters } = parsed(runRequest, request.body);
    // A browser that went away does not wait for the result: what runs for it is cancelled.
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) tabs.cancel(owner, tab);
    });
    const outcome = await parts.runner.run({
      ...{ owner, tab, connection, sql, path: 'console' },
      ...boundValues(parameters),
    });
    const { auditId, results, failure, transaction } = outcome;
    return {
      auditId,
      results: results as RunResponse['results'],
      error: failure && { ...failure, auditId },
      transaction,
    };
  });

  app.post('/api/check', async (request): Promise<CheckResponse> => {
    const { owner } = who(request);
    return checkStatement(parts, { owner, ...parsed(checkRequest, request.body) });
  });

  app.post('/api/cancel', async (request, reply) => {
    const { owner } = who(request);
    tabs.cancel(owner, parsed(tabRequest, request.body).tab);
    return reply.code(204).send();
  });

  app.post('/api/close', async (request, reply) => {
    const { owner } = who(request);
    await tabs.close(owner, parsed(tabRequest, request.body).tab);
    return reply.code(204).send();
  });
}
