import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Clock } from '../src/clock.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, signUpCompany } from './company.js';
import { furnish, inviteToken, join, memberIds, must, PASSWORD } from './people.js';

let api: TestApp;
beforeAll(async () => {
  api = await startTestApp();
});
afterAll(() => api.close());
afterEach(() => vi.restoreAllMocks());

const ROLE =
  'mutation ($orgId: ID!, $id: ID!, $role: OrgRole!) { changeMemberRole(orgId: $orgId, id: $id, role: $role) { role } }';
const REMOVE = 'mutation ($orgId: ID!, $id: ID!) { removeMember(orgId: $orgId, id: $id) }';
const ACCEPT =
  'mutation ($token: String!, $name: String, $password: String) { acceptInvite(token: $token, name: $name, password: $password) { user { id email } memberships { role } } }';
const PREVIEW = 'query ($token: String!) { invitePreview(token: $token) { email orgName role hasAccount } }';

const codeOf = async (query: string, variables: Record<string, unknown>, cookie?: string) =>
  (await api.graphql(query, variables, cookie)).errors[0]?.extensions.code;

async function ownMembership(company: Company): Promise<string> {
  return (await memberIds(api, company)).get(company.userId) ?? '';
}

describe('the last owner', () => {
  it('keeps the role and stays', async () => {
    const company = await signUpCompany(api, 'last');
    const { orgId, cookie } = company;
    const id = await ownMembership(company);
    const refused = await api.graphql(ROLE, { orgId, id, role: 'ADMIN' }, cookie);
    expect(refused.errors[0]).toMatchObject({
      message: '`owner@last.test` is the only owner',
      extensions: { code: 'org.last_owner', fix: 'make somebody else an owner first' },
    });
    expect(await codeOf(REMOVE, { orgId, id }, cookie)).toBe('org.last_owner');
    await join(api, company, 'olga', 'owner');
    expect(await codeOf(ROLE, { orgId, id, role: 'ADMIN' }, cookie)).toBeUndefined();
  });

  it('cannot be got rid of by two owners who demote each other at once', async () => {
    const company = await signUpCompany(api, 'race');
    const other = await join(api, company, 'olga', 'owner');
    const ids = await memberIds(api, company);
    const { orgId } = company;
    const codes = await Promise.all([
      codeOf(ROLE, { orgId, id: ids.get(company.userId), role: 'MEMBER' }, company.cookie),
      codeOf(ROLE, { orgId, id: ids.get(other.userId), role: 'MEMBER' }, other.cookie),
    ]);
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    const { rows } = await api.database.owner.query(
      "select from membership where org_id = $1 and role = 'owner'",
      [orgId],
    );
    expect(rows).toHaveLength(1);
  });

  it('is the business of owners: an admin neither makes nor unmakes them', async () => {
    const company = await signUpCompany(api, 'ranks');
    const admin = await join(api, company, 'ada', 'admin');
    await join(api, company, 'olga', 'owner');
    const ids = await memberIds(api, company);
    const { orgId } = company;
    const owner = ids.get(company.userId);
    const forbidden = 'auth.forbidden';
    expect(await codeOf(ROLE, { orgId, id: owner, role: 'MEMBER' }, admin.cookie)).toBe(forbidden);
    expect(await codeOf(REMOVE, { orgId, id: owner }, admin.cookie)).toBe(forbidden);
    expect(await codeOf(ROLE, { orgId, id: ids.get(admin.userId), role: 'OWNER' }, admin.cookie)).toBe(
      forbidden,
    );
    const invite =
      'mutation ($orgId: ID!) { inviteMember(orgId: $orgId, email: "x@x.test", role: OWNER) { token } }';
    expect(await codeOf(invite, { orgId }, admin.cookie)).toBe(forbidden);
  });
});

describe('an invitation', () => {
  it('lets somebody new in, once, with a name and a password', async () => {
    const company = await signUpCompany(api, 'invites');
    const token = await inviteToken(api, company, 'New@Invites.test', 'auditor');
    expect((await api.graphql(PREVIEW, { token })).data).toEqual({
      invitePreview: { email: 'new@invites.test', orgName: 'invites', role: 'AUDITOR', hasAccount: false },
    });
    expect(
      (await api.graphql(ACCEPT, { token, name: 'New', password: 'short' })).errors[0]?.extensions,
    ).toMatchObject({ code: 'input.invalid', field: 'password' });
    const answer = await api.graphql(ACCEPT, { token, name: 'New', password: PASSWORD });
    expect(answer.data).toEqual({
      acceptInvite: {
        user: { id: expect.any(String), email: 'new@invites.test' },
        memberships: [{ role: 'AUDITOR' }],
      },
    });
    expect(answer.cookie).toBeDefined();
    expect(await codeOf(ACCEPT, { token, name: 'New', password: PASSWORD })).toBe('auth.invite_invalid');
    expect(await codeOf(PREVIEW, { token })).toBe('auth.invite_invalid');
    expect((await auditTrail(api, company.orgId))[0]).toMatchObject({
      kind: 'member.joined',
      actor_label: 'new@invites.test',
    });
  });

  it('is used up by one of many who try at once', async () => {
    const company = await signUpCompany(api, 'at-once');
    const token = await inviteToken(api, company, 'one@at-once.test', 'member');
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(ACCEPT, { token, name: 'One', password: PASSWORD })),
    );
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    const { rows } = await api.database.owner.query("select from users where email = 'one@at-once.test'");
    expect(rows).toHaveLength(1);
  });

  it('asks whoever has an account to prove that it is theirs', async () => {
    const company = await signUpCompany(api, 'hosts');
    const guest = await signUpCompany(api, 'guests');
    const other = await signUpCompany(api, 'others');
    const token = await inviteToken(api, company, guest.email, 'member');
    expect((await api.graphql(PREVIEW, { token })).data).toMatchObject({
      invitePreview: { hasAccount: true },
    });
    expect(await codeOf(ACCEPT, { token })).toBe('auth.required');
    expect(await codeOf(ACCEPT, { token }, other.cookie)).toBe('auth.required');
    expect(await codeOf(ACCEPT, { token, password: 'not the password' })).toBe('auth.bad_credentials');
    const answer = await api.graphql(ACCEPT, { token }, guest.cookie);
    expect(answer.data).toMatchObject({ acceptInvite: { user: { id: guest.userId } } });
    expect(answer.cookie).toBeUndefined();
    const again = await inviteToken(api, other, guest.email, 'member');
    const byPassword = await api.graphql(ACCEPT, { token: again, name: 'Renamed', password: PASSWORD });
    expect(byPassword.data).toMatchObject({ acceptInvite: { user: { id: guest.userId } } });
    expect(byPassword.cookie).toBeDefined();
    const { rows } = await api.database.owner.query('select name from users where id = $1', [guest.userId]);
    expect(rows[0].name).toBe('Olive Owner');
  });

  it('expires, can be withdrawn, and is replaced by a newer one', async () => {
    const company = await signUpCompany(api, 'expiring');
    const { orgId, cookie } = company;
    const first = await inviteToken(api, company, 'late@expiring.test', 'member');
    const second = await inviteToken(api, company, 'late@expiring.test', 'member');
    expect(await codeOf(PREVIEW, { token: first })).toBe('auth.invite_invalid');
    expect(await codeOf(PREVIEW, { token: second })).toBeUndefined();
    vi.spyOn(api.app.get(Clock), 'now').mockReturnValue(new Date(Date.now() + 7 * 24 * 3_600_000 + 1000));
    expect(await codeOf(PREVIEW, { token: second })).toBe('auth.invite_invalid');
    expect(await codeOf(ACCEPT, { token: second, name: 'Late', password: PASSWORD })).toBe(
      'auth.invite_invalid',
    );
    vi.restoreAllMocks();
    const LIST = 'query ($orgId: ID!) { invites(orgId: $orgId) { id email role } }';
    const { invites } = await must<{ invites: { id: string }[] }>(api, LIST, { orgId }, cookie);
    expect(invites).toEqual([{ id: expect.any(String), email: 'late@expiring.test', role: 'MEMBER' }]);
    const REVOKE = 'mutation ($orgId: ID!, $id: ID!) { revokeInvite(orgId: $orgId, id: $id) }';
    expect(await codeOf(REVOKE, { orgId, id: invites[0]?.id }, cookie)).toBeUndefined();
    expect(await codeOf(REVOKE, { orgId, id: invites[0]?.id }, cookie)).toBe('auth.invite_invalid');
    expect(await codeOf(PREVIEW, { token: second })).toBe('auth.invite_invalid');
  });

  it('is not for members', async () => {
    const company = await signUpCompany(api, 'members');
    const answer = await api.graphql(
      'mutation ($orgId: ID!) { inviteMember(orgId: $orgId, email: "OWNER@members.test", role: MEMBER) { token } }',
      { orgId: company.orgId },
      company.cookie,
    );
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'member.already_member', field: 'email' });
  });

  it('keeps its secret out of database and audit trail', async () => {
    const company = await signUpCompany(api, 'secret');
    const token = await inviteToken(api, company, 's@secret.test', 'member');
    const { rows } = await api.database.owner.query(
      "select i::text as invite, (select string_agg(a::text, '') from audit_event a) as audit from invite i where email = 's@secret.test'",
    );
    expect(rows[0].invite).not.toContain(token);
    expect(rows[0].audit).not.toContain(token);
  });
});

describe('removing a member', () => {
  it('takes them out of groups and rules, and deletes rules that named nobody else', async () => {
    const company = await furnish(api, 'leaving');
    const { orgId, cookie, groupId } = company;
    const person = await join(api, company, 'leo', 'member');
    await must(
      api,
      `mutation ($orgId: ID!, $groupId: ID!, $userIds: [ID!]!, $alone: RuleInput!, $shared: RuleInput!) {
        setGroupMembers(orgId: $orgId, id: $groupId, userIds: $userIds) { id }
        alone: createRule(orgId: $orgId, rule: $alone) { id }
        shared: createRule(orgId: $orgId, rule: $shared) { id }
      }`,
      {
        orgId,
        groupId,
        userIds: [person.userId, company.userId],
        alone: { connection: 'shop', permissions: ['write'], members: [`user:${person.email}`] },
        shared: { connection: 'shop', permissions: ['ddl'], members: [`user:${person.email}`, 'group:dba'] },
      },
      cookie,
    );
    const id = (await memberIds(api, company)).get(person.userId);
    await must(api, REMOVE, { orgId, id }, cookie);
    const after = await must(
      api,
      'query ($orgId: ID!) { rules(orgId: $orgId) { edges { node { permissions members } } } groups(orgId: $orgId) { edges { node { memberCount } } } }',
      { orgId },
      cookie,
    );
    expect(after).toEqual({
      rules: {
        edges: [
          { node: { permissions: ['read'], members: ['group:dba'] } },
          { node: { permissions: ['ddl'], members: ['group:dba'] } },
        ],
      },
      groups: { edges: [{ node: { memberCount: 1 } }] },
    });
    const [removed, rule] = await auditTrail(api, orgId);
    expect([removed, rule]).toMatchObject([
      { kind: 'member.removed', event: { target: { label: person.email } } },
      { kind: 'rule.deleted', event: { reason: 'its only member left the organisation' } },
    ]);
  });
});

describe('the short name of an organisation', () => {
  it.each([
    ['Zürich & Söhne GmbH', /^zurich-sohne-gmbh$/],
    ['Sign in', /^sign-in-[0-9a-f]{6}$/],
    ['GraphQL', /^graphql-[0-9a-f]{6}$/],
    ['東京', /^org(-[0-9a-f]{6})?$/],
  ])('of %s is an address of its own', async (name, slug) => {
    const { cookie } = await signUpCompany(api, `slugs-${Buffer.from(name).toString('hex').slice(0, 12)}`);
    const create = 'mutation ($name: String!) { createOrg(name: $name) { slug } }';
    const { createOrg } = await must<{ createOrg: { slug: string } }>(api, create, { name }, cookie);
    expect(createOrg.slug).toMatch(slug);
  });
});
