import { PATHS } from '@postern/protocol/version';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentPeer, type Tampering } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, enrolAgent, enrolmentToken, signUpCompany } from './company.js';
import { eventually } from './seed.js';

let api: TestApp;
let acme: Company;
let rival: Company;
beforeAll(async () => {
  api = await startTestApp();
  acme = await signUpCompany(api, 'acme');
  rival = await signUpCompany(api, 'rival');
});
afterAll(() => api.close());

describe('enrolment', () => {
  it('trades a token for an identity, once', async () => {
    const token = await enrolmentToken(api, acme);
    const peer = await AgentPeer.create(api.app);
    const answer = await peer.enrol(token);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      orgId: acme.orgId,
      environmentId: acme.environmentId,
      authorizeUrl: 'http://127.0.0.1:3000/authorize',
      signingKeys: [{ kty: 'OKP', crv: 'Ed25519' }],
    });
    expect(JSON.stringify(answer.body.signingKeys)).not.toContain('"d"');
    expect((await peer.heartbeat()).status).toBe(200);
    const again = await (await AgentPeer.create(api.app)).enrol(token);
    expect(again).toMatchObject({ status: 401, body: { error: { code: 'agent.token_invalid' } } });
  });

  it('gives a token to one of two agents that use it at the same time', async () => {
    const token = await enrolmentToken(api, acme);
    const peers = await Promise.all([1, 2, 3, 4].map(() => AgentPeer.create(api.app)));
    const answers = await Promise.all(peers.map((peer) => peer.enrol(token)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 401, 401, 401]);
  });

  it('refuses an expired token', async () => {
    const token = await enrolmentToken(api, acme);
    await api.database.owner.query("update enrolment_token set expires_at = now() - interval '1 second'");
    const answer = await (await AgentPeer.create(api.app)).enrol(token);
    expect(answer.body.error.code).toBe('agent.token_invalid');
  });

  it('refuses a key that the agent does not hold, and keeps the token good', async () => {
    const token = await enrolmentToken(api, acme);
    const peer = await AgentPeer.create(api.app);
    const thief = await AgentPeer.create(api.app);
    const { proof } = await thief.enrolMessage(token);
    expect((await peer.enrol(token, { proof })).body.error.code).toBe('agent.unauthenticated');
    const other = await peer.enrolMessage('pet_another');
    expect((await peer.enrol(token, { proof: other.proof })).body.error.code).toBe('agent.unauthenticated');
    expect((await peer.enrol(token)).status).toBe(201);
  });

  it.each([
    ['another protocol version', { protocolVersion: 2 }, 'agent.unsupported_version'],
    ['a console URL that is no address', { consoleUrl: 'javascript:alert(1)' }, 'input.invalid'],
    ['a console URL that hides another', { consoleUrl: 'https://a.test@b.test' }, 'input.invalid'],
    ['a missing field', { name: undefined }, 'input.invalid'],
    [
      'a key that is none',
      { publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'short' } },
      'agent.unauthenticated',
    ],
  ])('refuses %s', async (_, more, code) => {
    const token = await enrolmentToken(api, acme);
    const answer = await (await AgentPeer.create(api.app)).enrol(token, more);
    expect(answer).toMatchObject({
      status: expect.toSatisfy((n: number) => n < 500),
      body: { error: { code } },
    });
  });

  it('is recorded, without the token', async () => {
    const token = await enrolmentToken(api, acme);
    await (await AgentPeer.create(api.app)).enrol(token);
    const trail = await auditTrail(api, acme.orgId);
    expect(trail.slice(0, 2).map((row) => row.kind)).toEqual(['agent.enrolled', 'enrolment_token.created']);
    expect(JSON.stringify(trail)).not.toContain(token);
    const { rows } = await api.database.owner.query('select * from enrolment_token');
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('refuses to make a token for an environment of another organisation', async () => {
    const answer = await api.graphql(
      'mutation ($o: ID!, $e: ID!) { createEnrolmentToken(orgId: $o, environmentId: $e, name: "x") { token } }',
      { o: acme.orgId, e: rival.environmentId },
      acme.cookie,
    );
    expect(answer.errors[0]?.extensions.code).toBe('environment.not_found');
  });
});

describe('a request of an agent', () => {
  let peer: AgentPeer;
  beforeAll(async () => {
    peer = await enrolAgent(api, acme);
  });

  const now = () => Math.floor(Date.now() / 1000);
  const faults: [string, () => Promise<Tampering>][] = [
    ['for another path', async () => ({ sign: { path: PATHS.audit } })],
    ['for another method', async () => ({ sign: { method: 'GET' } })],
    ['for another body', async () => ({ sign: { body: '{}' } })],
    ['with another key', async () => ({ sign: { key: (await generateKeyPair('EdDSA')).privateKey } })],
    ['in the name of nobody', async () => ({ sign: { kid: '01890000-0000-7000-8000-000000000000' } })],
    ['in the name of something else', async () => ({ sign: { kid: "' or 1=1" } })],
    ['long ago', async () => ({ claims: { iat: now() - 120, exp: now() - 60 } })],
    ['in the future', async () => ({ claims: { iat: now() + 60 } })],
    ['for too long', async () => ({ claims: { exp: now() + 3600 } })],
    ['for another audience', async () => ({ claims: { aud: 'postern-enrol' } })],
    ['by another issuer', async () => ({ claims: { iss: 'somebody' } })],
    ['with no token', async () => ({ headers: { authorization: '' } })],
    ['with no JWT', async () => ({ headers: { authorization: 'Bearer abc' } })],
    ['unsigned', async () => ({ headers: { authorization: `Bearer ${unsigned(peer.agentId)}` } })],
  ];

  it.each(faults)('signed %s is refused', async (_, tampering) => {
    const answer = await peer.send('POST', PATHS.heartbeat, { agentVersion: 'x' }, await tampering());
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'agent.unauthenticated' } } });
  });

  it('may come from a clock that is a little off', async () => {
    for (const iat of [now() - 70, now() + 25]) {
      const answer = await peer.send('GET', PATHS.policy, undefined, { claims: { iat } });
      expect(answer.status).not.toBe(401);
    }
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['nothing', ''],
    ['a wrong type', '{"agentVersion":1}'],
    ['a poisoned prototype', '{"__proto__":{"x":1}}'],
  ])('with %s is answered with a typed error', async (_, body) => {
    const answer = await peer.send('POST', PATHS.heartbeat, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'input.invalid' } } });
    expect(answer.text).not.toMatch(/at .*\.js|prisma|select /i);
  });

  it('names the field that is wrong', async () => {
    const answer = await peer.heartbeat({ connections: [{ slug: 'shop', status: 'great' }] });
    expect(answer.body.error.field).toBe('connections.0.status');
  });

  it('may hold fields that this api does not know yet', async () => {
    expect((await peer.heartbeat({ mood: 'good' })).status).toBe(200);
  });
});

describe('heartbeats', () => {
  const AGENTS = `query ($orgId: ID!) {
    agents(orgId: $orgId) { totalCount edges { node {
      id name status policyVersion isCurrent spoolDepth rssBytes lastSeenAt environment { id slug }
      connections { slug status detail } } } }
    environments(orgId: $orgId) { policyVersion agentCount enforcedCount enforcedAt }
    connections(orgId: $orgId) { edges { node { slug health healthDetail } } }
  }`;
  let company: Company;
  let one: AgentPeer;
  let two: AgentPeer;
  // biome-ignore lint/suspicious/noExplicitAny: looked into by expectations
  const read = async (): Promise<any> =>
    (await api.graphql(AGENTS, { orgId: company.orgId }, company.cookie)).data;

  beforeAll(async () => {
    company = await signUpCompany(api, 'beats');
    one = await enrolAgent(api, company);
    two = await enrolAgent(api, company, { name: 'agent two' });
    const made = await api.graphql(
      `mutation ($orgId: ID!, $environmentId: ID!) {
        createConnection(orgId: $orgId, environmentId: $environmentId, slug: "shop", input: { name: "Shop" }) { id } }`,
      { orgId: company.orgId, environmentId: company.environmentId },
      company.cookie,
    );
    expect(made.errors).toEqual([]);
    await api.database.owner.query('update environment set policy_version = 7 where id = $1', [
      company.environmentId,
    ]);
  });

  it('an agent that never sent one is offline', async () => {
    const data = await read();
    expect(data.agents.totalCount).toBe(2);
    expect(data.agents.edges.map((edge: { node: { status: string } }) => edge.node.status)).toEqual([
      'OFFLINE',
      'OFFLINE',
    ]);
    expect(data.connections.edges[0].node).toEqual({ slug: 'shop', health: 'unknown', healthDetail: null });
  });

  it('tell what is enforced, where, and how the databases are', async () => {
    const policyEnforcedAt = '2026-11-21T10:00:00.000Z';
    const beat = (status: string, detail: string) => ({
      policyVersion: 7,
      policyEnforcedAt,
      spoolDepth: 3,
      connections: [{ slug: 'shop', status, detail }],
    });
    expect((await one.heartbeat(beat('ok', 'fine'))).body).toEqual({ policyVersion: 7 });
    let data = await read();
    expect(data.environments[0]).toEqual({
      policyVersion: 7,
      agentCount: 2,
      enforcedCount: 1,
      enforcedAt: null,
    });
    expect(data.connections.edges[0].node).toMatchObject({ health: 'ok', healthDetail: 'fine' });
    await two.heartbeat({
      ...beat('down', 'nul \0 and half \ud800'),
      policyEnforcedAt: '2026-11-21T10:00:01.000Z',
    });
    data = await read();
    expect(data.environments[0]).toMatchObject({ enforcedCount: 2, enforcedAt: '2026-11-21T10:00:01.000Z' });
    expect(data.connections.edges[0].node).toMatchObject({ health: 'down' });
    const node = data.agents.edges.find(
      (edge: { node: { id: string } }) => edge.node.id === one.agentId,
    ).node;
    expect(node).toMatchObject({
      status: 'ONLINE',
      isCurrent: true,
      spoolDepth: 3,
      rssBytes: 50_000_000,
      connections: [{ slug: 'shop', status: 'ok', detail: 'fine' }],
      environment: { slug: 'production' },
    });
  });

  it('that stopped coming leave an agent offline and its word unheard', async () => {
    await api.database.owner.query(
      "update agent set last_seen_at = now() - interval '46 seconds' where id = $1",
      [two.agentId],
    );
    const data = await read();
    expect(data.connections.edges[0].node).toMatchObject({ health: 'ok' });
    await api.database.owner.query("update agent set last_seen_at = now() - interval '46 seconds'");
    expect((await read()).connections.edges[0].node).toMatchObject({ health: 'unknown' });
  });
});

describe('a revoked agent', () => {
  it('is refused at once, shown as revoked and recorded', async () => {
    const peer = await enrolAgent(api, acme, { name: 'to be revoked' });
    expect((await peer.heartbeat()).status).toBe(200); // its identity is in the cache now
    const revoke = () =>
      api.graphql<{ revokeAgent: { status: string } }>(
        'mutation ($o: ID!, $id: ID!) { revokeAgent(orgId: $o, id: $id) { status } }',
        { o: acme.orgId, id: peer.agentId },
        acme.cookie,
      );
    expect((await revoke()).data?.revokeAgent.status).toBe('REVOKED');
    await eventually('the revocation to arrive', async () => (await peer.heartbeat()).status === 401, 3_000);
    const answer = await peer.heartbeat();
    expect(answer.body.error.code).toBe('agent.revoked');
    for (const path of [PATHS.policy, PATHS.stream])
      expect((await peer.send('GET', path)).body.error.code).toBe('agent.revoked');
    expect((await peer.push(peer.record({}))).body.error.code).toBe('agent.revoked');
    await revoke();
    const trail = (await auditTrail(api, acme.orgId)).filter(({ event }) =>
      JSON.stringify(event).includes(peer.agentId),
    );
    expect(trail.map((row) => row.kind).sort()).toEqual([
      'agent.enrolled',
      'agent.request_refused',
      'agent.revoked',
    ]);
  });

  it('of another organisation cannot be revoked', async () => {
    const peer = await enrolAgent(api, rival);
    const answer = await api.graphql(
      'mutation ($o: ID!, $id: ID!) { revokeAgent(orgId: $o, id: $id) { status } }',
      { o: acme.orgId, id: peer.agentId },
      acme.cookie,
    );
    expect(answer.errors[0]?.extensions.code).toBe('agent.not_found');
    expect((await peer.heartbeat()).status).toBe(200);
  });
});

function unsigned(kid: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', kid })}.${part({ iss: kid })}.`;
}
