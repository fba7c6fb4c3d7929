import { type Permission, permissionsOf } from '@postern/core/policy';
import type { AdministratorsResponse } from '@postern/protocol/console-kept';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { peopleById } from '../orgs/member.queries.js';
import { personOfAgent } from '../orgs/person-of-agent.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { type AccessRequestRow, listAdministrators, listRequests } from './access-request.store.js';

const MOST = 200;

export interface AccessRequestView extends Omit<AccessRequestRow, 'permissions'> {
  connection: string;
  permissions: Permission[];
  person: { id: string; email: string; name: string };
}

export async function withPeople(tx: Tx, rows: readonly AccessRequestRow[]): Promise<AccessRequestView[]> {
  const people = await peopleById(tx, [...new Set(rows.map(({ userId }) => userId))]);
  return rows.flatMap((row) => {
    const person = people.get(row.userId);
    if (!person) return [];
    return [{ ...row, connection: row.connectionSlug, permissions: permissionsOf(row.permissions), person }];
  });
}

/** Those that wait, or those that were answered; the newest. */
export const listAccessRequests = (
  db: TenantDb,
  actor: OrgActor,
  isOpen: boolean,
): Promise<AccessRequestView[]> =>
  db.withOrg(actor.orgId, async (tx) => withPeople(tx, await listRequests(tx, isOpen, MOST)));

/** Who may change the rules, for a person of the organisation. */
export const administratorsFor = (
  db: TenantDb,
  agent: AgentIdentity,
  personId: string,
): Promise<AdministratorsResponse['administrators']> =>
  db.withOrg(agent.orgId, async (tx) => {
    await personOfAgent(tx, agent, personId);
    return (await listAdministrators(tx)).map(({ user }) => user);
  });
