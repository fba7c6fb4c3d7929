import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail } from './company.js';
import { type FurnishedCompany, furnish, join, must } from './people.js';

let api: TestApp;
let company: FurnishedCompany;
beforeAll(async () => {
  api = await startTestApp();
  company = await furnish(api, 'things');
});
afterAll(() => api.close());

const run = (query: string, variables: Record<string, unknown> = {}) =>
  api.graphql(
    query,
    { orgId: company.orgId, environmentId: company.environmentId, ...variables },
    company.cookie,
  );

const CREATE_CONNECTION = `mutation ($orgId: ID!, $environmentId: ID!, $slug: String!, $input: ConnectionInput!) {
  createConnection(orgId: $orgId, environmentId: $environmentId, slug: $slug, input: $input) {
    id slug name description statementTimeoutMs lockTimeoutMs idleInTransactionTimeoutMs rowCap environment { slug } viewerPermissions
  } }`;

describe('short names', () => {
  it.each([
    ['group', 'mutation ($orgId: ID!) { createGroup(orgId: $orgId, slug: "dba", name: "Again") { id } }'],
    [
      'connection',
      'mutation ($orgId: ID!, $environmentId: ID!) { createConnection(orgId: $orgId, environmentId: $environmentId, slug: "shop", input: { name: "Again" }) { id } }',
    ],
    [
      'environment',
      'mutation ($orgId: ID!) { createEnvironment(orgId: $orgId, slug: "production", name: "Again") { id } }',
    ],
  ])('are unique: %s', async (what, mutation) => {
    expect((await run(mutation)).errors[0]?.extensions).toMatchObject({
      code: `${what}.slug_taken`,
      field: 'slug',
    });
  });

  it.each(['', 'Shop', '-shop', 'shop-', 'a b', 'ä', 'x'.repeat(51), '*', 'user:x'])(
    'have one form: `%s` is none',
    async (slug) => {
      expect(
        (await run(CREATE_CONNECTION, { slug, input: { name: 'n' } })).errors[0]?.extensions,
      ).toMatchObject({
        code: 'input.invalid',
        field: 'slug',
      });
    },
  );
});

describe('a connection', () => {
  it('has sensible limits until others are set, and keeps what an update leaves out', async () => {
    const made = await run(CREATE_CONNECTION, { slug: 'limits', input: { name: 'Limits' } });
    expect(made.data?.createConnection).toMatchObject({
      description: '',
      statementTimeoutMs: 60_000,
      lockTimeoutMs: 5_000,
      idleInTransactionTimeoutMs: 300_000,
      rowCap: 1_000,
      environment: { slug: 'production' },
      viewerPermissions: [],
    });
    const id = (made.data?.createConnection as { id: string } | undefined)?.id;
    const UPDATE =
      'mutation ($orgId: ID!, $id: ID!, $input: ConnectionInput!) { updateConnection(orgId: $orgId, id: $id, input: $input) { name description rowCap lockTimeoutMs } }';
    await run(UPDATE, {
      id,
      input: { name: 'Limits', description: 'kept', rowCap: 50, lockTimeoutMs: null },
    });
    const again = await run(UPDATE, { id, input: { name: 'Renamed' } });
    expect(again.data?.updateConnection).toEqual({
      name: 'Renamed',
      description: 'kept',
      rowCap: 50,
      lockTimeoutMs: 5_000,
    });
    const [event] = await auditTrail(api, company.orgId);
    expect(event).toMatchObject({
      kind: 'connection.updated',
      event: {
        before: { name: 'Limits' },
        after: { name: 'Renamed', slug: 'limits' },
        connection: { slug: 'limits' },
      },
    });
  });

  it.each([
    ['rowCap', 0],
    ['rowCap', 1_000_001],
    ['statementTimeoutMs', -1],
    ['lockTimeoutMs', 86_400_001],
    ['name', ''],
  ])('names the limit that is out of range: %s %s', async (field, value) => {
    const answer = await run(CREATE_CONNECTION, { slug: 'bad', input: { name: 'n', [field]: value } });
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'input.invalid', field: `input.${field}` });
  });

  it('is hidden from members who may do nothing on it, and shows what they may', async () => {
    const member = await join(api, company, 'mia', 'member');
    await run(CREATE_CONNECTION, { slug: 'hidden', input: { name: 'Hidden' } });
    const LIST =
      'query ($orgId: ID!) { connections(orgId: $orgId) { totalCount edges { node { slug viewerPermissions } } } }';
    const seen = () => must<{ connections: unknown }>(api, LIST, { orgId: company.orgId }, member.cookie);
    expect(await seen()).toEqual({ connections: { totalCount: 0, edges: [] } });
    await run(
      'mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { memberCount } }',
      {
        id: company.groupId,
        userIds: [member.userId],
      },
    );
    expect(await seen()).toEqual({
      connections: { totalCount: 1, edges: [{ node: { slug: 'shop', viewerPermissions: ['read'] } }] },
    });
  });
});

describe('what is in use', () => {
  const inUse = [
    [
      'connection',
      () => company.connectionId,
      'deleteConnection',
      '1 rule names this connection',
      { rules: 1 },
    ],
    ['group', () => company.groupId, 'deleteGroup', '1 rule names this group', { rules: 1 }],
  ] as const;

  it.each(inUse)('is not deleted: %s', async (what, id, mutation, message, facts) => {
    const answer = await run(`mutation ($orgId: ID!, $id: ID!) { ${mutation}(orgId: $orgId, id: $id) }`, {
      id: id(),
    });
    expect(answer.errors[0]).toMatchObject({ message, extensions: { code: `${what}.in_use`, ...facts } });
  });

  it('is not deleted: environment', async () => {
    const answer = await run(
      'mutation ($orgId: ID!, $environmentId: ID!) { deleteEnvironment(orgId: $orgId, id: $environmentId) }',
    );
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'environment.in_use', agents: 0 });
    expect(answer.errors[0]?.message).toMatch(/^the environment still has \d connections and 0 agents$/);
  });

  it('may go once nothing names it', async () => {
    const other = await furnish(api, 'emptied');
    const { orgId, cookie, ruleId, groupId, connectionId, environmentId } = other;
    const data = await must(
      api,
      `mutation ($orgId: ID!, $ruleId: ID!, $groupId: ID!, $connectionId: ID!, $environmentId: ID!) {
        deleteRule(orgId: $orgId, id: $ruleId, version: 1) deleteGroup(orgId: $orgId, id: $groupId)
        deleteConnection(orgId: $orgId, id: $connectionId) deleteEnvironment(orgId: $orgId, id: $environmentId)
      }`,
      { orgId, ruleId, groupId, connectionId, environmentId },
      cookie,
    );
    expect(Object.values(data as object)).toEqual([true, true, true, true]);
    expect((await auditTrail(api, orgId)).slice(0, 4).map((event) => event.kind)).toEqual([
      'environment.deleted',
      'connection.deleted',
      'group.deleted',
      'rule.deleted',
    ]);
  });
});

describe('group members', () => {
  const SET =
    'mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { memberCount members { email } } }';

  it('are replaced as a whole, and the change is recorded by address', async () => {
    const lena = await join(api, company, 'lena', 'member');
    await run(SET, { id: company.groupId, userIds: [company.userId, company.userId] });
    const answer = await run(SET, {
      id: company.groupId,
      userIds: [company.userId, lena.userId.toUpperCase()],
    });
    expect(answer.data?.setGroupMembers).toEqual({
      memberCount: 2,
      members: [{ email: lena.email }, { email: company.email }],
    });
    const [event] = await auditTrail(api, company.orgId);
    expect(event?.event).toMatchObject({
      before: { members: [company.email] },
      after: { members: [lena.email, company.email] },
    });
    const before = (await auditTrail(api, company.orgId)).length;
    await run(SET, { id: company.groupId, userIds: [lena.userId, company.userId] });
    expect((await auditTrail(api, company.orgId)).length).toBe(before);
  });

  it('are counted anew by each mutation of one document', async () => {
    const query = `mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) {
      first: setGroupMembers(orgId: $orgId, id: $id, userIds: []) { memberCount }
      second: setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { memberCount }
    }`;
    const answer = await run(query, { id: company.groupId, userIds: [company.userId] });
    expect(answer.data).toEqual({ first: { memberCount: 0 }, second: { memberCount: 1 } });
  });

  it('names the one who is no member of the organisation', async () => {
    const stranger = await furnish(api, 'stranger');
    const answer = await run(SET, { id: company.groupId, userIds: [company.userId, stranger.userId] });
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'member.not_found', field: 'userIds.1' });
  });
});

describe('a change asks for publication', () => {
  const jobs = async () =>
    (
      await api.database.owner.query('select payload from outbox where org_id = $1 order by id', [
        company.orgId,
      ])
    ).rows.length;
  it.each([
    [
      'renaming the organisation',
      'mutation ($orgId: ID!) { updateOrg(orgId: $orgId, name: "Things") { id } }',
    ],
    ['a group', 'mutation ($orgId: ID!) { createGroup(orgId: $orgId, slug: "pub", name: "P") { id } }'],
    [
      'a rule',
      'mutation ($orgId: ID!) { createRule(orgId: $orgId, rule: { connection: "*", permissions: ["read"], members: ["*"] }) { id } }',
    ],
    [
      'an environment’s name',
      'mutation ($orgId: ID!, $environmentId: ID!) { updateEnvironment(orgId: $orgId, id: $environmentId, name: "Prod") { id } }',
    ],
  ])('%s', async (_, mutation) => {
    const before = await jobs();
    expect((await run(mutation)).errors).toEqual([]);
    expect(await jobs()).toBeGreaterThan(before);
  });
});
