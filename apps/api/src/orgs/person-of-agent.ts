import { PosternError } from '@postern/core/errors';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { isUuid } from '../graphql/ids.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { type MemberPerson, peopleById } from './member.queries.js';

/** The person that an agent speaks for. Only a member of its own organisation: of others row-level security shows nothing. */
export async function personOfAgent(tx: Tx, agent: AgentIdentity, personId: string): Promise<MemberPerson> {
  const person = isUuid(personId) ? (await peopleById(tx, [personId])).get(personId) : undefined;
  if (person) return person;
  throw new PosternError(
    'member.not_found',
    `there is no such person in the organisation of agent \`${agent.id}\``,
    {
      field: 'personId',
      fix: 'sign in again',
    },
  );
}
