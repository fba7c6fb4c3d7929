import { GraphQLSchemaHost } from '@nestjs/graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.js';
import { enrolAgent } from './company.js';
import { type Operation, operationsOf } from './operations.js';
import { type FurnishedCompany, furnish, inviteToken, join, memberIds, must } from './people.js';

/** Something of each kind, in one organisation. */
interface Furnished extends FurnishedCompany {
  agentId: string;
  memberId: string;
  memberUserId: string;
  memberEmail: string;
  inviteId: string;
  auditEventId: string;
  databasePasswordId: string;
  savedSearchId: string;
  accessRequestId: string;
  scheduleId: string;
  integrationId: string;
  planId: string;
  generatedId: string;
  findingId: string;
  reportId: string;
  reviewId: string;
}

let api: TestApp;
let ours: Furnished;
let theirs: Furnished;
let operations: Operation[];

async function furnishFully(name: string): Promise<Furnished> {
  const company = await furnish(api, name);
  await inviteToken(api, company, `guest@${name}.test`, 'member');
  const member = await join(api, company, 'mia', 'member');
  const agent = await enrolAgent(api, company);
  const made = await must<{ createDatabasePassword: { databasePassword: { id: string } } }>(
    api,
    'mutation ($orgId: ID!, $environmentId: ID!) { createDatabasePassword(orgId: $orgId, environmentId: $environmentId, lifetime: ONE_DAY) { databasePassword { id } } }',
    { orgId: company.orgId, environmentId: company.environmentId },
    company.cookie,
  );
  await must(
    api,
    'mutation ($orgId: ID!, $id: ID!, $userIds: [ID!]!) { setGroupMembers(orgId: $orgId, id: $id, userIds: $userIds) { id } }',
    { orgId: company.orgId, id: company.groupId, userIds: [member.userId] },
    company.cookie,
  );
  const review = await must<{ createAccessReview: { id: string } }>(
    api,
    `mutation ($orgId: ID!, $reviewerIds: [ID!]!) {
      createAccessReview(orgId: $orgId, review: { name: "Q1", dueAt: "2999-01-01T00:00:00Z", reviewerIds: $reviewerIds }) { id }
    }`,
    { orgId: company.orgId, reviewerIds: [company.userId] },
    company.cookie,
  );
  const asked = await must<{ requestReport: { id: string } }>(
    api,
    'mutation ($orgId: ID!) { requestReport(orgId: $orgId, kind: COVERAGE) { id } }',
    { orgId: company.orgId },
    company.cookie,
  );
  const saved = await must<{ createSavedSearch: { id: string } }>(
    api,
    'mutation ($orgId: ID!) { createSavedSearch(orgId: $orgId, search: { name: "Shared", query: "", isShared: true }) { id } }',
    { orgId: company.orgId },
    company.cookie,
  );
  const request = await api.database.owner.query<{ id: string }>(
    `insert into access_request (id, org_id, environment_id, user_id, connection_slug, permissions)
     values (gen_random_uuid(), $1, $2, $3, 'shop', 1) returning id`,
    [company.orgId, company.environmentId, company.userId],
  );
  const integration = await must<{ createIntegration: { integration: { id: string } } }>(
    api,
    'mutation ($orgId: ID!) { createIntegration(orgId: $orgId, integration: { name: "Hook", kind: "webhook", url: "https://example.com/", eventTypes: ["rule.*"] }) { integration { id } } }',
    { orgId: company.orgId },
    company.cookie,
  );
  const schedule = await must<{ createReportSchedule: { id: string } }>(
    api,
    `mutation ($orgId: ID!, $to: ID!) {
      createReportSchedule(orgId: $orgId, schedule: { name: "Daily", kind: REFUSALS, cadence: DAILY, hour: 6, recipients: [$to] }) { id }
    }`,
    { orgId: company.orgId, to: integration.createIntegration.integration.id },
    company.cookie,
  );
  const roles = await must<{
    saveRoleManifest: { plan: { id: string } };
    generateRoleManifest: { id: string };
  }>(
    api,
    `mutation ($orgId: ID!, $connectionId: ID!) {
      saveRoleManifest(orgId: $orgId, connectionId: $connectionId, input: { body: "roles: []" }) { plan { id } }
      generateRoleManifest(orgId: $orgId, connectionId: $connectionId) { id }
    }`,
    { orgId: company.orgId, connectionId: company.connectionId },
    company.cookie,
  );
  const findings = await api.database.owner.query<{ id: string }>(
    `insert into drift_finding (id, org_id, connection_id, manifest_version, effects_digest, first_seen_at, last_seen_at, change_count, content)
     values (gen_random_uuid(), $1, $2, 1, 'x', now(), now(), 1, '{}') returning id`,
    [company.orgId, company.connectionId],
  );
  const data = await must<{
    invites: { id: string }[];
    auditEvents: { edges: { node: { id: string } }[] };
  }>(
    api,
    'query ($orgId: ID!) { invites(orgId: $orgId) { id } auditEvents(orgId: $orgId, first: 1) { edges { node { id } } } }',
    { orgId: company.orgId },
    company.cookie,
  );
  return {
    ...company,
    agentId: agent.agentId,
    memberId: (await memberIds(api, company)).get(member.userId) ?? '',
    memberUserId: member.userId,
    memberEmail: member.email,
    inviteId: data.invites[0]?.id ?? '',
    reviewId: review.createAccessReview.id,
    reportId: asked.requestReport.id,
    scheduleId: schedule.createReportSchedule.id,
    savedSearchId: saved.createSavedSearch.id,
    accessRequestId: request.rows[0]?.id ?? '',
    integrationId: integration.createIntegration.integration.id,
    planId: roles.saveRoleManifest.plan.id,
    generatedId: roles.generateRoleManifest.id,
    findingId: findings.rows[0]?.id ?? '',
    databasePasswordId: made.createDatabasePassword.databasePassword.id,
    auditEventId: data.auditEvents.edges[0]?.node.id ?? '',
  };
}

beforeAll(async () => {
  api = await startTestApp();
  operations = operationsOf(api.app.get(GraphQLSchemaHost, { strict: false }).schema);
  ours = await furnishFully('ours');
  theirs = await furnishFully('theirs');
});
afterAll(() => api.close());

/** Fingerprint of every row of every table: what must be the same afterwards. */
async function everything(): Promise<Record<string, string>> {
  const { rows } = await api.database.owner.query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
  );
  const state: Record<string, string> = {};
  for (const { name } of rows) {
    const sum = await api.database.owner.query(
      `select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) as sum from ${name} t`,
    );
    state[name] = sum.rows[0].sum;
  }
  return state;
}

/** Operations outside organisations, each with the reason why no organisation's id can be misused. */
const WITHOUT_ORG: Record<string, string> = {
  viewer: 'asks about the person of the session',
  invitePreview: 'whoever holds the secret may see the invitation',
  signUp: 'makes a new organisation',
  signIn: 'is about a person',
  signOut: 'is about a session',
  acceptInvite: 'whoever holds the secret and proves the address may join',
  createOrg: 'makes a new organisation',
  authorizeConsole: 'takes an agent: see the case below',
};

describe('every operation of the schema', () => {
  it('takes an organisation, or is on the closed list', () => {
    const without = operations.filter(({ argNames }) => !argNames.includes('orgId')).map(({ name }) => name);
    expect(without.sort()).toEqual(Object.keys(WITHOUT_ORG).sort());
  });

  it('does not know foreign organisations, in the words it has for those that do not exist', async () => {
    const before = await everything();
    for (const { name, document, sample, argNames } of operations) {
      if (!argNames.includes('orgId')) continue;
      const answers = [];
      for (const orgId of [theirs.orgId, '018f0000-0000-7000-8000-00000000abcd', 'no-id', '']) {
        const answer = await api.graphql(document, { ...sample, ...idsOf(theirs), orgId }, ours.cookie);
        answers.push(JSON.stringify(answer.errors).replaceAll(`\`${orgId}\``, '`ID`'));
        expect([name, answer.data === null || Object.values(answer.data)[0] === null]).toEqual([name, true]);
      }
      expect([name, JSON.parse(answers[0] ?? '')[0].extensions.code]).toEqual([name, 'org.not_found']);
      expect([name, new Set(answers).size]).toEqual([name, 1]);
    }
    expect(await everything()).toEqual(before);
  });

  it('wants somebody to be signed in', async () => {
    const before = await everything();
    for (const { name, document, sample, argNames } of operations) {
      if (!argNames.includes('orgId')) continue;
      const answer = await api.graphql(document, { ...sample, orgId: ours.orgId });
      expect([name, answer.errors[0]?.extensions.code]).toEqual([name, 'auth.required']);
    }
    expect(await everything()).toEqual(before);
  });
});

/** Ids of everything, by the names that arguments have. */
const idsOf = (company: Furnished): Record<string, unknown> => ({
  environmentId: company.environmentId,
  connectionId: company.connectionId,
});

type Case = [operation: string, variables: () => Record<string, unknown>, code: string];

const RULE = { connection: 'shop', permissions: ['read'], members: ['*'] };
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

/** Own organisation, foreign things. */
const scheduleTo = (integrationId: string) => ({
  name: 'n',
  kind: 'COVERAGE',
  cadence: 'DAILY',
  hour: 6,
  recipients: [integrationId],
});

const CASES: Case[] = [
  ...[
    'integrationDeliveries',
    'deleteIntegration',
    'rotateIntegrationSecret',
    'testIntegration',
    'redriveDeliveries',
  ].map((name): Case => [name, () => ({ id: theirs.integrationId }), 'integration.not_found']),
  [
    'updateIntegration',
    () => ({
      id: theirs.integrationId,
      integration: { name: 'Hook', kind: 'webhook', url: 'https://example.com/', eventTypes: ['*'] },
    }),
    'integration.not_found',
  ],
  ['rule', () => ({ id: theirs.ruleId }), 'rule.not_found'],
  ['updateRule', () => ({ id: theirs.ruleId, version: 1, rule: RULE }), 'rule.not_found'],
  ['deleteRule', () => ({ id: theirs.ruleId, version: 1 }), 'rule.not_found'],
  ['previewRuleChange', () => ({ change: { ruleId: theirs.ruleId } }), 'rule.not_found'],
  ['previewRuleChange', () => ({ change: { ruleId: theirs.ruleId, rule: RULE } }), 'rule.not_found'],
  [
    'effectiveAccess',
    () => ({ userId: theirs.memberUserId, connectionId: ours.connectionId }),
    'member.not_found',
  ],
  [
    'effectiveAccess',
    () => ({ userId: ours.memberUserId, connectionId: theirs.connectionId }),
    'connection.not_found',
  ],
  ['auditEvent', () => ({ id: theirs.auditEventId }), 'audit.not_found'],
  ['verifyAudit', () => ({ chain: theirs.orgId }), 'audit.not_found'],
  ['revokeInvite', () => ({ id: theirs.inviteId }), 'auth.invite_invalid'],
  ['changeMemberRole', () => ({ id: theirs.memberId, role: 'ADMIN' }), 'member.not_found'],
  ['changeMemberRole', () => ({ id: theirs.memberUserId, role: 'ADMIN' }), 'member.not_found'],
  ['removeMember', () => ({ id: theirs.memberId }), 'member.not_found'],
  ['updateGroup', () => ({ id: theirs.groupId, name: 'n' }), 'group.not_found'],
  ['setGroupMembers', () => ({ id: theirs.groupId, userIds: [] }), 'group.not_found'],
  ['setGroupMembers', () => ({ id: ours.groupId, userIds: [theirs.memberUserId] }), 'member.not_found'],
  ['deleteGroup', () => ({ id: theirs.groupId }), 'group.not_found'],
  ['updateEnvironment', () => ({ id: theirs.environmentId, name: 'n' }), 'environment.not_found'],
  ['deleteEnvironment', () => ({ id: theirs.environmentId }), 'environment.not_found'],
  [
    'createConnection',
    () => ({ environmentId: theirs.environmentId, slug: 'new', input: { name: 'n' } }),
    'environment.not_found',
  ],
  ['updateConnection', () => ({ id: theirs.connectionId, input: { name: 'n' } }), 'connection.not_found'],
  ['deleteConnection', () => ({ id: theirs.connectionId }), 'connection.not_found'],
  [
    'createEnrolmentToken',
    () => ({ environmentId: theirs.environmentId, name: 'n' }),
    'environment.not_found',
  ],
  [
    'createDatabasePassword',
    () => ({ environmentId: theirs.environmentId, lifetime: 'ONE_DAY' }),
    'environment.not_found',
  ],
  ['revokeDatabasePassword', () => ({ id: theirs.databasePasswordId }), 'database_password.not_found'],
  [
    'updateSavedSearch',
    () => ({ id: theirs.savedSearchId, search: { name: 'n', query: '' } }),
    'saved_search.not_found',
  ],
  ['accessReviewItems', () => ({ reviewId: theirs.reviewId }), 'access_review.not_found'],
  ['accessReviewUse', () => ({ reviewId: theirs.reviewId }), 'access_review.not_found'],
  [
    'createAccessReview',
    () => ({ review: { name: 'n', dueAt: '2999-01-01T00:00:00Z', reviewerIds: [theirs.memberUserId] } }),
    'member.not_found',
  ],
  [
    'decideAccess',
    () => ({ reviewId: theirs.reviewId, itemIds: [], decision: 'CERTIFIED' }),
    'access_review.not_found',
  ],
  [
    'closeAccessRequest',
    () => ({ id: theirs.accessRequestId, outcome: 'DECLINED' }),
    'access_request.not_found',
  ],
  ['reopenAccess', () => ({ reviewId: theirs.reviewId, itemIds: [] }), 'access_review.not_found'],
  ['remindReviewers', () => ({ id: theirs.reviewId }), 'access_review.not_found'],
  ['closeAccessReview', () => ({ id: theirs.reviewId }), 'access_review.not_found'],
  ['report', () => ({ id: theirs.reportId }), 'report.not_found'],
  ['downloadReport', () => ({ id: theirs.reportId, format: 'JSON' }), 'report.not_found'],
  ['deleteReport', () => ({ id: theirs.reportId }), 'report.not_found'],
  ['reportSchedule', () => ({ id: theirs.scheduleId }), 'report_schedule.not_found'],
  ['deleteReportSchedule', () => ({ id: theirs.scheduleId }), 'report_schedule.not_found'],
  ['runReportSchedule', () => ({ id: theirs.scheduleId }), 'report_schedule.not_found'],
  [
    'updateReportSchedule',
    () => ({ id: theirs.scheduleId, schedule: scheduleTo(ours.integrationId) }),
    'report_schedule.not_found',
  ],
  ['createReportSchedule', () => ({ schedule: scheduleTo(theirs.integrationId) }), 'integration.not_found'],
  ['deleteSavedSearch', () => ({ id: theirs.savedSearchId }), 'saved_search.not_found'],
  ...[
    'connectionRoles',
    'roleManifests',
    'rolePlans',
    'failedRoleTasks',
    'requestRolePlan',
    'scanForDrift',
  ].map((name): Case => [name, () => ({ connectionId: theirs.connectionId }), 'connection.not_found']),
  [
    'saveRoleManifest',
    () => ({ connectionId: theirs.connectionId, input: { body: 'roles: []' } }),
    'connection.not_found',
  ],
  ['updateRoleSettings', () => ({ connectionId: theirs.connectionId, input: {} }), 'connection.not_found'],
  [
    'generateRoleManifest',
    () => ({ connectionId: theirs.connectionId, suggestProfiles: true }),
    'connection.not_found',
  ],
  ['generatedRoleManifest', () => ({ id: theirs.generatedId }), 'role_manifest.not_found'],
  ['rolePlan', () => ({ id: theirs.planId }), 'role_plan.not_found'],
  [
    'approveRolePlan',
    () => ({ id: theirs.planId, effectsDigest: 'x', systemIdentifier: 'x', manifestVersion: 1 }),
    'role_plan.not_found',
  ],
  ['rejectRolePlan', () => ({ id: theirs.planId, reason: 'r' }), 'role_plan.not_found'],
  ['cancelRolePlan', () => ({ id: theirs.planId, reason: 'r' }), 'role_plan.not_found'],
  ['commentOnRolePlan', () => ({ id: theirs.planId, body: 'b' }), 'role_plan.not_found'],
  ['planForDrift', () => ({ id: theirs.findingId }), 'drift.not_found'],
  [
    'ignoreDrift',
    () => ({ id: theirs.findingId, reason: 'r', until: new Date(Date.now() + 3_600_000).toISOString() }),
    'drift.not_found',
  ],
  ['revokeAgent', () => ({ id: theirs.agentId }), 'agent.not_found'],
  [
    'authorizeConsole',
    () => ({
      agentId: theirs.agentId,
      redirectUri: 'http://127.0.0.1:7070/auth/callback',
      codeChallenge: CHALLENGE,
      state: 'state',
    }),
    'agent.not_found',
  ],
];

describe('foreign ids inside the own organisation', () => {
  it('have a case for every operation that takes an id', () => {
    const taking = operations.filter((operation) => operation.idArgs.length > 0).map(({ name }) => name);
    expect([...new Set(CASES.map(([name]) => name))].sort()).toEqual(taking.sort());
  });

  it.each(CASES.map((row) => [row[0], row[2], row[1]] as const))(
    '%s answers %s, as for ids that do not exist, and changes nothing',
    async (name, code, variables) => {
      const operation = operations.find((candidate) => candidate.name === name);
      const before = await everything();
      const answer = await api.graphql(
        operation?.document ?? '',
        { orgId: ours.orgId, ...variables() },
        ours.cookie,
      );
      expect(answer.errors.map((error) => error.extensions.code)).toEqual([code]);
      expect(await everything()).toEqual(before);
    },
  );

  it.each(CASES.filter(([, , code]) => !code.startsWith('auth.')).map((row) => [row[0], row[1]] as const))(
    '%s takes malformed ids for unknown ones',
    async (name, variables) => {
      const operation = operations.find((candidate) => candidate.name === name);
      const text = JSON.stringify(variables()).replaceAll(
        /[0-9a-f]{8}-[0-9a-f-]{27}/g,
        "x'; drop table rule--",
      );
      const answer = await api.graphql(
        operation?.document ?? '',
        { ...JSON.parse(text), orgId: ours.orgId },
        ours.cookie,
      );
      expect(answer.errors[0]?.extensions.code).toMatch(/not_found$/);
    },
  );
});

describe('rules cannot name what belongs to others', () => {
  it.each([
    ['rule.unknown_user', () => ({ ...RULE, members: [`user:${theirs.memberEmail}`] }), 'members.0'],
    ['rule.unknown_group', () => ({ ...RULE, members: ['group:theirs-only'] }), 'members.0'],
    ['rule.unknown_connection', () => ({ ...RULE, connection: 'theirs-only' }), 'connection'],
  ])('%s', async (code, rule, field) => {
    await must(
      api,
      `mutation ($orgId: ID!, $environmentId: ID!) {
        createGroup(orgId: $orgId, slug: "theirs-only", name: "T") { id }
        createConnection(orgId: $orgId, environmentId: $environmentId, slug: "theirs-only", input: { name: "T" }) { id }
      }`,
      { orgId: theirs.orgId, environmentId: theirs.environmentId },
      theirs.cookie,
    ).catch(() => undefined);
    const answer = await api.graphql(
      'mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id } }',
      { orgId: ours.orgId, rule: rule() },
      ours.cookie,
    );
    expect(answer.errors[0]?.extensions).toMatchObject({ code, field });
  });
});
