import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SystemDb } from '../src/tenancy/system-db.js';
import { startTestApp, type TestApp } from './app.js';
import { signUpCompany } from './company.js';

let api: TestApp;
beforeAll(async () => {
  api = await startTestApp();
});
afterAll(() => api.close());

const post = (payload: string, headers: Record<string, string>) =>
  api.app.inject({ method: 'POST', url: '/graphql', headers, payload });
const json = { 'content-type': 'application/json' };
const viewer = JSON.stringify({ query: '{ viewer { user { id } } }' });

describe('the http edge', () => {
  it('is healthy when both database roles answer', async () => {
    const answer = await api.app.inject({ method: 'GET', url: '/healthz' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ status: 'ok' });
  });

  it('is not healthy when the database is away, and says nothing of why', async () => {
    const away = vi.spyOn(api.app.get(SystemDb), 'query').mockRejectedValue(new Error('secret-host:5432'));
    const answer = await api.app.inject({ method: 'GET', url: '/healthz' });
    away.mockRestore();
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret-host');
  });

  it('answers unknown addresses in the protocol’s form', async () => {
    const answer = await api.app.inject({ method: 'GET', url: '/nothing' });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({
      error: { code: 'input.invalid', message: 'there is nothing at this address' },
    });
  });

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 415],
    ['text, which a form can send', 'text/plain', 415],
    ['the other GraphQL type', 'application/graphql', 415],
    ['json', 'application/json; charset=utf-8', 200],
  ])('takes GraphQL as JSON only: %s', async (_, type, status) => {
    expect((await post(viewer, { 'content-type': type })).statusCode).toBe(status);
  });

  it.each([
    ['none', undefined, 200],
    ['the web app', 'http://127.0.0.1:3000', 200],
    ['its own', 'http://localhost:80', 200],
    ['another site', 'https://evil.example', 403],
    ['a sandboxed page', 'null', 403],
  ])('takes GraphQL from our own pages only: origin %s', async (_, origin, status) => {
    const headers = { ...json, ...(origin === undefined ? {} : { origin }) };
    expect((await post(viewer, headers)).statusCode).toBe(status);
  });

  it('answers POST only', async () => {
    const answer = await api.app.inject({
      method: 'GET',
      url: '/graphql?query={viewer{user{id}}}',
      headers: json,
    });
    expect(answer.statusCode).toBe(405);
  });
});

describe('graphql errors', () => {
  const manyAliases = Array.from({ length: 20 }, (_, i) => `a${i}: viewer { user { id } }`).join(' ');

  it.each([
    ['a syntax error', JSON.stringify({ query: '{ viewer {' })],
    ['an unknown field', JSON.stringify({ query: '{ nothing }' })],
    ['a missing variable', JSON.stringify({ query: 'query ($orgId: ID!) { org(orgId: $orgId) { id } }' })],
    [
      'a value of the wrong type',
      JSON.stringify({ query: '{ members(orgId: "x", first: "many") { totalCount } }' }),
    ],
    ['too many aliases', JSON.stringify({ query: `{ ${manyAliases} }` })],
    ['no document', JSON.stringify({ query: '' })],
    ['a batch', JSON.stringify([{ query: '{ viewer { user { id } } }' }])],
    ['broken JSON', '{"query": '],
    ['an empty body', ''],
    ['no object', '"query"'],
  ])('of %s are `input.invalid`, status 400', async (_, payload) => {
    const answer = await post(payload, json);
    const body = answer.json<{ data: null; errors: { message: string; extensions: { code: string } }[] }>();
    expect(body.data).toBeNull();
    expect(body.errors.map((error) => error.extensions.code)).toEqual(body.errors.map(() => 'input.invalid'));
    expect(body.errors.length).toBeGreaterThan(0);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toMatch(/node_modules|at .*\.js|MER_ERR|FST_ERR/);
  });

  it('refuses documents that cost or nest too much', async () => {
    const list = 'groups(orgId: "x", first: 200) { edges { node { members { id email name } } } }';
    const costly = `{ ${Array.from({ length: 14 }, (_, i) => `m${i}: ${list}`).join(' ')} }`;
    const tooDeep = `{ __schema { types { ${'fields { type { '.repeat(7)} name ${'} } '.repeat(7)} } } }`;
    for (const query of [costly, tooDeep]) {
      const answer = await api.graphql(query);
      expect(answer.errors[0]?.extensions.code).toBe('input.invalid');
      expect(answer.data).toBeNull();
    }
  });

  it('hides what broke and names the request', async () => {
    const { cookie, orgId } = await signUpCompany(api, 'broken');
    await api.database.owner.query('revoke select on environment from postern_app');
    const answer = await api.graphql(
      'query ($orgId: ID!) { environments(orgId: $orgId) { id } }',
      { orgId },
      cookie,
    );
    await api.database.owner.query('grant select on environment to postern_app');
    expect(answer.status).toBe(200);
    expect(answer.errors).toEqual([
      {
        message: 'something went wrong on our side; it has been logged',
        locations: expect.anything(),
        path: ['environments'],
        extensions: { code: 'internal', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      },
    ]);
  });

  it('answers a document above the body limit with 413', async () => {
    const answer = await post(JSON.stringify({ query: ' '.repeat(1_100_000) }), json);
    expect(answer.statusCode).toBe(413);
    expect(answer.body).not.toMatch(/FST_ERR/);
  });
});
