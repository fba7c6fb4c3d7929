import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail } from './company.js';
import { type FurnishedCompany, furnish, join, must, type TestPerson } from './people.js';

let api: TestApp;
let company: FurnishedCompany;
let mia: TestPerson;
beforeAll(async () => {
  api = await startTestApp();
  company = await furnish(api, 'rules');
  mia = await join(api, company, 'mia', 'member');
});
afterAll(() => api.close());

const RULE = 'id connection permissions members description version';
const CREATE = `mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { ${RULE} } }`;
const UPDATE = `mutation ($orgId: ID!, $id: ID!, $version: Int!, $rule: RuleInput!) { updateRule(orgId: $orgId, id: $id, version: $version, rule: $rule) { ${RULE} } }`;
const DELETE =
  'mutation ($orgId: ID!, $id: ID!, $version: Int!) { deleteRule(orgId: $orgId, id: $id, version: $version) }';
const PREVIEW = `query ($orgId: ID!, $change: RuleChangeInput!) { previewRuleChange(orgId: $orgId, change: $change) {
  totalCount changes { user { email } connection { slug environment { slug } } before after gained lost } } }`;

interface RuleAnswer {
  id: string;
  version: number;
  permissions: string[];
  members: string[];
}

const run = <T = Record<string, unknown>>(query: string, variables: Record<string, unknown>) =>
  api.graphql<T>(query, { orgId: company.orgId, ...variables }, company.cookie);
const valid = { connection: 'shop', permissions: ['read'], members: ['*'] };

async function create(rule: Record<string, unknown>): Promise<RuleAnswer> {
  const { createRule } = await must<{ createRule: RuleAnswer }>(
    api,
    CREATE,
    { orgId: company.orgId, rule },
    company.cookie,
  );
  return createRule;
}

describe('a rule', () => {
  it('is kept in the words of the spec', async () => {
    const rule = {
      connection: 'shop',
      permissions: ['export', 'read', 'read'],
      members: ['group:dba', 'user:MIA@rules.test', 'user:mia@rules.test', '*'],
      description: ' who reads ',
    };
    expect(await create(rule)).toEqual({
      id: expect.any(String),
      connection: 'shop',
      permissions: ['read', 'export'],
      members: ['group:dba', 'user:mia@rules.test', '*'],
      description: 'who reads',
      version: 1,
    });
  });

  it.each([
    [['*'], ['*']],
    [['*', 'read'], ['*']],
    [['export', 'execute', 'explain', 'admin', 'ddl', 'write', 'read'], ['*']],
    [
      ['write', 'read'],
      ['read', 'write'],
    ],
  ])('grants %j as %j', async (permissions, shown) => {
    expect((await create({ ...valid, permissions })).permissions).toEqual(shown);
  });

  it.each([
    ['rule.unknown_connection', 'connection', { connection: 'nowhere' }],
    ['rule.empty', 'connection', { connection: '' }],
    ['rule.unknown_permission', 'permissions.1', { permissions: ['read', 'select'] }],
    ['rule.unknown_permission', 'permissions.0', { permissions: ['READ'] }],
    ['rule.empty', 'permissions', { permissions: [] }],
    ['rule.empty', 'members', { members: [] }],
    ['rule.unknown_group', 'members.1', { members: ['*', 'group:nobody'] }],
    ['rule.unknown_user', 'members.0', { members: ['user:nobody@rules.test'] }],
    ['rule.malformed_member', 'members.0', { members: ['dba'] }],
    ['rule.malformed_member', 'members.0', { members: ['mia@rules.test'] }],
    ['rule.malformed_member', 'members.0', { members: ['user:'] }],
    ['rule.malformed_member', 'members.0', { members: ['group:'] }],
    ['rule.malformed_member', 'members.0', { members: ['role:dba'] }],
    ['input.invalid', 'description', { description: 'x'.repeat(501) }],
    ['input.invalid', 'members', { members: Array.from({ length: 501 }, () => '*') }],
  ])('is refused with %s at `%s` for %j', async (code, field, change) => {
    const answer = await run(CREATE, { rule: { ...valid, ...change } });
    expect(answer.errors[0]?.extensions).toMatchObject({ code, field, fix: expect.stringMatching(/\w/) });
  });

  it('says what a group’s or a person’s bare name should have been', async () => {
    const answer = await run(CREATE, { rule: { ...valid, members: ['dba', 'mia@rules.test'] } });
    expect(answer.errors[0]?.extensions).toMatchObject({ fix: 'write `group:dba`' });
    expect(answer.errors[0]?.extensions.problems).toEqual([
      expect.objectContaining({ field: 'members.0', fix: 'write `group:dba`' }),
      expect.objectContaining({ field: 'members.1', fix: 'write `user:mia@rules.test`' }),
    ]);
  });

  it('tells all its problems at once', async () => {
    const rule = { connection: 'nowhere', permissions: ['select'], members: ['x', 'group:y'] };
    const answer = await run(CREATE, { rule });
    expect(answer.errors).toHaveLength(1);
    expect(
      ((answer.errors[0]?.extensions.problems ?? []) as { field: string }[]).map(({ field }) => field),
    ).toEqual(['connection', 'permissions.0', 'members.0', 'members.1']);
  });
});

describe('changing a rule', () => {
  it('raises its version and records before and after', async () => {
    const rule = await create(valid);
    const answer = await run<{ updateRule: RuleAnswer }>(UPDATE, {
      id: rule.id,
      version: 1,
      rule: { connection: '*', permissions: ['write'], members: ['group:dba'] },
    });
    expect(answer.data?.updateRule).toEqual({
      id: rule.id,
      connection: '*',
      permissions: ['write'],
      members: ['group:dba'],
      description: '',
      version: 2,
    });
    const [event] = await auditTrail(api, company.orgId);
    expect(event).toMatchObject({
      kind: 'rule.updated',
      actor_label: company.email,
      event: {
        target: { type: 'rule', id: rule.id, label: 'write on * for group:dba' },
        before: { connection: 'shop', permissions: ['read'], members: ['*'] },
        after: { connection: '*', permissions: ['write'], members: ['group:dba'] },
      },
    });
  });

  it('is refused when somebody else was quicker, and leaves theirs', async () => {
    const rule = await create(valid);
    await run(UPDATE, { id: rule.id, version: 1, rule: { ...valid, permissions: ['ddl'] } });
    const late = await run(UPDATE, { id: rule.id, version: 1, rule: { ...valid, permissions: ['admin'] } });
    expect(late.errors[0]?.extensions).toMatchObject({ code: 'rule.stale', field: 'version' });
    const remove = await run(DELETE, { id: rule.id, version: 1 });
    expect(remove.errors[0]?.extensions.code).toBe('rule.stale');
    const { data } = await run(`query ($orgId: ID!, $id: ID!) { rule(orgId: $orgId, id: $id) { ${RULE} } }`, {
      id: rule.id,
    });
    expect(data?.rule).toMatchObject({ permissions: ['ddl'], version: 2, members: ['*'] });
  });

  it('lets one of many at once through', async () => {
    const rule = await create(valid);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        run(UPDATE, { id: rule.id, version: 1, rule: { ...valid, description: `try ${i}` } }),
      ),
    );
    const codes = answers.map((answer) => answer.errors[0]?.extensions.code);
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'rule.stale')).toHaveLength(5);
  });

  it('deletes with the version at hand', async () => {
    const rule = await create(valid);
    expect((await run(DELETE, { id: rule.id, version: 1 })).data).toEqual({ deleteRule: true });
    expect((await run(DELETE, { id: rule.id, version: 1 })).errors[0]?.extensions.code).toBe(
      'rule.not_found',
    );
  });
});

describe('the list of rules', () => {
  it('can be narrowed to what a rule says', async () => {
    const other = await furnish(api, 'narrow');
    const ask = async (filter: Record<string, string>) => {
      const query =
        'query ($orgId: ID!, $connection: String, $member: String) { rules(orgId: $orgId, connection: $connection, member: $member) { totalCount edges { node { connection members } } } }';
      const data = await must<{ rules: { totalCount: number } }>(
        api,
        query,
        { orgId: other.orgId, ...filter },
        other.cookie,
      );
      return data.rules.totalCount;
    };
    await must(
      api,
      CREATE,
      { orgId: other.orgId, rule: { connection: '*', permissions: ['read'], members: ['*'] } },
      other.cookie,
    );
    expect(await ask({})).toBe(2);
    expect(await ask({ connection: 'shop' })).toBe(1);
    expect(await ask({ connection: '*' })).toBe(1);
    expect(await ask({ member: 'group:dba' })).toBe(1);
    expect(await ask({ member: '*', connection: 'shop' })).toBe(0);
    expect(await ask({ member: "x' or true --" })).toBe(0);
  });
});

describe('the preview of a change', () => {
  let there: FurnishedCompany;
  let person: TestPerson;
  const preview = async (change: Record<string, unknown>) =>
    (
      await must<{ previewRuleChange: { totalCount: number; changes: Record<string, unknown>[] } }>(
        api,
        PREVIEW,
        { orgId: there.orgId, change },
        there.cookie,
      )
    ).previewRuleChange;

  beforeAll(async () => {
    there = await furnish(api, 'preview');
    person = await join(api, there, 'pia', 'member');
    await must(
      api,
      `mutation ($orgId: ID!, $groupId: ID!, $userIds: [ID!]!) {
        setGroupMembers(orgId: $orgId, id: $groupId, userIds: $userIds) { id }
        createEnvironment(orgId: $orgId, slug: "staging", name: "Staging") { id }
      }`,
      { orgId: there.orgId, groupId: there.groupId, userIds: [person.userId] },
      there.cookie,
    );
  });

  const onShop = { slug: 'shop', environment: { slug: 'production' } };

  it('shows who gains what from a new rule', async () => {
    const rule = { connection: '*', permissions: ['read', 'write'], members: ['*'] };
    expect(await preview({ rule })).toEqual({
      totalCount: 2,
      changes: [
        {
          user: { email: there.email },
          connection: onShop,
          before: [],
          after: ['read', 'write'],
          gained: ['read', 'write'],
          lost: [],
        },
        {
          user: { email: person.email },
          connection: onShop,
          before: ['read'],
          after: ['read', 'write'],
          gained: ['write'],
          lost: [],
        },
      ],
    });
  });

  it('shows who loses what from an update or a deletion', async () => {
    const changed = { connection: 'shop', permissions: ['explain'], members: ['group:dba'] };
    const base = { user: { email: person.email }, connection: onShop, before: ['read'] };
    expect(await preview({ ruleId: there.ruleId, rule: changed })).toEqual({
      totalCount: 1,
      changes: [{ ...base, after: ['explain'], gained: ['explain'], lost: ['read'] }],
    });
    expect(await preview({ ruleId: there.ruleId })).toEqual({
      totalCount: 1,
      changes: [{ ...base, after: [], gained: [], lost: ['read'] }],
    });
  });

  it('is empty for what changes nothing, and changes nothing itself', async () => {
    const same = { connection: 'shop', permissions: ['read'], members: ['group:dba'] };
    expect(await preview({ rule: same })).toEqual({ totalCount: 0, changes: [] });
    const { rules } = await must<{ rules: { totalCount: number } }>(
      api,
      'query ($orgId: ID!) { rules(orgId: $orgId) { totalCount } }',
      { orgId: there.orgId },
      there.cookie,
    );
    expect(rules.totalCount).toBe(1);
  });

  it('refuses what could not be saved, and a change that says nothing', async () => {
    const bad = await api.graphql(
      PREVIEW,
      {
        orgId: there.orgId,
        change: { rule: { connection: 'nowhere', permissions: ['read'], members: ['*'] } },
      },
      there.cookie,
    );
    expect(bad.errors[0]?.extensions).toMatchObject({ code: 'rule.unknown_connection', field: 'connection' });
    const empty = await api.graphql(PREVIEW, { orgId: there.orgId, change: {} }, there.cookie);
    expect(empty.errors[0]?.extensions).toMatchObject({ code: 'input.invalid', field: 'change' });
  });

  it('lists two hundred and counts all', async () => {
    const { owner } = api.database;
    await owner.query(
      `with people as (
         insert into users (id, email, name, password_hash)
         select gen_random_uuid(), 'crowd' || n || '@preview.test', 'Crowd', 'x' from generate_series(1, 250) n returning id)
       insert into membership (id, org_id, user_id, role) select gen_random_uuid(), $1, id, 'member' from people`,
      [there.orgId],
    );
    const { totalCount, changes } = await preview({
      rule: { connection: 'shop', permissions: ['export'], members: ['*'] },
    });
    expect(totalCount).toBe(252);
    expect(changes).toHaveLength(200);
  });
});

describe('effective access', () => {
  it('names the rules behind each permission', async () => {
    const there = await furnish(api, 'explained');
    const person = await join(api, there, 'eva', 'member');
    const { orgId, cookie, groupId, connectionId, ruleId } = there;
    const data = await must<{ everybody: RuleAnswer }>(
      api,
      `mutation ($orgId: ID!, $groupId: ID!, $userIds: [ID!]!) {
        setGroupMembers(orgId: $orgId, id: $groupId, userIds: $userIds) { id }
        everybody: createRule(orgId: $orgId, rule: { connection: "*", permissions: ["read", "explain"], members: ["*"] }) { id }
      }`,
      { orgId, groupId, userIds: [person.userId] },
      cookie,
    );
    const answer = await must(
      api,
      `query ($orgId: ID!, $userId: ID!, $connectionId: ID!) { effectiveAccess(orgId: $orgId, userId: $userId, connectionId: $connectionId) {
        user { email } connection { slug viewerPermissions } permissions grants { permission rules { id connection } } } }`,
      { orgId, userId: person.userId, connectionId },
      cookie,
    );
    expect(answer).toEqual({
      effectiveAccess: {
        user: { email: person.email },
        connection: { slug: 'shop', viewerPermissions: ['read', 'explain'] },
        permissions: ['read', 'explain'],
        grants: [
          {
            permission: 'read',
            rules: [
              { id: data.everybody.id, connection: '*' },
              { id: ruleId, connection: 'shop' },
            ],
          },
          { permission: 'explain', rules: [{ id: data.everybody.id, connection: '*' }] },
        ],
      },
    });
    expect(mia.email).toBe('mia@rules.test');
  });
});
