import { PosternError } from '@postern/core/errors';
import { maskOf, permissionsOf } from '@postern/core/policy';
import type { AccessRequestRequest, AccessRequestResponse } from '@postern/protocol/console-kept';
import { v7 as uuidv7 } from 'uuid';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { recordChange } from '../audit/record-change.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { personOfAgent } from '../orgs/person-of-agent.js';
import { auditActorOf } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { countOpenRequests, findOpenRequest, hasConnection, insertRequest } from './access-request.store.js';

/** Requests of one person that wait at a time: more is noise for who has to answer. */
const MOST = 20;

/** A person at a console asks for permissions on a connection. */
export async function askForAccess(
  db: TenantDb,
  agent: AgentIdentity,
  request: AccessRequestRequest,
): Promise<AccessRequestResponse> {
  try {
    return await ask(db, agent, request);
  } catch (error) {
    // Two clicks at once: the second finds what the first has written.
    if (violatedConstraint(error) !== 'access_request_open_unique') throw error;
    return ask(db, agent, request);
  }
}

function ask(
  db: TenantDb,
  agent: AgentIdentity,
  request: AccessRequestRequest,
): Promise<AccessRequestResponse> {
  const { orgId, environmentId } = agent;
  const { personId, connection, reason, auditId } = request;
  const wanted = {
    environmentId,
    userId: personId,
    connectionSlug: connection,
    permissions: maskOf(request.permissions),
  };
  return db.withOrg(orgId, async (tx) => {
    const person = await personOfAgent(tx, agent, personId);
    if (!(await hasConnection(tx, environmentId, connection))) {
      throw new PosternError(
        'connection.not_found',
        `there is no connection \`${connection}\` in this environment`,
        {
          field: 'connection',
        },
      );
    }
    const waiting = await findOpenRequest(tx, wanted);
    if (waiting) return { id: waiting.id, isNew: false };
    if ((await countOpenRequests(tx, personId)) >= MOST) {
      throw new PosternError('input.invalid', `you have ${MOST} requests that nobody has answered yet`, {
        fix: 'speak to an administrator of your organisation',
      });
    }
    const auditEventId = auditId ?? null;
    const row = await insertRequest(tx, {
      id: uuidv7(),
      orgId,
      ...wanted,
      reason: reason.trim(),
      auditEventId,
    });
    await recordChange(tx, orgId, {
      kind: 'access_request.created',
      path: 'console',
      actor: auditActorOf({ userId: person.id, email: person.email }),
      target: { type: 'access_request', id: row.id, label: connection },
      after: {
        connection,
        permissions: permissionsOf(row.permissions),
        reason: row.reason,
        refusal: auditEventId,
      },
    });
    return { id: row.id, isNew: true };
  });
}
