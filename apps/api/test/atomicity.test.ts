import { compilePolicy, evaluate } from '@postern/core/policy';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundle } from '../src/policy/build-bundle.js';
import { readPolicyFacts } from '../src/policy/policy-facts.store.js';
import { readOrgPolicy } from '../src/rules/org-policy.queries.js';
import { TenantDb } from '../src/tenancy/tenant-db.js';
import { startTestApp, type TestApp } from './app.js';
import { type FurnishedCompany, furnish, join, memberIds, must } from './people.js';

let api: TestApp;
let company: FurnishedCompany;
let memberId: string;
let databasePasswordId: string;
beforeAll(async () => {
  api = await startTestApp();
  company = await furnish(api, 'atomic');
  const member = await join(api, company, 'mia', 'member');
  memberId = (await memberIds(api, company)).get(member.userId) ?? '';
  const made = await must<{ createDatabasePassword: { databasePassword: { id: string } } }>(
    api,
    'mutation ($orgId: ID!, $environmentId: ID!) { createDatabasePassword(orgId: $orgId, environmentId: $environmentId, lifetime: ONE_DAY) { databasePassword { id } } }',
    { orgId: company.orgId, environmentId: company.environmentId },
    company.cookie,
  );
  databasePasswordId = made.createDatabasePassword.databasePassword.id;
});
afterAll(() => api.close());

/** Every mutation that changes an organisation. */
const CHANGES: [what: string, mutation: string][] = [
  ['updateOrg', 'updateOrg(orgId: $orgId, name: "N") { id }'],
  ['inviteMember', 'inviteMember(orgId: $orgId, email: "i@atomic.test", role: MEMBER) { token }'],
  ['changeMemberRole', 'changeMemberRole(orgId: $orgId, id: $memberId, role: ADMIN) { id }'],
  ['removeMember', 'removeMember(orgId: $orgId, id: $memberId)'],
  ['createGroup', 'createGroup(orgId: $orgId, slug: "new", name: "N") { id }'],
  ['updateGroup', 'updateGroup(orgId: $orgId, id: $groupId, name: "N") { id }'],
  ['setGroupMembers', 'setGroupMembers(orgId: $orgId, id: $groupId, userIds: [$userId]) { id }'],
  ['createEnvironment', 'createEnvironment(orgId: $orgId, slug: "new", name: "N") { id }'],
  ['updateEnvironment', 'updateEnvironment(orgId: $orgId, id: $environmentId, name: "N") { id }'],
  [
    'createConnection',
    'createConnection(orgId: $orgId, environmentId: $environmentId, slug: "new", input: { name: "N" }) { id }',
  ],
  ['updateConnection', 'updateConnection(orgId: $orgId, id: $connectionId, input: { name: "N" }) { id }'],
  [
    'createRule',
    'createRule(orgId: $orgId, rule: { connection: "shop", permissions: ["ddl"], members: ["*"] }) { id }',
  ],
  [
    'updateRule',
    'updateRule(orgId: $orgId, id: $ruleId, version: 1, rule: { connection: "shop", permissions: ["ddl"], members: ["*"] }) { id }',
  ],
  [
    'createDatabasePassword',
    'createDatabasePassword(orgId: $orgId, environmentId: $environmentId, lifetime: ONE_DAY) { password }',
  ],
  ['revokeDatabasePassword', 'revokeDatabasePassword(orgId: $orgId, id: $databasePasswordId)'],
  ['deleteRule', 'deleteRule(orgId: $orgId, id: $ruleId, version: 1)'],
];

async function everything(): Promise<string> {
  const tables =
    'org membership invite environment db_connection user_group group_member rule rule_member database_password audit_event outbox';
  const parts = await Promise.all(
    tables.split(' ').map(async (table) => {
      const { rows } = await api.database.owner.query(`select t::text from ${table} t order by 1`);
      return `${table}: ${JSON.stringify(rows)}`;
    }),
  );
  return parts.join('\n');
}

function change(mutation: string) {
  const types: Record<string, string> = {
    orgId: 'ID!',
    memberId: 'ID!',
    groupId: 'ID!',
    userId: 'ID!',
    environmentId: 'ID!',
    connectionId: 'ID!',
    ruleId: 'ID!',
    databasePasswordId: 'ID!',
  };
  const used = Object.entries(types).filter(([name]) => mutation.includes(`$${name}`));
  const header = used.map(([name, type]) => `$${name}: ${type}`).join(', ');
  return api.graphql(
    `mutation (${header}) { ${mutation} }`,
    { ...company, memberId, databasePasswordId },
    company.cookie,
  );
}

describe('a change and its audit event', () => {
  it.each(CHANGES)('%s: neither is there when the event cannot be written', async (_, mutation) => {
    await api.database.owner.query(
      "alter table audit_event add constraint no_more check (at < '2000-01-01') not valid",
    );
    const before = await everything();
    const answer = await change(mutation);
    await api.database.owner.query('alter table audit_event drop constraint no_more');
    expect(answer.errors[0]?.extensions.code).toBe('internal');
    expect(await everything()).toBe(before);
  });

  it.each(CHANGES.filter(([what]) => !['inviteMember', 'changeMemberRole'].includes(what)))(
    '%s: neither is there when the publication cannot be asked for',
    async (_, mutation) => {
      await api.database.owner.query('revoke insert on outbox from postern_app');
      const before = await everything();
      const answer = await change(mutation);
      await api.database.owner.query('grant insert on outbox to postern_app');
      expect(answer.errors[0]?.extensions.code).toBe('internal');
      expect(await everything()).toBe(before);
    },
  );

  it.each(CHANGES.filter(([what]) => what === 'updateOrg' || what === 'createRule'))(
    '%s: both are there otherwise',
    async (_, mutation) => {
      const count = async () =>
        (await api.database.owner.query('select count(*)::int as n from audit_event')).rows[0].n;
      const before = await count();
      expect((await change(mutation)).errors).toEqual([]);
      expect(await count()).toBe(before + 1);
    },
  );
});

describe('the policy that the api previews with', () => {
  it('is what the bundles say, for everybody on every connection', async () => {
    const { orgId, cookie } = company;
    await must(
      api,
      `mutation ($orgId: ID!, $groupId: ID!, $userId: ID!, $email: String!) {
        createEnvironment(orgId: $orgId, slug: "staging", name: "Staging") { id }
        setGroupMembers(orgId: $orgId, id: $groupId, userIds: [$userId]) { id }
        a: createRule(orgId: $orgId, rule: { connection: "*", permissions: ["explain"], members: [$email] }) { id }
        b: createRule(orgId: $orgId, rule: { connection: "*", permissions: ["*"], members: ["group:dba"] }) { id }
      }`,
      { orgId, groupId: company.groupId, userId: company.userId, email: `user:${company.email}` },
      cookie,
    );
    const { environments } = await must<{ environments: { id: string }[] }>(
      api,
      'query ($orgId: ID!) { environments(orgId: $orgId) { id } }',
      { orgId },
      cookie,
    );
    const db = api.app.get(TenantDb);
    const whole = await db.withOrg(orgId, readOrgPolicy);
    let compared = 0;
    for (const { id } of environments) {
      const facts = await db.withOrg(orgId, (tx) => readPolicyFacts(tx, id));
      if (!facts) throw new Error('no facts');
      const frame = {
        version: 1,
        issuedAt: new Date(),
        leaseSeconds: 60,
        signingKeys: [{ kty: 'OKP' as const, crv: 'Ed25519' as const, x: 'x', kid: 'k' }],
      };
      const bundle = compilePolicy(buildBundle(facts, frame));
      for (const slug of bundle.connections.keys())
        for (const principal of bundle.principals) {
          expect(evaluate(whole, principal, slug)).toBe(evaluate(bundle, principal, slug));
          compared += 1;
        }
    }
    expect(compared).toBeGreaterThan(1);
  });
});
