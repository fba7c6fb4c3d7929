import { PATHS } from '@postern/protocol/version';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentPeer } from './agent-peer.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, enrolAgent, signUpCompany } from './company.js';
import { join, must, type TestPerson } from './people.js';

let api: TestApp;
let company: Company;
let agent: AgentPeer;
let stranger: AgentPeer;
let sam: TestPerson;
let mia: TestPerson;
let samId: string;
let miaId: string;

beforeAll(async () => {
  api = await startTestApp();
  company = await signUpCompany(api, 'kept');
  agent = await enrolAgent(api, company);
  stranger = await enrolAgent(api, await signUpCompany(api, 'strangers'));
  sam = await join(api, company, 'sam', 'member');
  mia = await join(api, company, 'mia', 'member');
  [samId, miaId] = [sam.userId, mia.userId];
  await must(
    api,
    `mutation ($orgId: ID!, $environmentId: ID!) {
      createConnection(orgId: $orgId, environmentId: $environmentId, slug: "shop", input: { name: "Shop" }) { id }
    }`,
    { orgId: company.orgId, environmentId: company.environmentId },
    company.cookie,
  );
});
afterAll(() => api.close());

const of = (personId: string, more: object = {}) => ({ personId, ...more });
const query = {
  folder: ' reports / ',
  name: 'Revenue',
  connection: 'shop',
  sql: 'select 1',
  isShared: false,
};

describe('queries kept for people at a console', () => {
  const list = async (peer: AgentPeer, personId: string) =>
    (await peer.send('POST', PATHS.savedQueries, of(personId))).body.queries;

  it('are one’s own until shared, and then of everybody in the environment', async () => {
    const saved = await agent.send('POST', PATHS.saveQuery, of(samId, query));
    expect(saved.status).toBe(200);
    expect(await list(agent, samId)).toMatchObject([{ folder: 'reports', name: 'Revenue', isOwn: true }]);
    expect(await list(agent, miaId)).toEqual([]);
    await agent.send('POST', PATHS.saveQuery, of(samId, { ...query, id: saved.body.id, isShared: true }));
    expect(await list(agent, miaId)).toMatchObject([{ name: 'Revenue', isOwn: false, owner: sam.email }]);

    for (const [path, body] of [
      [PATHS.saveQuery, { ...query, id: saved.body.id, name: 'Stolen' }],
      [PATHS.deleteQuery, { id: saved.body.id }],
    ] as const) {
      const refused = await agent.send('POST', path, of(miaId, body));
      expect([refused.status, refused.body.error.code]).toEqual([404, 'saved_query.not_found']);
    }
    const taken = await agent.send('POST', PATHS.saveQuery, of(samId, { ...query, folder: 'reports' }));
    expect([taken.status, taken.body.error.code]).toEqual([409, 'saved_query.name_taken']);

    await agent.send('POST', PATHS.deleteQuery, of(samId, { id: saved.body.id }));
    expect(await list(agent, samId)).toEqual([]);
    const kinds = (await auditTrail(api, company.orgId)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('saved_query.')).sort()).toEqual([
      'saved_query.deleted',
      'saved_query.saved',
      'saved_query.saved',
    ]);
  });

  it('are nothing to agents of another organisation, or for people of another', async () => {
    await agent.send('POST', PATHS.saveQuery, of(samId, { ...query, isShared: true }));
    for (const path of [PATHS.savedQueries, PATHS.administrators]) {
      const refused = await stranger.send('POST', path, of(samId));
      expect([refused.status, refused.body.error.code]).toEqual([404, 'member.not_found']);
    }
    const nobody = await agent.send('POST', PATHS.savedQueries, of(uuidv7()));
    expect(nobody.body.error.code).toBe('member.not_found');
  });
});

describe('asking for access', () => {
  const wanted = { connection: 'shop', permissions: ['write', 'ddl'], reason: 'a refund' };
  const requests = async (isOpen = true) =>
    (
      await must<{
        accessRequests: { id: string; permissions: string[]; personEmail: string; outcome: string }[];
      }>(
        api,
        'query ($orgId: ID!, $isOpen: Boolean!) { accessRequests(orgId: $orgId, isOpen: $isOpen) { id permissions personEmail reason outcome } }',
        { orgId: company.orgId, isOpen },
        company.cookie,
      )
    ).accessRequests;

  it('tells who may give it', async () => {
    const answer = await agent.send('POST', PATHS.administrators, of(samId));
    expect(answer.body.administrators).toEqual([{ name: 'Olive Owner', email: company.email }]);
  });

  it('is one request however often it is asked, and is answered once', async () => {
    const first = await agent.send('POST', PATHS.accessRequests, of(samId, wanted));
    expect(first.body).toMatchObject({ isNew: true });
    const again = await Promise.all(
      [1, 2, 3].map(() => agent.send('POST', PATHS.accessRequests, of(samId, wanted))),
    );
    for (const { body } of again) expect(body).toEqual({ id: first.body.id, isNew: false });
    expect(await requests()).toMatchObject([
      { permissions: ['write', 'ddl'], personEmail: sam.email, reason: 'a refund' },
    ]);

    const close = `mutation ($orgId: ID!, $id: ID!) { closeAccessRequest(orgId: $orgId, id: $id, outcome: GRANTED) { outcome } }`;
    const variables = { orgId: company.orgId, id: first.body.id };
    await must(api, close, variables, company.cookie);
    const twice = await api.graphql(close, variables, company.cookie);
    expect(twice.errors[0]?.extensions?.code).toBe('access_request.closed');
    expect(await requests()).toEqual([]);
    expect(await requests(false)).toMatchObject([{ outcome: 'GRANTED' }]);
    expect((await agent.send('POST', PATHS.accessRequests, of(samId, wanted))).body.isNew).toBe(true);
    const kinds = (await auditTrail(api, company.orgId)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['access_request.created', 'access_request.closed']));
  });

  it.each([
    ['a connection of nowhere', { connection: 'nothing' }, 'connection.not_found'],
    ['no permission', { permissions: [] }, 'input.invalid'],
    ['a permission of nobody', { permissions: ['fly'] }, 'input.invalid'],
  ])('refuses %s', async (_, change, code) => {
    const answer = await agent.send('POST', PATHS.accessRequests, of(samId, { ...wanted, ...change }));
    expect(answer.body.error.code).toBe(code);
  });
});
