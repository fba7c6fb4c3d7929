import { createHash, randomBytes } from 'node:crypto';
import { PATHS } from '@postern/protocol/version';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgentPeer } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, enrolAgent, enrolmentToken, signUpCompany } from './company.js';
import { seedMember } from './seed.js';

const CALLBACK = 'http://console.example.test:7070/auth/callback';
const AUTHORIZE = `mutation ($agentId: ID!, $redirectUri: String!, $codeChallenge: String!, $state: String!) {
  authorizeConsole(agentId: $agentId, redirectUri: $redirectUri, codeChallenge: $codeChallenge, state: $state) }`;

let api: TestApp;
let acme: Company;
let rival: Company;
let peer: AgentPeer;
let signingKeys: { keys: [] };
beforeAll(async () => {
  api = await startTestApp();
  acme = await signUpCompany(api, 'acme');
  rival = await signUpCompany(api, 'rival');
  peer = await AgentPeer.create(api.app);
  const { body } = await peer.enrol(await enrolmentToken(api, acme));
  signingKeys = { keys: body.signingKeys };
});
afterAll(() => api.close());

const verifier = randomBytes(32).toString('base64url');
const codeChallenge = createHash('sha256').update(verifier).digest('base64url');

async function authorize(more: Record<string, unknown> = {}, cookie = acme.cookie) {
  const answer = await api.graphql<{ authorizeConsole: string }>(
    AUTHORIZE,
    { agentId: peer.agentId, redirectUri: CALLBACK, codeChallenge, state: 'a&b=c', ...more },
    cookie,
  );
  return { url: answer.data?.authorizeConsole, code: answer.errors[0]?.extensions.code };
}

async function newCode(more: Record<string, unknown> = {}): Promise<string> {
  const { url = '' } = await authorize(more);
  return new URL(url).searchParams.get('code') ?? '';
}

const trade = (who: AgentPeer, code: string, more: Record<string, unknown> = {}) =>
  who.send('POST', PATHS.consoleToken, { code, codeVerifier: verifier, redirectUri: CALLBACK, ...more });

describe('signing in to a console', () => {
  it('ends with a token that says who it is, for this agent alone', async () => {
    const { url = '' } = await authorize();
    const back = new URL(url);
    expect(back.origin + back.pathname).toBe(CALLBACK);
    expect(back.searchParams.get('state')).toBe('a&b=c');
    const answer = await trade(peer, back.searchParams.get('code') ?? '');
    expect(answer.status).toBe(200);
    const { payload } = await jwtVerify(answer.body.token, createLocalJWKSet(signingKeys), {
      algorithms: ['EdDSA'],
      issuer: 'postern',
      audience: peer.agentId,
    });
    expect(payload).toMatchObject({
      sub: acme.userId,
      email: acme.email,
      name: 'Olive Owner',
      org: acme.orgId,
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
  });

  it('works once', async () => {
    const code = await newCode();
    const answers = await Promise.all([trade(peer, code), trade(peer, code), trade(peer, code)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400, 400]);
    const newest = (await auditTrail(api, acme.orgId)).slice(0, 2);
    for (const event of newest) expect(event).toMatchObject({ kind: 'access.refused', decision: 'denied' });
  });

  it.each([
    ['another verifier', { codeVerifier: 'x'.repeat(43) }],
    ['another redirect', { redirectUri: 'http://console.example.test:7070/auth/other' }],
  ])('refuses %s, and uses the code up', async (_, more) => {
    const code = await newCode();
    expect((await trade(peer, code, more)).body.error.code).toBe('auth.code_invalid');
    expect((await trade(peer, code)).body.error.code).toBe('auth.code_invalid');
  });

  it('refuses an expired code', async () => {
    const code = await newCode();
    await api.database.owner.query("update console_code set expires_at = now() - interval '1 second'");
    expect((await trade(peer, code)).body.error.code).toBe('auth.code_invalid');
  });

  it('refuses the code to another agent of the same organisation, and of another one', async () => {
    const sibling = await enrolAgent(api, acme);
    const stranger = await enrolAgent(api, rival);
    for (const thief of [sibling, stranger])
      expect((await trade(thief, await newCode())).body.error.code).toBe('auth.code_invalid');
  });

  it('refuses the code of a person who has left meanwhile', async () => {
    await seedMember(api.database.owner, acme.orgId, rival.userId, 'member');
    const { url = '' } = await authorize({}, rival.cookie);
    await api.database.owner.query('delete from membership where org_id = $1 and user_id = $2', [
      acme.orgId,
      rival.userId,
    ]);
    const code = new URL(url).searchParams.get('code') ?? '';
    expect((await trade(peer, code)).body.error.code).toBe('auth.code_invalid');
  });

  it('keeps codes as hashes only', async () => {
    const code = await newCode();
    const { rows } = await api.database.owner.query('select * from console_code');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(code);
  });

  it.each([
    ['another path', { redirectUri: 'http://console.example.test:7070/auth/callback/x' }],
    ['another host', { redirectUri: 'http://evil.test/auth/callback' }],
    ['a query of its own', { redirectUri: `${CALLBACK}?x=1` }],
  ])('never returns to %s', async (_, more) => {
    expect((await authorize(more)).code).toBe('auth.redirect_not_allowed');
  });

  it.each([
    ['no challenge', { codeChallenge: '' }],
    ['a plain challenge', { codeChallenge: 'plain' }],
    ['no state', { state: '' }],
  ])('wants more than %s', async (_, more) => {
    expect((await authorize(more)).code).toBe('input.invalid');
  });

  it('is for members of the organisation; to others the agent does not exist', async () => {
    expect((await authorize({}, rival.cookie)).code).toBe('agent.not_found');
    expect((await authorize({ agentId: acme.userId })).code).toBe('agent.not_found');
    expect((await authorize({ agentId: 'nonsense' })).code).toBe('agent.not_found');
    expect((await authorize({}, '')).code).toBe('auth.required');
  });

  it('is not possible through a revoked agent', async () => {
    const doomed = await enrolAgent(api, acme);
    const ask = () => authorize({ agentId: doomed.agentId });
    expect((await ask()).url).toContain('code=');
    await api.graphql(
      'mutation ($o: ID!, $id: ID!) { revokeAgent(orgId: $o, id: $id) { id } }',
      { o: acme.orgId, id: doomed.agentId },
      acme.cookie,
    );
    await expect.poll(async () => (await ask()).code, { timeout: 5_000 }).toBe('agent.not_found');
  });
});
