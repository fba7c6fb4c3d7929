import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestApp, type TestApp } from './app.js';
import { type FurnishedCompany, furnish, must } from './people.js';

let api: TestApp;
let company: FurnishedCompany;
const CROWD = 25;

beforeAll(async () => {
  api = await startTestApp();
  company = await furnish(api, 'lists');
  await crowd(CROWD);
});
afterAll(() => api.close());

/** Rows by hand: how many there are is what the tests vary. */
async function crowd(n: number): Promise<void> {
  const { owner } = api.database;
  const { orgId, environmentId } = company;
  const series = (from: number) => `generate_series(${from}, ${from + n - 1}) n`;
  const { rows } = await owner.query<{ count: number }>(
    'select count(*)::int from membership where org_id = $1',
    [orgId],
  );
  const from = rows[0]?.count ?? 0;
  await owner.query(
    `with people as (
       insert into users (id, email, name, password_hash)
       select gen_random_uuid(), 'p' || n || '@lists.test', 'P', 'x' from ${series(from)} returning id)
     insert into membership (id, org_id, user_id, role) select gen_random_uuid(), $1, id, 'member' from people`,
    [orgId],
  );
  await owner.query(
    `insert into user_group (id, org_id, slug, name) select gen_random_uuid(), $1, 'g' || lpad(n::text, 4, '0'), 'G' from ${series(from)}`,
    [orgId],
  );
  await owner.query(
    `insert into group_member (org_id, group_id, user_id)
     select g.org_id, g.id, m.user_id from user_group g join membership m on m.org_id = g.org_id where g.org_id = $1
     on conflict do nothing`,
    [orgId],
  );
  await owner.query(
    `insert into environment (id, org_id, slug, name) select gen_random_uuid(), $1, 'e' || n, 'E' from ${series(from)}`,
    [orgId],
  );
  await owner.query(
    `insert into db_connection (id, org_id, environment_id, slug, name)
     select gen_random_uuid(), $1, $2, 'c' || lpad(n::text, 4, '0'), 'C' from ${series(from)}`,
    [orgId, environmentId],
  );
  await owner.query(
    `with rules as (
       insert into rule (id, org_id, connection_id, permissions)
       select gen_random_uuid(), c.org_id, c.id, 1 from db_connection c
        where c.org_id = $1 and not exists (select from rule r where r.org_id = $1 and r.connection_id = c.id)
       returning id, org_id)
     insert into rule_member (id, org_id, rule_id, kind, group_id, position)
     select gen_random_uuid(), r.org_id, r.id, 'group', (select min(id::text)::uuid from user_group where org_id = $1), 0 from rules r`,
    [orgId],
  );
  await owner.query(
    `insert into agent (id, org_id, environment_id, name, public_key, console_url, agent_version, protocol_version)
     select gen_random_uuid(), $1, $2, 'a' || n, 'k', 'http://x', '1', 1 from ${series(from)}`,
    [orgId, environmentId],
  );
  await owner.query(
    `insert into enrolment_token (id, org_id, environment_id, name, token_hash, expires_at)
     select gen_random_uuid(), $1, $2, 't' || n, 'h' || n, now() + interval '1 hour' from ${series(from)}`,
    [orgId, environmentId],
  );
  await owner.query(
    `insert into database_password (id, org_id, environment_id, user_id, verifier, expires_at)
     select gen_random_uuid(), org_id, $2, user_id, 'SCRAM-SHA-256$', now() from membership where org_id = $1
     on conflict do nothing`,
    [orgId, environmentId],
  );
  await owner.query(
    `insert into saved_search (id, org_id, user_id, name, query, is_shared)
     select gen_random_uuid(), org_id, user_id, 's', '', true from membership where org_id = $1 on conflict do nothing`,
    [orgId],
  );
  await owner.query(
    `insert into access_request (id, org_id, environment_id, user_id, connection_slug, permissions)
     select gen_random_uuid(), org_id, $2, user_id, 'shop', 1 from membership where org_id = $1 on conflict do nothing`,
    [orgId, environmentId],
  );
  await crowdOfReviews(from, n);
  await crowdOfRoles();
  await owner.query(
    `insert into audit_event (id, org_id, at, kind, actor_id, actor_label, search_text, event)
     select gen_random_uuid(), $1, now() - n * interval '1 second', 'org.updated', '', 'x', 'x',
            jsonb_build_object('id', gen_random_uuid(), 'at', now(), 'kind', 'org.updated',
              'actor', jsonb_build_object('type', 'system', 'id', '', 'label', 'x'))
       from ${series(from)}`,
    [orgId],
  );
}

/** The one review and the one integration whose parts are listed; all others are only there. */
const REVIEW = '018f0000-0000-7000-8000-00000000aaaa';
const INTEGRATION = '018f0000-0000-7000-8000-00000000bbbb';

async function crowdOfReviews(from: number, n: number): Promise<void> {
  const { owner } = api.database;
  const { orgId } = company;
  const series = `generate_series(${from}, ${from + n - 1}) n`;
  await owner.query(
    `insert into access_review (id, org_id, name, due_at, created_by_label)
     select case n when ${from} then $2::uuid else gen_random_uuid() end, $1, 'r', now(), 'x' from ${series}
     on conflict do nothing`,
    [orgId, REVIEW],
  );
  await owner.query(
    `insert into access_review_item (id, org_id, review_id, user_id, user_email, user_name, connection_slug, permissions, through, reviewer_id, reviewer_email)
     select gen_random_uuid(), $1, $2, gen_random_uuid(), 'x', 'x', 'c', 1, '{}', gen_random_uuid(), 'x' from ${series}`,
    [orgId, REVIEW],
  );
  await owner.query(
    `insert into integration (id, org_id, kind, name, url, format, event_types)
     select case n when ${from} then $2::uuid else gen_random_uuid() end, $1, 'webhook', 'i' || n, 'https://x.test', 'json', '{*}' from ${series}
     on conflict do nothing`,
    [orgId, INTEGRATION],
  );
  await owner.query(
    `insert into webhook_delivery (id, org_id, integration_id, type, body)
     select gen_random_uuid(), $1, $2, 'x', '{}' from ${series}`,
    [orgId, INTEGRATION],
  );
  await owner.query(
    `insert into report (id, org_id, kind, parameters, requested_by_label, expires_at)
     select gen_random_uuid(), $1, 'coverage', '{}', 'x', now() from ${series}`,
    [orgId],
  );
  await owner.query(
    `with made as (
       insert into report_schedule (id, org_id, name, kind, parameters, cadence, hour, time_zone, format, next_run_at, created_by_label)
       select gen_random_uuid(), $1, 's' || n, 'coverage', '{}', 'daily', 6, 'UTC', 'pdf', now() + interval '1 day', 'x' from ${series} returning id)
     insert into report_schedule_recipient (org_id, schedule_id, integration_id) select $1, id, $2 from made`,
    [orgId, INTEGRATION],
  );
}

async function crowdOfRoles(): Promise<void> {
  const { owner } = api.database;
  const { orgId, connectionId } = company;
  await owner.query(
    `insert into role_manifest (id, org_id, connection_id, version, body, sha256, author_id, author_label)
     select gen_random_uuid(), org_id, id, 1, 'roles: []', 'x', '', 'x' from db_connection where org_id = $1
     on conflict do nothing`,
    [orgId],
  );
  await owner.query(
    `insert into role_manifest (id, org_id, connection_id, version, body, sha256, author_id, author_label)
     select gen_random_uuid(), $1, $2, (select max(version) from role_manifest where connection_id = $2) + n, 'roles: []', 'x', '', 'x'
       from generate_series(1, ${CROWD}) n`,
    [orgId, connectionId],
  );
  await owner.query(
    `insert into role_plan (id, org_id, connection_id, manifest_id, manifest_version, mode, cause, requested_by, requested_label, expires_at)
     select gen_random_uuid(), org_id, connection_id, id, 1, 'adopt', 'manifest', '', 'x', now() from role_manifest
      where org_id = $1 and version = 1 on conflict do nothing`,
    [orgId],
  );
}

/** Each list with everything in it that another query might answer. */
const LISTS: Record<string, string> = {
  members:
    'members(orgId: $orgId, first: 200) { totalCount edges { node { user { email } groups { slug memberCount } } } }',
  groups:
    'groups(orgId: $orgId, first: 200) { totalCount edges { node { slug members { id } memberCount ruleCount } } }',
  environments:
    'environments(orgId: $orgId) { slug policyVersion agentCount enforcedCount enforcedAt connectionCount wireAddresses { host } }',
  connections:
    'connections(orgId: $orgId, first: 200) { totalCount edges { node { slug environment { name connectionCount } viewerPermissions ruleCount health healthDetail } } }',
  rules: 'rules(orgId: $orgId, first: 200) { totalCount edges { node { connection members permissions } } }',
  agents:
    'agents(orgId: $orgId, first: 200) { totalCount edges { node { name status isCurrent environment { name policyVersion } } } }',
  enrolmentTokens: 'enrolmentTokens(orgId: $orgId) { name environment { name } }',
  auditEvents:
    'auditEvents(orgId: $orgId, first: 200) { edges { cursor node { id at receivedAt kind actor { type id label } decision connection { id slug } path statement { text bytes sha256 truncated kinds } required held missing ruleIds reason target { type id label } before after policyVersion sessionId client { address application tls } agentId seq outcome { bytes status rows durationMs sqlstate at } } } pageInfo { hasNextPage endCursor } }',
  myDatabasePasswords:
    'myDatabasePasswords(orgId: $orgId) { id expiresAt user { email } environment { name wireAddresses { host } } }',
  databasePasswords:
    'databasePasswords(orgId: $orgId, first: 200) { totalCount edges { node { id expiresAt user { email } environment { name wireAddresses { host } } } } }',
  reportSchedules:
    'reportSchedules(orgId: $orgId) { id name title nextRunAt recipients { name lastDelivery { state } } lastReport { id status } }',
  savedSearches: 'savedSearches(orgId: $orgId) { id name query owner { email } }',
  invites: 'invites(orgId: $orgId) { id email }',
  accessRequests: 'accessRequests(orgId: $orgId) { id connection personEmail permissions }',
  accessReviews: 'accessReviews(orgId: $orgId) { id name connection certified revoked total waitingForMe }',
  accessReviewItems:
    'accessReviewItems(orgId: $orgId, reviewId: "REVIEW") { id userEmail reviewerEmail permissions through decision }',
  accessReviewUse: 'accessReviewUse(orgId: $orgId, reviewId: "REVIEW") { itemId lastUsedAt used }',
  auditChains: 'auditChains(orgId: $orgId) { id name headSeq isAgent }',
  integrations: 'integrations(orgId: $orgId) { id name kind url behind dead failures }',
  integrationDeliveries:
    'integrationDeliveries(orgId: $orgId, id: "INTEGRATION") { id state type attempts lastStatus }',
  reportCatalog: 'reportCatalog(orgId: $orgId) { kind title purpose controls { framework clause title } }',
  reports:
    'reports(orgId: $orgId, first: 200) { edges { node { id kind title requestedBy status progress } } }',
  checkRoleManifest: 'checkRoleManifest(orgId: $orgId, body: "roles: 7") { message fix line column }',
  roleManifests:
    'roleManifests(orgId: $orgId, connectionId: "CONNECTION", first: 200) { edges { node { version body authorLabel } } }',
  failedWork:
    'failedWork(orgId: $orgId, first: 200) { edges { node { id kind connectionSlug failureClass message fix failedAt } } }',
  roleStates:
    'roleStates(orgId: $orgId, first: 200) { edges { node { slug environmentName manifestVersion state planState driftCount hasAgent } } }',
  rolePlans:
    'rolePlans(orgId: $orgId, first: 200) { edges { node { id state reason manifestVersion changeCount approvedLabel } } }',
};

/** How many statements a request sends to the database. */
async function statementsOf(list: string): Promise<number> {
  const query = list
    .replace('REVIEW', REVIEW)
    .replace('INTEGRATION', INTEGRATION)
    .replace('CONNECTION', company.connectionId);
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  await must(api, `query ($orgId: ID!) { ${query} }`, { orgId: company.orgId }, company.cookie);
  const count = spy.mock.calls.length;
  spy.mockRestore();
  return count;
}

describe('a list', () => {
  it.each(Object.entries(LISTS))('of %s asks as many questions for many as for few', async (_, query) => {
    await statementsOf(query);
    const few = await statementsOf(query);
    await crowd(CROWD);
    const many = await statementsOf(query);
    expect(many).toBe(few);
    expect(many).toBeLessThanOrEqual(30);
  });

  it('comes in pages that neither lose nor repeat a row while others come and go', async () => {
    const page = async (after?: string) =>
      (
        await must<{
          groups: {
            edges: { node: { slug: string } }[];
            pageInfo: { hasNextPage: boolean; endCursor: string };
          };
        }>(
          api,
          'query ($orgId: ID!, $after: String) { groups(orgId: $orgId, first: 7, after: $after) { edges { node { slug } } pageInfo { hasNextPage endCursor } } }',
          { orgId: company.orgId, after },
          company.cookie,
        )
      ).groups;
    const { rows } = await api.database.owner.query<{ slug: string }>(
      'select slug from user_group where org_id = $1 order by slug',
      [company.orgId],
    );
    const seen: string[] = [];
    let after: string | undefined;
    for (let pages = 0; ; pages++) {
      const { edges, pageInfo } = await page(after);
      seen.push(...edges.map(({ node }) => node.slug));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
      await api.database.owner.query(
        "insert into user_group (id, org_id, slug, name) values (gen_random_uuid(), $1, 'a' || $2, 'new')",
        [company.orgId, String(pages).padStart(4, '0')],
      );
    }
    expect(seen).toEqual(rows.map((row) => row.slug));
  });

  it.each([
    ['connections', 'node { slug }'],
    ['members', 'node { id }'],
    ['rules', 'node { id }'],
    ['agents', 'node { id }'],
    ['databasePasswords', 'node { id }'],
  ])('of %s ends with its last row', async (name, selection) => {
    const all: string[] = [];
    let after: string | null = null;
    let total = 0;
    do {
      const data: Record<
        string,
        {
          totalCount: number;
          edges: { node: Record<string, string> }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        }
      > = await must(
        api,
        `query ($orgId: ID!, $after: String) { ${name}(orgId: $orgId, first: 20, after: $after) { totalCount edges { ${selection} } pageInfo { hasNextPage endCursor } } }`,
        { orgId: company.orgId, after },
        company.cookie,
      );
      const list = data[name];
      all.push(...(list?.edges ?? []).flatMap(({ node }) => Object.values(node)));
      total = list?.totalCount ?? 0;
      after = list?.pageInfo.hasNextPage ? list.pageInfo.endCursor : null;
    } while (after !== null);
    expect(all).toHaveLength(total);
    expect(new Set(all).size).toBe(total);
  });

  it.each([
    ['first', '0', undefined],
    ['first', '201', undefined],
    ['first', '-1', undefined],
    ['after', '1', 'not a cursor'],
    ['after', '1', Buffer.from('[1,2]').toString('base64url')],
    ['after', '1', Buffer.from('{"a":1}').toString('base64url')],
  ])('refuses a wrong `%s`', async (field, first, after) => {
    const answer = await api.graphql(
      `query ($orgId: ID!, $after: String) { groups(orgId: $orgId, first: ${first}, after: $after) { totalCount } }`,
      { orgId: company.orgId, after },
      company.cookie,
    );
    expect(answer.errors[0]?.extensions).toMatchObject({ code: 'input.invalid', field });
  });

  it('is one of those counted above', async () => {
    const { data } = await api.graphql<{
      __type: { fields: { name: string; type: { ofType: { name: string | null; kind: string } } }[] };
    }>('{ __type(name: "Query") { fields { name type { ofType { name kind } } } } }');
    const lists = data?.__type.fields
      .filter(({ type }) => type.ofType?.kind === 'LIST' || /Connection$/.test(type.ofType?.name ?? ''))
      .map(({ name }) => name);
    expect(lists?.sort()).toEqual(Object.keys(LISTS).sort());
  });
});
