import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.js';
import { type Company, enrolAgent, signUpCompany } from './company.js';

let api: TestApp;
let company: Company;
beforeAll(async () => {
  api = await startTestApp();
  company = await signUpCompany(api, 'counting');
});
afterAll(() => api.close());

/** Statements that this process sends to PostgreSQL while `work` runs. */
async function statementsDuring(work: () => Promise<unknown>): Promise<number> {
  const original = pg.Client.prototype.query;
  let sent = 0;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    sent += 1;
    return Reflect.apply(original, this, args);
  } as typeof original;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = original;
  }
  return sent;
}

const LISTS: Record<string, string> = {
  agents: `query ($orgId: ID!) { agents(orgId: $orgId) { totalCount edges { node {
    id isCurrent environment { id agentCount enforcedCount enforcedAt connectionCount } connections { slug } } } } }`,
  enrolmentTokens: `query ($orgId: ID!) { enrolmentTokens(orgId: $orgId) { id environment { id agentCount } } }`,
  auditEvents: `query ($orgId: ID!) { auditEvents(orgId: $orgId, filter: { kind: "statement.decided" }) {
    edges { node { id outcome { status } } } } }`,
  environments:
    'query ($orgId: ID!) { environments(orgId: $orgId) { id agentCount enforcedCount enforcedAt } }',
  connections:
    'query ($orgId: ID!) { connections(orgId: $orgId) { edges { node { slug health healthDetail } } } }',
};

describe('a list takes as many statements for many rows as for few', () => {
  const count = async (query: string): Promise<{ statements: number; size: number }> => {
    let size = 0;
    const statements = await statementsDuring(async () => {
      const answer = await api.graphql(query, { orgId: company.orgId }, company.cookie);
      expect(answer.errors).toEqual([]);
      size = JSON.stringify(answer.data).length;
    });
    return { statements, size };
  };
  const grow = async (name: string, n: number) => {
    const environment = await api.graphql<{ createEnvironment: { id: string } }>(
      'mutation ($orgId: ID!, $slug: String!) { createEnvironment(orgId: $orgId, slug: $slug, name: $slug) { id } }',
      { orgId: company.orgId, slug: name },
      company.cookie,
    );
    const environmentId = environment.data?.createEnvironment.id ?? '';
    for (let i = 0; i < n; i++) {
      const peer = await enrolAgent(api, { ...company, environmentId }, { name: `${name} ${i}` });
      await peer.push(peer.record({}, {}));
      await api.graphql(
        `mutation ($orgId: ID!, $environmentId: ID!, $slug: String!) {
          createConnection(orgId: $orgId, environmentId: $environmentId, slug: $slug, input: { name: "x" }) { id } }`,
        { orgId: company.orgId, environmentId, slug: `${name}-${i}` },
        company.cookie,
      );
    }
  };

  it('for every list of agents, tokens, events, environments and connections', async () => {
    await grow('few', 2);
    for (const query of Object.values(LISTS)) for (let i = 0; i < 3; i++) await count(query); // compiled once
    const few = new Map<string, { statements: number; size: number }>();
    for (const [name, query] of Object.entries(LISTS)) few.set(name, await count(query));
    for (const [name, { statements }] of few) expect(statements, name).toBeGreaterThan(3);
    await grow('many', 8);
    await grow('more', 1);
    for (const [name, query] of Object.entries(LISTS)) {
      const many = await count(query);
      expect(many.size, name).toBeGreaterThan(few.get(name)?.size ?? 0);
      expect(many.statements, name).toBe(few.get(name)?.statements);
    }
  });
});
