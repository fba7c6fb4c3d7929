import { AgentPeer } from './agent-peer.js';
import type { TestApp } from './app.js';

/** A company made through the API, as its owner would. */
export interface Company {
  cookie: string;
  orgId: string;
  userId: string;
  email: string;
  environmentId: string;
}

export async function signUpCompany(api: TestApp, name: string): Promise<Company> {
  const email = `owner@${name}.test`;
  const answer = await api.graphql<{
    signUp: { user: { id: string }; memberships: { org: { id: string } }[] };
  }>(
    `mutation ($email: String!, $orgName: String!) {
      signUp(email: $email, name: "Olive Owner", password: "correct horse battery", orgName: $orgName) {
        user { id } memberships { org { id } }
      }
    }`,
    { email, orgName: name },
  );
  const orgId = answer.data?.signUp.memberships[0]?.org.id;
  if (!answer.cookie || !orgId || !answer.data) throw new Error(JSON.stringify(answer));
  const { cookie } = answer;
  const environments = await api.graphql<{ environments: { id: string }[] }>(
    'query ($orgId: ID!) { environments(orgId: $orgId) { id } }',
    { orgId },
    cookie,
  );
  const environmentId = environments.data?.environments[0]?.id ?? '';
  return { cookie, orgId, userId: answer.data.signUp.user.id, email, environmentId };
}

export async function enrolmentToken(api: TestApp, company: Company): Promise<string> {
  const answer = await api.graphql<{ createEnrolmentToken: { token: string } }>(
    `mutation ($orgId: ID!, $environmentId: ID!) {
      createEnrolmentToken(orgId: $orgId, environmentId: $environmentId, name: "db host 1") { token enrolmentToken { id } }
    }`,
    company as unknown as Record<string, unknown>,
    company.cookie,
  );
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.createEnrolmentToken.token;
}

export async function enrolAgent(api: TestApp, company: Company, more = {}): Promise<AgentPeer> {
  const peer = await AgentPeer.create(api.app);
  const answer = await peer.enrol(await enrolmentToken(api, company), more);
  if (answer.status !== 201) throw new Error(answer.text);
  return peer;
}

/** Kinds of the organisation's audit events, newest first, with what a test may want to see. */
export async function auditTrail(api: TestApp, orgId: string) {
  const { rows } = await api.database.owner.query(
    'select kind, actor_label, decision, event from audit_event where org_id = $1 order by at desc, id desc',
    [orgId],
  );
  return rows as {
    kind: string;
    actor_label: string;
    decision: string | null;
    event: Record<string, unknown>;
  }[];
}
