import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashOf } from '../src/auth/session.js';
import { Clock } from '../src/clock.js';
import { startTestApp, type TestApp } from './app.js';
import { signUpCompany } from './company.js';
import { PASSWORD } from './people.js';
import { eventually } from './seed.js';

let api: TestApp;
beforeAll(async () => {
  api = await startTestApp();
});
afterAll(() => api.close());
afterEach(() => vi.restoreAllMocks());

const VIEWER = '{ viewer { user { id email name } memberships { role org { id slug name } } } }';
const HOUR = 3_600_000;

function later(ms: number): void {
  const real = Date.now();
  vi.spyOn(api.app.get(Clock), 'now').mockReturnValue(new Date(real + ms));
}

const signIn = (email: string, password: string, address = '10.0.0.1') =>
  api.graphql<{ signIn: { user: { id: string } } }>(
    'mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { user { id } } }',
    { email, password },
    undefined,
    { 'x-forwarded-for': address },
  );

describe('signing up', () => {
  it('makes a person, their organisation with an environment, and a session', async () => {
    const company = await signUpCompany(api, 'acme');
    const answer = await api.graphql(VIEWER, {}, company.cookie);
    expect(answer.data).toEqual({
      viewer: {
        user: { id: company.userId, email: 'owner@acme.test', name: 'Olive Owner' },
        memberships: [{ role: 'OWNER', org: { id: company.orgId, slug: 'acme', name: 'acme' } }],
      },
    });
    expect(company.environmentId).not.toBe('');
  });

  it('sets a cookie that scripts cannot read and other sites do not send', async () => {
    const answer = await api.graphql(
      'mutation { signUp(email: "Cookie@Jar.test ", name: " Cookie ", password: "correct horse battery", orgName: "Jar") { user { email name } } }',
    );
    expect(answer.data).toEqual({ signUp: { user: { email: 'cookie@jar.test', name: 'Cookie' } } });
    expect(answer.headers['set-cookie']).toMatch(
      /^postern_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  it('stores neither the password nor the session’s secret', async () => {
    const { cookie, userId } = await signUpCompany(api, 'secretive');
    const token = cookie.split('=')[1] ?? '';
    const { rows } = await api.database.owner.query(
      'select u.password_hash, s.token_hash from users u join session s on s.user_id = u.id where u.id = $1',
      [userId],
    );
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(rows[0].token_hash).toBe(hashOf(token));
    const audit = await api.database.owner.query('select event::text as event from audit_event');
    const all = audit.rows.map((row) => row.event).join();
    expect(all).not.toContain(token);
    expect(all).not.toContain(PASSWORD);
    expect(all).not.toContain('argon2');
  });

  it.each([
    ['email', { email: 'nobody', name: 'N', password: PASSWORD, orgName: 'O' }],
    ['name', { email: 'n@n.test', name: '  ', password: PASSWORD, orgName: 'O' }],
    ['password', { email: 'n@n.test', name: 'N', password: 'too short', orgName: 'O' }],
    ['password', { email: 'n@n.test', name: 'N', password: 'x'.repeat(201), orgName: 'O' }],
    ['orgName', { email: 'n@n.test', name: 'N', password: PASSWORD, orgName: 'x'.repeat(101) }],
  ])('names the field at fault: %s', async (field, variables) => {
    const answer = await api.graphql(
      'mutation ($email: String!, $name: String!, $password: String!, $orgName: String!) { signUp(email: $email, name: $name, password: $password, orgName: $orgName) { user { id } } }',
      variables,
    );
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'input.invalid', field });
    expect(answer.cookie).toBeUndefined();
    const users = await api.database.owner.query("select from users where email = 'n@n.test'");
    expect(users.rowCount).toBe(0);
  });

  it('refuses an address that has an account and leaves no organisation behind', async () => {
    await signUpCompany(api, 'twice');
    const answer = await api.graphql(
      'mutation { signUp(email: "OWNER@twice.test", name: "N", password: "correct horse battery", orgName: "Orphan") { user { id } } }',
    );
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'auth.email_taken', field: 'email' });
    const orgs = await api.database.owner.query("select from org where name = 'Orphan'");
    expect(orgs.rowCount).toBe(0);
  });

  it('finds another short name when one is taken', async () => {
    const first = await signUpCompany(api, 'same');
    const answer = await api.graphql<{ createOrg: { slug: string } }>(
      'mutation { createOrg(name: "Same") { slug } }',
      {},
      first.cookie,
    );
    expect(answer.data?.createOrg.slug).toMatch(/^same-[0-9a-f]{6}$/);
  });
});

describe('signing in', () => {
  it('gives a new session and is recorded with the organisation', async () => {
    const company = await signUpCompany(api, 'signs-in');
    const answer = await signIn(' Owner@Signs-In.test', PASSWORD);
    expect(answer.data?.signIn.user.id).toBe(company.userId);
    expect(answer.cookie).not.toBe(company.cookie);
    const { rows } = await api.database.owner.query(
      "select actor_label from audit_event where org_id = $1 and kind = 'user.signed_in'",
      [company.orgId],
    );
    expect(rows).toEqual([{ actor_label: 'owner@signs-in.test' }]);
  });

  it('answers alike for an unknown person and a wrong password, and records the failure', async () => {
    const { orgId, email } = await signUpCompany(api, 'alike');
    const wrong = await signIn(email, 'not the password');
    const unknown = await signIn('nobody@alike.test', 'not the password');
    expect(wrong.errors[0]?.extensions.code).toBe('auth.bad_credentials');
    expect({ ...wrong, headers: null }).toEqual({ ...unknown, headers: null });
    const failures = () =>
      api.database.owner.query(
        "select actor_label, decision from audit_event where org_id = $1 and kind = 'user.sign_in_failed'",
        [orgId],
      );
    await eventually('the failure is recorded', async () => (await failures()).rowCount === 1);
    expect((await failures()).rows).toEqual([{ actor_label: email, decision: 'denied' }]);
  });

  it('stops guessing after ten failures of one person from one address, for a quarter of an hour', async () => {
    const { email } = await signUpCompany(api, 'guessed');
    for (let i = 0; i < 10; i++)
      expect((await signIn(email, `guess ${i}`, '10.0.0.9')).errors[0]?.extensions.code).toBe(
        'auth.bad_credentials',
      );
    const refused = await signIn(email, PASSWORD, '10.0.0.9');
    expect(refused.errors[0]?.extensions).toMatchObject({
      code: 'auth.rate_limited',
      retryAfterSeconds: expect.any(Number),
    });
    expect((await signIn('nobody@guessed.test', 'x', '10.0.0.9')).errors[0]?.extensions.code).toBe(
      'auth.bad_credentials',
    );
    expect((await signIn(email, PASSWORD, '10.0.0.10')).errors).toEqual([]);
    later(16 * 60_000);
    expect((await signIn(email, PASSWORD, '10.0.0.9')).errors).toEqual([]);
  });

  it('counts unknown people alike, so that the limit tells nothing', async () => {
    for (let i = 0; i < 10; i++) await signIn('ghost@nowhere.test', `guess ${i}`, '10.0.0.11');
    const refused = await signIn('ghost@nowhere.test', 'guess', '10.0.0.11');
    expect(refused.errors[0]?.extensions.code).toBe('auth.rate_limited');
  });

  it('does not let many guesses through at once', async () => {
    const { email } = await signUpCompany(api, 'at-once');
    const answers = await Promise.all(
      Array.from({ length: 25 }, (_, i) => signIn(email, `guess ${i}`, '10.0.0.12')),
    );
    const limited = answers.filter((answer) => answer.errors[0]?.extensions.code === 'auth.rate_limited');
    expect(limited).toHaveLength(15);
  });
});

describe('a session', () => {
  const needsSession = async (cookie?: string) =>
    (await api.graphql('mutation { createOrg(name: "New") { id } }', {}, cookie)).errors[0]?.extensions.code;

  it('is needed', async () => {
    expect(await needsSession()).toBe('auth.required');
    expect((await api.graphql(VIEWER)).data).toEqual({ viewer: null });
  });

  it('of nobody is as good as an ended one', async () => {
    expect(await needsSession('postern_session=made-up')).toBe('auth.session_expired');
    expect((await api.graphql(VIEWER, {}, 'postern_session=made-up')).data).toEqual({ viewer: null });
  });

  it('ends with signing out, for this browser only', async () => {
    const { cookie, email } = await signUpCompany(api, 'leaves');
    const other = (await signIn(email, PASSWORD)).cookie;
    const out = await api.graphql('mutation { signOut }', {}, cookie);
    expect(out.headers['set-cookie']).toMatch(/^postern_session=;.*Expires=Thu, 01 Jan 1970/);
    expect(await needsSession(cookie)).toBe('auth.session_expired');
    expect(await needsSession(other)).toBeUndefined();
    expect((await api.graphql('mutation { signOut }')).data).toEqual({ signOut: true });
  });

  it('ends twelve hours after its last use', async () => {
    const { cookie } = await signUpCompany(api, 'idle');
    later(11 * HOUR);
    expect(await needsSession(cookie)).toBeUndefined();
    later(22 * HOUR);
    expect(await needsSession(cookie)).toBeUndefined();
    later(34.1 * HOUR);
    expect(await needsSession(cookie)).toBe('auth.session_expired');
  });

  it('ends thirty days after it began, however much it is used', async () => {
    const { cookie } = await signUpCompany(api, 'busy');
    for (let hours = 11; hours < 30 * 24; hours += 11) {
      later(hours * HOUR);
      expect((await api.graphql<{ viewer: unknown }>(VIEWER, {}, cookie)).data?.viewer).not.toBeNull();
    }
    later(30 * 24 * HOUR + 1000);
    expect(await needsSession(cookie)).toBe('auth.session_expired');
  });

  it('writes a use down only when it moves the end by minutes', async () => {
    const { cookie, userId } = await signUpCompany(api, 'quiet');
    const end = async () =>
      (await api.database.owner.query('select expires_at from session where user_id = $1', [userId])).rows[0]
        .expires_at as Date;
    const before = await end();
    later(60_000);
    await api.graphql(VIEWER, {}, cookie);
    expect(await end()).toEqual(before);
    later(6 * 60_000);
    await api.graphql(VIEWER, {}, cookie);
    expect((await end()).getTime()).toBeGreaterThan(before.getTime() + 5 * 60_000);
  });

  it('belongs to one person: signing in again in the same browser ends the one before', async () => {
    const { cookie, email } = await signUpCompany(api, 'again');
    await api.graphql(
      'mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) { user { id } } }',
      { email, password: PASSWORD },
      cookie,
    );
    expect(await needsSession(cookie)).toBe('auth.session_expired');
  });

  it('has a Secure cookie where the configuration says so', async () => {
    const secure = await startTestApp({ cookieSecure: true });
    const answer = await secure.graphql(
      'mutation { signUp(email: "s@s.test", name: "S", password: "correct horse battery", orgName: "S") { user { id } } }',
    );
    expect(answer.headers['set-cookie']).toMatch(/; Secure/);
    await secure.close();
  });
});
