import { createServer, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../src/link/api-client.js';
import { readStream } from '../src/link/stream.js';

/** A server that answers as each test says, to see that the agent never hangs on it. */
describe('the policy stream', () => {
  let answer: (response: ServerResponse) => void = () => {};
  const server = createServer((_request, response) => answer(response));
  let api: ApiClient;
  const seen: string[] = [];
  const handlers = {
    opened: () => void seen.push('opened'),
    policy: (version: number) => void seen.push(`policy ${version}`),
    task: () => void seen.push('task'),
    revoked: () => void seen.push('revoked'),
  };

  beforeEach(async () => {
    seen.length = 0;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const { x = '', d = '' } = await exportJWK(privateKey);
    api = new ApiClient(`http://127.0.0.1:${port}`, {
      agentId: 'a',
      orgId: 'o',
      environmentId: 'e',
      authorizeUrl: 'http://web.example/authorize',
      signingKeys: [{ kty: 'OKP', crv: 'Ed25519', x, kid: 'k' }],
      privateKey: { kty: 'OKP', crv: 'Ed25519', x, d },
    });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const read = (silenceMs = 200, signal = new AbortController().signal) =>
    readStream(api, handlers, signal, silenceMs);
  const head = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });

  it('gives up on a server that never answers', async () => {
    await expect(read()).rejects.toMatchObject({ name: 'ApiUnreachable' });
    expect(seen).toEqual([]);
  });

  it('gives up on one that falls silent, not on one that comments', async () => {
    let comments = 0;
    answer = (response) => {
      head(response).write(': hello\n\n');
      const timer = setInterval(() => {
        comments += 1;
        if (comments > 10) clearInterval(timer);
        else response.write(': still here\n\n');
      }, 50);
    };
    await expect(read()).rejects.toMatchObject({ name: 'ApiUnreachable' });
    expect(comments).toBeGreaterThan(10);
  });

  it('stops when told to', async () => {
    answer = (response) => head(response).write(': hello\n\n');
    const stopping = new AbortController();
    const reading = read(60_000, stopping.signal);
    setTimeout(() => stopping.abort(), 100);
    await expect(reading).rejects.toMatchObject({ name: 'ApiUnreachable' });
  });

  it('hears what it knows, in pieces too, and ignores the rest', async () => {
    answer = (response) => {
      head(response).write('event: policy\ndata: {"vers');
      setTimeout(() => {
        response.write('ion": 7}\n\nevent: weather\ndata: {}\n\nevent: policy\ndata: nonsense\n\n');
        response.write('event: policy\ndata: {"version": -1}\n\nevent: revoked\ndata: {}\n\n');
        response.end();
      }, 20);
    };
    await expect(read()).rejects.toMatchObject({ name: 'ApiUnreachable' });
    expect(seen).toEqual(['opened', 'policy 7', 'revoked']);
  });

  it('passes on a refusal of the control plane', async () => {
    answer = (response) =>
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"error":{"code":"agent.revoked","message":"m"}}');
    await expect(read()).rejects.toMatchObject({ code: 'agent.revoked', status: 401 });
  });
});
