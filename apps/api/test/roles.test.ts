import { GraphQLSchemaHost } from '@nestjs/graphql';
import { buildSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessProblems } from '../src/auth/operations-check.js';
import { ORG_ROLES, type OrgRole } from '../src/tenancy/actor.js';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail } from './company.js';
import { type Operation, operationsOf } from './operations.js';
import { type FurnishedCompany, furnish, join, memberIds, must, type TestPerson } from './people.js';

/** The least role of every operation that takes an organisation. */
const LEAST_ROLE: Record<string, OrgRole> = {
  org: 'member',
  members: 'member',
  groups: 'member',
  environments: 'member',
  connections: 'member',
  myDatabasePasswords: 'member',
  createDatabasePassword: 'member',
  revokeDatabasePassword: 'member',
  databasePasswords: 'auditor',
  invites: 'auditor',
  rules: 'auditor',
  rule: 'auditor',
  previewRuleChange: 'auditor',
  effectiveAccess: 'auditor',
  agents: 'auditor',
  enrolmentTokens: 'auditor',
  auditEvents: 'auditor',
  auditEvent: 'auditor',
  auditSummary: 'auditor',
  reportCatalog: 'auditor',
  reports: 'auditor',
  report: 'auditor',
  requestReport: 'auditor',
  downloadReport: 'auditor',
  deleteReport: 'admin',
  reportSchedules: 'auditor',
  reportSchedule: 'auditor',
  createReportSchedule: 'admin',
  updateReportSchedule: 'admin',
  deleteReportSchedule: 'admin',
  runReportSchedule: 'admin',
  savedSearches: 'auditor',
  createSavedSearch: 'auditor',
  updateSavedSearch: 'auditor',
  deleteSavedSearch: 'auditor',
  connectionRoles: 'auditor',
  roleManifests: 'auditor',
  checkRoleManifest: 'auditor',
  rolePlans: 'auditor',
  failedRoleTasks: 'auditor',
  rolePlan: 'auditor',
  generatedRoleManifest: 'admin',
  saveRoleManifest: 'admin',
  updateRoleSettings: 'admin',
  generateRoleManifest: 'admin',
  requestRolePlan: 'admin',
  approveRolePlan: 'admin',
  rejectRolePlan: 'admin',
  cancelRolePlan: 'admin',
  commentOnRolePlan: 'auditor',
  scanForDrift: 'admin',
  planForDrift: 'admin',
  ignoreDrift: 'admin',
  accessRequests: 'auditor',
  closeAccessRequest: 'admin',
  accessReviews: 'member',
  accessReviewItems: 'member',
  accessReviewUse: 'member',
  reopenAccess: 'member',
  remindReviewers: 'admin',
  createAccessReview: 'admin',
  decideAccess: 'member',
  closeAccessReview: 'admin',
  integrations: 'admin',
  integrationDeliveries: 'admin',
  createIntegration: 'admin',
  updateIntegration: 'admin',
  deleteIntegration: 'admin',
  rotateIntegrationSecret: 'admin',
  testIntegration: 'admin',
  redriveDeliveries: 'admin',
  auditChains: 'auditor',
  verifyAudit: 'auditor',
  auditKeeping: 'auditor',
  auditKeepingPreview: 'auditor',
  setAuditKeeping: 'owner',
  updateOrg: 'admin',
  inviteMember: 'admin',
  revokeInvite: 'admin',
  changeMemberRole: 'admin',
  removeMember: 'admin',
  createGroup: 'admin',
  updateGroup: 'admin',
  setGroupMembers: 'admin',
  deleteGroup: 'admin',
  createEnvironment: 'admin',
  updateEnvironment: 'admin',
  deleteEnvironment: 'admin',
  createConnection: 'admin',
  updateConnection: 'admin',
  deleteConnection: 'admin',
  createRule: 'admin',
  updateRule: 'admin',
  deleteRule: 'admin',
  createEnrolmentToken: 'admin',
  revokeAgent: 'admin',
};

let api: TestApp;
let company: FurnishedCompany;
let people: Record<OrgRole, TestPerson>;
let operations: Operation[];

beforeAll(async () => {
  api = await startTestApp();
  operations = operationsOf(api.app.get(GraphQLSchemaHost, { strict: false }).schema);
  company = await furnish(api, 'roles');
  people = {
    owner: company,
    admin: await join(api, company, 'ada', 'admin'),
    auditor: await join(api, company, 'audrey', 'auditor'),
    member: await join(api, company, 'mia', 'member'),
  };
});
afterAll(() => api.close());

describe('the roles', () => {
  it('are decided for every operation', () => {
    const taking = operations.filter(({ argNames }) => argNames.includes('orgId')).map(({ name }) => name);
    expect(taking.sort()).toEqual(Object.keys(LEAST_ROLE).sort());
  });

  it.each(Object.entries(LEAST_ROLE))('%s needs %s', async (name, least) => {
    const operation = operations.find((candidate) => candidate.name === name);
    for (const role of ORG_ROLES) {
      const answer = await api.graphql(
        operation?.document ?? '',
        { ...operation?.sample, orgId: company.orgId },
        people[role].cookie,
      );
      const forbidden = answer.errors[0]?.extensions.code === 'auth.forbidden';
      expect([role, forbidden]).toEqual([role, ORG_ROLES.indexOf(role) > ORG_ROLES.indexOf(least)]);
      if (forbidden) expect(answer.errors[0]?.message).toContain(`needs the role ${least}; you are ${role}`);
    }
  });

  it('leave a trace when one is too low', async () => {
    await api.graphql(
      'mutation ($orgId: ID!) { updateOrg(orgId: $orgId, name: "Mine") { id } }',
      { orgId: company.orgId },
      people.member.cookie,
    );
    const [event] = await auditTrail(api, company.orgId);
    expect(event).toMatchObject({
      kind: 'access.refused',
      decision: 'denied',
      actor_label: people.member.email,
      event: { reason: `updateOrg needs the role admin, ${people.member.email} is member` },
    });
  });

  it('count at once when they change', async () => {
    const person = await join(api, company, 'cara', 'member');
    const id = (await memberIds(api, company)).get(person.userId);
    const canRead = async () =>
      (
        await api.graphql(
          'query ($orgId: ID!) { rules(orgId: $orgId) { totalCount } }',
          { orgId: company.orgId },
          person.cookie,
        )
      ).errors[0]?.extensions.code;
    expect(await canRead()).toBe('auth.forbidden');
    const change =
      'mutation ($orgId: ID!, $id: ID!, $role: OrgRole!) { changeMemberRole(orgId: $orgId, id: $id, role: $role) { role } }';
    await must(api, change, { orgId: company.orgId, id, role: 'AUDITOR' }, company.cookie);
    expect(await canRead()).toBeUndefined();
    await must(
      api,
      'mutation ($orgId: ID!, $id: ID!) { removeMember(orgId: $orgId, id: $id) }',
      { orgId: company.orgId, id },
      company.cookie,
    );
    expect(await canRead()).toBe('org.not_found');
  });
});

describe('the check at the start', () => {
  const schema = buildSchema('type Query { rules(orgId: ID!): Int viewer: Int other: Int }');

  it('names operations that declare too little, or anything unexpected', () => {
    expect(accessProblems(schema, new Map())).toEqual([
      '`rules` declares nothing, expected org',
      '`viewer` declares nothing, expected anyone',
      '`other` declares nothing, expected an entry in OUTSIDE_ORGS',
    ]);
    expect(
      accessProblems(
        schema,
        new Map([
          ['rules', { kind: 'signed-in' }],
          ['viewer', { kind: 'anyone' }],
          ['other', { kind: 'anyone' }],
        ]),
      ),
    ).toHaveLength(2);
  });
});
