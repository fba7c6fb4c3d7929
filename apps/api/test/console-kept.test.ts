import type { AuditEvent, AuditStatement } from '@postern/core/audit';
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

  it('are one’s own until shared, and then of everybody in the organisation', async () => {
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

  it('are told in another environment only where they are shared', async () => {
    const { createEnvironment } = await must<{ createEnvironment: { id: string } }>(
      api,
      'mutation ($orgId: ID!) { createEnvironment(orgId: $orgId, slug: "staging", name: "Staging") { id } }',
      { orgId: company.orgId },
      company.cookie,
    );
    const staging = await enrolAgent(api, { ...company, environmentId: createEnvironment.id });
    const { id } = (await agent.send('POST', PATHS.saveQuery, of(samId, query))).body;
    expect(await list(staging, samId)).toEqual([]);
    const hidden = await staging.send('POST', PATHS.deleteQuery, of(samId, { id }));
    expect(hidden.body.error.code).toBe('saved_query.not_found');

    await agent.send('POST', PATHS.saveQuery, of(samId, { ...query, id, isShared: true }));
    expect(await list(staging, miaId)).toMatchObject([{ id, isOwn: false, owner: sam.email }]);
    expect(await list(staging, samId)).toMatchObject([{ id, isOwn: true }]);
    const theirs = await staging.send('POST', PATHS.deleteQuery, of(miaId, { id }));
    expect(theirs.body.error.code).toBe('saved_query.not_found');
    expect((await staging.send('POST', PATHS.deleteQuery, of(samId, { id }))).status).toBe(200);
    expect(await list(agent, samId)).toEqual([]);
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

describe('the history of what a person ran at consoles', () => {
  const history = async (peer: AgentPeer, personId: string, more: object = {}) =>
    (await peer.send('POST', PATHS.history, of(personId, { words: [], ...more }))).body;
  const texts = (body: { statements: { sql: string }[] }) => body.statements.map(({ sql }) => sql);
  const ran = (text: string, more: Partial<AuditEvent> = {}): Partial<AuditEvent> => ({
    ...{ id: uuidv7(), path: 'console', actor: { type: 'user', id: samId, label: sam.email } },
    connection: { id: 'c1', slug: 'shop' },
    statement: { text, bytes: text.length, sha256: '0', truncated: false, kinds: ['SELECT'] },
    ...more,
  });

  it('is their own, of consoles only, newest first, as the audit trail has it', async () => {
    const failed = ran('select * from nowhere', { at: '2026-11-22T08:00:03.000Z' });
    const secret: Partial<AuditEvent> = ran("alter role bob password '***'", {
      at: '2026-11-22T08:00:02.000Z',
    });
    secret.statement = { ...(secret.statement as AuditStatement), redacted: ['secrets'], truncated: true };
    const why = 'you may not write in `shop`';
    await agent.push(
      agent.record(
        ran('delete from orders', { at: '2026-11-22T08:00:01.000Z', decision: 'denied', reason: why }),
        ran('from psql', { path: 'wire' }),
        ran('of Mia', { actor: { type: 'user', id: miaId, label: mia.email } }),
        secret,
        failed,
        {
          ...ran(''),
          kind: 'statement.finished',
          intentId: failed.id as string,
          outcome: { status: 'failed', rows: null, durationMs: 2, sqlstate: '42P01' },
        },
      ),
    );
    const found = await history(agent, samId);
    expect(found).toMatchObject({
      next: null,
      statements: [
        { sql: 'select * from nowhere', outcome: { status: 'failed', sqlstate: '42P01', durationMs: 2 } },
        { sql: "alter role bob password '***'", isRedacted: true, isShortened: true, outcome: null },
        { sql: 'delete from orders', decision: 'denied', reason: why, connection: 'shop' },
      ],
    });
    expect(texts(await history(agent, miaId))).toEqual(['of Mia']);
    const words = (...all: string[]) => history(agent, samId, { words: all });
    expect(texts(await words('SHOP', 'orders'))).toEqual(['delete from orders']);
    expect(texts(await words('may not write'))).toEqual(['delete from orders']);
    expect(texts(await words('%'))).toEqual([]);
  });

  it('comes in pages that neither repeat nor leave out', async () => {
    const statements = Array.from({ length: 120 }, (_, n) =>
      // Several in one millisecond.
      ran(`select ${n}`, { at: new Date(Date.UTC(2026, 9, 1, 0, 0, 0, n >> 2)).toISOString() }),
    );
    await agent.push(agent.record(...statements));
    const seen: string[] = [];
    let after: object | null | undefined;
    do {
      const page = await history(agent, samId, { words: ['select'], ...(after ? { after } : {}) });
      seen.push(...texts(page));
      after = page.next;
    } while (after);
    expect(seen.filter((text) => /^select \d+$/.test(text))).toHaveLength(120);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('is nothing to agents of another organisation or environment, or for people of another', async () => {
    expect((await history(stranger, samId)).error.code).toBe('member.not_found');
    const { createEnvironment } = await must<{ createEnvironment: { id: string } }>(
      api,
      'mutation ($orgId: ID!) { createEnvironment(orgId: $orgId, slug: "elsewhere", name: "Elsewhere") { id } }',
      { orgId: company.orgId },
      company.cookie,
    );
    const elsewhere = await enrolAgent(api, { ...company, environmentId: createEnvironment.id });
    expect(await history(elsewhere, samId)).toEqual({ statements: [], next: null });
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
