import type { SavedQuery } from '@postern/protocol/console-kept';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { peopleById } from '../orgs/member.queries.js';
import { personOfAgent } from '../orgs/person-of-agent.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { listQueries } from './saved-query.store.js';

/** What a person at a console sees: their own of the agent's environment, and what anybody shares with the organisation. */
export const listSavedQueries = (
  db: TenantDb,
  agent: AgentIdentity,
  personId: string,
): Promise<SavedQuery[]> =>
  db.withOrg(agent.orgId, async (tx) => {
    await personOfAgent(tx, agent, personId);
    const rows = await listQueries(tx, agent.environmentId, personId);
    const people = await peopleById(tx, [...new Set(rows.map(({ userId }) => userId))]);
    return rows.map(({ id, folder, name, connectionSlug, body, isShared, userId, updatedAt }) => ({
      ...{ id, folder, name, isShared },
      connection: connectionSlug,
      sql: body,
      isOwn: userId === personId,
      owner: people.get(userId)?.email ?? '',
      updatedAt: updatedAt.toISOString(),
    }));
  });
