import { request } from 'node:http';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeSigningKey } from './control-plane.js';
import { asSuperuser, Browser, connection, rule, until, World } from './fixture.js';

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe('the console over HTTP', () => {
  let world: World;
  let url: string;
  const RULES = [rule('shop', ['read', 'export'], 'user:alex@acme.example'), rule('*', ['*'], 'group:dba')];

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('console'));
    world = await World.create({ shop: url });
    await world.publish(RULES);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
  });
  afterAll(() => world.stop());

  const port = () => world.config.console.port;

  /** A request with a Host of its own choosing, which fetch does not allow. */
  const raw = (path: string, headers: Record<string, string>, method = 'GET', body = ''): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: port(), path, method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8');
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  const codeOf = (answer: Answer): string =>
    (JSON.parse(answer.body) as { error: { code: string } }).error.code;

  it('sends people to the control plane with a challenge, and takes them back with a cookie', async () => {
    const browser = new Browser(world.agent.url);
    const login = await browser.get('/auth/login?return_to=/c/shop');
    const location = new URL(login.headers.get('location') ?? '');
    expect(login.status).toBe(302);
    expect(location.origin + location.pathname).toBe('http://web.example/authorize');
    expect(location.searchParams.get('agent')).toBe('agent_1');
    expect(location.searchParams.get('redirect_uri')).toBe(`${world.agent.url}/auth/callback`);
    expect(location.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    const { code, state } = world.plane.authorize(location.href, 'alex');
    const back = await browser.get(`/auth/callback?code=${code}&state=${state}`);
    expect(back.headers.get('location')).toBe('/c/shop');
    const cookie = back.headers.getSetCookie().find((line) => line.startsWith('postern_console_'));
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    const me = await browser.get('/api/me');
    expect(await me.json()).toMatchObject({
      user: { id: 'alex', email: 'alex@acme.example', name: 'alex' },
      orgName: 'Acme',
      environmentName: 'production',
      agent: { name: 'test-agent' },
      policy: { state: 'ok', controlPlaneReachable: true },
    });
    await until(() => world.received('console.signed_in').some(({ actor }) => actor.id === 'alex'));
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'evil'])(
    'never returns to %s',
    async (target) => {
      const browser = new Browser(world.agent.url);
      const login = await browser.get(`/auth/login?return_to=${encodeURIComponent(target)}`);
      const { code, state } = world.plane.authorize(login.headers.get('location') ?? '', 'alex');
      const back = await browser.get(`/auth/callback?code=${code}&state=${state}`);
      expect(back.headers.get('location')).toBe('/');
    },
  );

  it('shows only connections with a permission, and what one may do there', async () => {
    const list = async (person: string) =>
      (await (await world.signIn(person)).get('/api/connections')).json();
    expect(await list('alex')).toEqual({
      connections: [
        {
          slug: 'shop',
          name: 'shop',
          label: 'Production',
          permissions: ['read', 'export'],
          rowCap: 10_000,
          readOnly: true,
          health: 'ok',
          latencyMs: expect.any(Number),
        },
      ],
    });
    expect(await list('sam')).toEqual({ connections: [] });
    const dana = (await list('dana')) as {
      connections: { slug: string; readOnly: boolean; health: string }[];
    };
    expect(dana.connections).toMatchObject([
      { slug: 'shop', readOnly: false, health: 'ok' },
      { slug: 'secret', health: 'unknown' },
    ]);
  });

  it.each([
    [
      'a state of another browser',
      async (b: Browser) => {
        const other = await new Browser(b.url).get('/auth/login');
        const { code, state } = world.plane.authorize(other.headers.get('location') ?? '', 'dana');
        return b.get(`/auth/callback?code=${code}&state=${state}`);
      },
    ],
    [
      'a code that was used before',
      async (b: Browser) => {
        const login = await b.get('/auth/login');
        const { code, state } = world.plane.authorize(login.headers.get('location') ?? '', 'alex');
        world.plane.codes.delete(code);
        return b.get(`/auth/callback?code=${code}&state=${state}`);
      },
    ],
    [
      'no code',
      async (b: Browser) => {
        const login = await b.get('/auth/login');
        const state = new URL(login.headers.get('location') ?? '').searchParams.get('state') ?? '';
        return b.get(`/auth/callback?error=access_denied&state=${state}`);
      },
    ],
    [
      'a person whom the policy does not know',
      async (b: Browser) => {
        const login = await b.get('/auth/login');
        const { code, state } = world.plane.authorize(login.headers.get('location') ?? '', 'stranger');
        return b.get(`/auth/callback?code=${code}&state=${state}`);
      },
    ],
  ])('does not sign in with %s', async (_what, attempt) => {
    const browser = new Browser(world.agent.url);
    await browser.get('/auth/login');
    const answer = await attempt(browser);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('Sign-in failed');
    expect((await browser.get('/api/me')).status).toBe(401);
  });

  it.each([
    ['another agent', { aud: 'agent_2' }],
    ['another organisation', { org: 'org_2' }],
    ['an unknown key', { key: 'key-7' }],
    ['a key that only has a trusted name', { key: 'key-1' }],
  ])(
    'does not believe a sign-in token for or by %s',
    async (_what, { key, ...claims }: { aud?: string; org?: string; key?: string }) => {
      const signedBy = key === undefined ? {} : { key: await makeSigningKey(key) };
      const original = world.plane.consoleToken.bind(world.plane);
      world.plane.consoleToken = ({ sub }) => original({ sub, ...claims, ...signedBy });
      await expect(world.signIn('alex'))
        .rejects.toThrow('can not be trusted')
        .finally(() => {
          world.plane.consoleToken = original;
        });
    },
  );

  it('asks to sign in, and says when a session has ended', async () => {
    const browser = new Browser(world.agent.url);
    for (const path of ['/api/me', '/api/connections']) {
      expect(await (await browser.get(path)).json()).toMatchObject({ error: { code: 'auth.required' } });
    }
    for (const path of ['/api/run', '/api/check', '/api/cancel', '/api/close']) {
      expect((await browser.post(path, {})).status).toBe(401);
    }
    browser.cookies.set(`postern_console_${port()}`, 'made-up');
    expect(await (await browser.get('/api/me')).json()).toMatchObject({
      error: { code: 'auth.session_expired' },
    });
  });

  it('ends a session by signing out, with its database sessions', async () => {
    const alex = await world.signIn('alex');
    const { cookies } = alex;
    const copy = new Map(cookies);
    const pid = await alex.value('shop', 'select pg_backend_pid()');
    expect((await alex.post('/auth/logout', {})).status).toBe(204);
    expect(cookies.size).toBe(0);
    for (const [name, value] of copy) cookies.set(name, value);
    expect((await alex.get('/api/me')).status).toBe(401);
    await until(
      async () => (await asSuperuser(url, `select 1 from pg_stat_activity where pid = ${pid}`)).length === 0,
    );
  });

  it('ends a session when the person leaves the organisation, and after eight hours', async () => {
    const sam = await world.signIn('sam');
    const alex = await world.signIn('alex');
    await world.publish(RULES, { principals: [{ id: 'alex', email: 'alex@acme.example', name: 'alex' }] });
    expect(await (await sam.get('/api/me')).json()).toMatchObject({
      error: { code: 'auth.session_expired' },
    });
    expect((await alex.get('/api/me')).status).toBe(200);
    await world.publish(RULES, { leaseSeconds: 1_000_000 });
    world.clock.advance(8 * 3_600_000);
    expect((await alex.get('/api/me')).status).toBe(401);
    world.clock.advance(-8 * 3_600_000);
  });

  it('is not there under a foreign host name', async () => {
    expect(codeOf(await raw('/api/me', { host: 'evil.example' }))).toBe('auth.forbidden');
    expect(await raw('/', { host: `evil.example:${port()}` })).toMatchObject({ status: 403 });
    expect(await raw('/healthz', { host: '10.0.0.7' })).toMatchObject({ status: 200 });
  });

  it('begins the sign-in under its public name', async () => {
    const answer = await fetch(`http://127.0.0.1:${port()}/auth/login`, { redirect: 'manual' });
    expect(answer.headers.get('location')).toBe(`${world.agent.url}/auth/login?return_to=%2F`);
  });

  it('takes no forged request', async () => {
    const alex = await world.signIn('alex');
    const body = { connection: 'shop', tab: 't', sql: 'select 1' };
    expect(await (await alex.post('/api/run', body, { origin: 'http://evil.example' })).json()).toMatchObject(
      { error: { code: 'auth.forbidden' } },
    );
    expect((await alex.post('/api/run', body, { origin: 'null' })).status).toBe(403);
    expect(await (await alex.post('/api/run', body, { 'content-type': 'text/plain' })).json()).toMatchObject({
      error: { code: 'input.invalid' },
    });
    const cookie = [...alex.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const form = { host: `localhost:${port()}`, cookie, 'content-type': 'application/x-www-form-urlencoded' };
    expect(await raw('/api/run', form, 'POST', 'sql=select')).toMatchObject({ status: 400 });
  });

  it('answers everything that is wrong with a typed error, and nothing internal', async () => {
    const alex = await world.signIn('alex');
    const cookie = [...alex.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { host: `localhost:${port()}`, cookie, 'content-type': 'application/json' };
    expect(codeOf(await raw('/api/run', headers, 'POST', '{"sql":'))).toBe('input.invalid');
    expect(codeOf(await raw('/api/run', headers, 'POST', ''))).toBe('input.invalid');
    expect(
      codeOf(await raw('/api/run', headers, 'POST', '{"connection":"shop","tab":"../x","sql":"select 1"}')),
    ).toBe('input.invalid');
    expect(codeOf(await raw('/api/run', headers, 'POST', '{"connection":"shop","tab":"t","sql":7}'))).toBe(
      'input.invalid',
    );
    expect(codeOf(await raw('/api/nothing', headers))).toBe('input.invalid');
    expect(await raw('/api/nothing', headers)).toMatchObject({ status: 404 });
    expect(await raw('/assets/none.js', headers)).toMatchObject({ status: 404 });
    expect(await raw('/../../package.json', headers)).toMatchObject({ status: 404 });
    const large = await alex.run('shop', 'x'.repeat(3_000_000));
    expect(large).toMatchObject({ status: 413, error: { code: 'sql.too_large' } });
  });

  it('hands out its files compressed, for ever, where the browser takes that', async () => {
    const page = await (await new Browser(world.agent.url).get('/')).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? '';
    const packed = await fetch(`${world.agent.url}${script}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('content-type')).toContain('javascript');
    expect(packed.headers.get('cache-control')).toContain('immutable');
    const plain = await fetch(`${world.agent.url}${script}`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await packed.text()).toBe(await plain.text());
  });

  it('protects its pages by headers', async () => {
    const page = await new Browser(world.agent.url).get('/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const me = await new Browser(world.agent.url).get('/api/me');
    expect(me.headers.get('cache-control')).toBe('no-store');
  });

  it('allows only so many tabs on a connection', async () => {
    await world.publish(RULES);
    const small = await World.create(
      {},
      {
        connections: new Map([
          ['shop', { slug: 'shop', url, maxSessions: 3, maxSessionsPerPerson: 2, catalogWaitMs: 20_000 }],
        ]),
      },
    );
    try {
      await small.publish(RULES, { connections: [connection('shop')] });
      await small.start();
      await until(() => small.agent.policy.state === 'ok');
      const alex = await small.signIn('alex');
      await alex.run('shop', 'select 1', 'a');
      await alex.run('shop', 'select 1', 'b');
      const third = await alex.run('shop', 'select 1', 'c');
      expect(third).toMatchObject({
        status: 503,
        error: {
          code: 'connection.unavailable',
          fix: 'close a console tab or a client that you do not need',
        },
      });
      expect(await small.outcome(third.auditId)).toMatchObject({ outcome: { status: 'failed' } });
      await alex.post('/api/close', { tab: 'a' });
      expect(await alex.run('shop', 'select 1', 'c')).toMatchObject({ status: 200 });
      const dana = await small.signIn('dana');
      await dana.run('shop', 'select 1', 'a');
      expect(await dana.run('shop', 'select 1', 'b')).toMatchObject({ status: 503 });
    } finally {
      await small.stop();
    }
  });

  it('cancels what runs for a browser that went away', async () => {
    const dana = await world.signIn('dana');
    const cookie = [...dana.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const leaving = new AbortController();
    const running = fetch(`${world.agent.url}/api/run`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ connection: 'shop', tab: 'gone', sql: 'select pg_sleep(30)' }),
    });
    const active =
      "select 1 from pg_stat_activity where datname = current_database() and query = 'select pg_sleep(30)' and state = 'active'";
    await until(async () => (await asSuperuser(url, active)).length === 1);
    leaving.abort();
    await expect(running).rejects.toThrow();
    await until(async () => (await asSuperuser(url, active)).length === 0);
    await until(() =>
      world.received('statement.finished').some(({ outcome }) => outcome?.status === 'cancelled'),
    );
  });
});
