import type { TestApp } from './app.js';
import { type Company, signUpCompany } from './company.js';

export interface TestPerson {
  cookie: string;
  userId: string;
  email: string;
}

export const PASSWORD = 'correct horse battery';

/** Runs an operation that must succeed; answers with its data. */
export async function must<T>(
  api: TestApp,
  query: string,
  variables: Record<string, unknown>,
  cookie: string,
): Promise<T> {
  const answer = await api.graphql<T>(query, variables, cookie);
  if (answer.errors.length > 0 || answer.data === null) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

export async function inviteToken(
  api: TestApp,
  company: Company,
  email: string,
  role: string,
): Promise<string> {
  const data = await must<{ inviteMember: { token: string } }>(
    api,
    'mutation ($orgId: ID!, $email: String!, $role: OrgRole!) { inviteMember(orgId: $orgId, email: $email, role: $role) { token } }',
    { orgId: company.orgId, email, role: role.toUpperCase() },
    company.cookie,
  );
  return data.inviteMember.token;
}

/** Somebody new with a role in the company, who came by invitation. */
export async function join(
  api: TestApp,
  company: Company,
  name: string,
  role: 'owner' | 'admin' | 'auditor' | 'member',
): Promise<TestPerson> {
  const email = `${name}@${company.email.split('@')[1]}`;
  const token = await inviteToken(api, company, email, role);
  const answer = await api.graphql<{ acceptInvite: { user: { id: string } } }>(
    'mutation ($token: String!, $name: String, $password: String) { acceptInvite(token: $token, name: $name, password: $password) { user { id } } }',
    { token, name, password: PASSWORD },
  );
  if (!answer.cookie || !answer.data) throw new Error(JSON.stringify(answer.errors));
  return { cookie: answer.cookie, userId: answer.data.acceptInvite.user.id, email };
}

/** Membership id by user id. */
export async function memberIds(api: TestApp, company: Company): Promise<Map<string, string>> {
  const data = await must<{ members: { edges: { node: { id: string; user: { id: string } } }[] } }>(
    api,
    'query ($orgId: ID!) { members(orgId: $orgId) { edges { node { id user { id } } } } }',
    { orgId: company.orgId },
    company.cookie,
  );
  return new Map(data.members.edges.map(({ node }) => [node.user.id, node.id]));
}

/** A company with one connection `shop`, one group `dba` and one rule. */
export interface FurnishedCompany extends Company {
  connectionId: string;
  groupId: string;
  ruleId: string;
}

export async function furnish(api: TestApp, name: string): Promise<FurnishedCompany> {
  const company = await signUpCompany(api, name);
  const { orgId, environmentId, cookie } = company;
  const data = await must<Record<'connection' | 'group' | 'rule', { id: string }>>(
    api,
    `mutation ($orgId: ID!, $environmentId: ID!) {
      connection: createConnection(orgId: $orgId, environmentId: $environmentId, slug: "shop", input: { name: "Shop" }) { id }
      group: createGroup(orgId: $orgId, slug: "dba", name: "Database people") { id }
      rule: createRule(orgId: $orgId, rule: { connection: "shop", permissions: ["read"], members: ["group:dba"] }) { id }
    }`,
    { orgId, environmentId },
    cookie,
  );
  return {
    ...company,
    connectionId: data.connection.id,
    groupId: data.group.id,
    ruleId: data.rule.id,
  };
}
