import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, relay } from '../src/graphql/relay';

let api: Server;
let url: string;
let seen: { headers: IncomingMessage['headers']; body: string } | undefined;

beforeAll(async () => {
  api = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen = { headers: request.headers, body };
    response.setHeader('set-cookie', ['postern_session=1; HttpOnly', 'other=2']);
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-internal', 'not for browsers');
    response.end('{"data":{"viewer":null}}');
  });
  await new Promise<void>((done) => api.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((done) => api.close(done)));

const post = (body: string, headers: Record<string, string> = {}) =>
  new Request('http://web.example/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

describe('GraphQL through the web app', () => {
  it('hands over cookie, body and where it came from, and both cookies back', async () => {
    const answer = await relay(
      post('{"query":"{viewer{user{id}}}"}', {
        cookie: 'postern_session=1',
        'x-forwarded-for': '10.1.2.3',
        authorization: 'x',
      }),
      url,
    );
    expect(await answer.json()).toEqual({ data: { viewer: null } });
    expect(answer.headers.getSetCookie()).toEqual(['postern_session=1; HttpOnly', 'other=2']);
    expect(answer.headers.get('x-internal')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(seen?.body).toBe('{"query":"{viewer{user{id}}}"}');
    expect(seen?.headers).toMatchObject({ cookie: 'postern_session=1', 'x-forwarded-for': '10.1.2.3' });
    expect(seen?.headers.authorization).toBeUndefined();
  });

  it('answers a typed error when the api is down', async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    const answer = await relay(post('{}'), `http://127.0.0.1:${port}`);
    expect(answer.status).toBe(502);
    const body = await answer.json();
    expect(body.errors[0].extensions.code).toBe('internal');
    expect(JSON.stringify(body)).not.toContain(String(port));
  });

  it('refuses a body above 1 MB', async () => {
    const answer = await relay(post('x'.repeat(1_000_001)), url);
    expect(answer.status).toBe(413);
  });

  it.each([
    [{ 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }, undefined],
    [{ 'content-type': 'application/json; charset=utf-8' }, undefined],
    [{ 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'content-type': 'application/json', 'sec-fetch-site': 'same-site' }, 403],
    [{ 'content-type': 'text/plain' }, 415],
    [{}, 415],
    [{ 'content-type': 'application/json', 'content-length': '2000000' }, 413],
  ])('judges the headers %j', (headers, status) => {
    expect(refusal(new Headers(headers as Record<string, string>))?.status).toBe(status);
  });
});
