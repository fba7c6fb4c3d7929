import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.js';
import { auditTrail, type Company, signUpCompany } from './company.js';
import { join, memberIds, must, type TestPerson } from './people.js';

let api: TestApp;
let company: Company;
let admin: TestPerson;
let auditor: TestPerson;
beforeAll(async () => {
  api = await startTestApp();
  company = await signUpCompany(api, 'saved');
  admin = await join(api, company, 'adam', 'admin');
  auditor = await join(api, company, 'audrey', 'auditor');
});
afterAll(() => api.close());

interface Saved {
  id: string;
  name: string;
  query: string;
  isShared: boolean;
  owner: { email: string };
}
const FIELDS = 'id name query isShared owner { email }';
const CREATE = `mutation ($orgId: ID!, $search: SavedSearchInput!) { saved: createSavedSearch(orgId: $orgId, search: $search) { ${FIELDS} } }`;
const UPDATE = `mutation ($orgId: ID!, $id: ID!, $search: SavedSearchInput!) { saved: updateSavedSearch(orgId: $orgId, id: $id, search: $search) { ${FIELDS} } }`;
const DELETE = 'mutation ($orgId: ID!, $id: ID!) { deleteSavedSearch(orgId: $orgId, id: $id) }';

const save = async (who: { cookie: string }, search: object) =>
  (await must<{ saved: Saved }>(api, CREATE, { orgId: company.orgId, search }, who.cookie)).saved;
const list = async (who: { cookie: string }) =>
  (
    await must<{ savedSearches: Saved[] }>(
      api,
      `query ($orgId: ID!) { savedSearches(orgId: $orgId) { ${FIELDS} } }`,
      { orgId: company.orgId },
      who.cookie,
    )
  ).savedSearches;
const codeOf = async (who: { cookie: string }, document: string, variables: object) =>
  (await api.graphql(document, { orgId: company.orgId, ...variables }, who.cookie)).errors[0]?.extensions;

describe('saved searches', () => {
  it('are one’s own until shared', async () => {
    const mine = await save(auditor, { name: 'Refusals', query: 'decision=denied&range=7d' });
    expect(mine).toMatchObject({ isShared: false, owner: { email: auditor.email } });
    expect((await list(auditor)).map(({ name }) => name)).toEqual(['Refusals']);
    expect(await list(admin)).toEqual([]);
    const shared = { name: 'All refusals', query: 'decision=denied', isShared: true };
    const changed = await must<{ saved: Saved }>(
      api,
      UPDATE,
      { orgId: company.orgId, id: mine.id, search: shared },
      auditor.cookie,
    );
    expect(changed.saved).toMatchObject(shared);
    expect(await list(admin)).toMatchObject([{ ...shared, owner: { email: auditor.email } }]);
  });

  it('take each name once a person, whoever else has it', async () => {
    await save(admin, { name: 'Mine', query: '' });
    expect(await codeOf(admin, CREATE, { search: { name: 'Mine', query: 'x=1' } })).toMatchObject({
      code: 'saved_search.name_taken',
      field: 'name',
    });
    await save(auditor, { name: 'Mine', query: '' });
  });

  it.each([
    ['an empty name', { name: ' ', query: '' }, 'name'],
    ['a long query', { name: 'Long', query: 'x'.repeat(2_001) }, 'query'],
    ['a query that is no address', { name: 'Odd', query: 'text=ä\n' }, 'query'],
  ])('refuse %s', async (_, search, field) => {
    expect(await codeOf(auditor, CREATE, { search })).toMatchObject({ code: 'input.invalid', field });
  });

  it('are changed by their owner alone, deleted by an admin too when shared', async () => {
    const own = await save(auditor, { name: 'Own', query: '' });
    const shared = await save(auditor, { name: 'Shared', query: '', isShared: true });
    const search = { name: 'Taken over', query: '' };
    expect(await codeOf(admin, UPDATE, { id: shared.id, search })).toMatchObject({
      code: 'saved_search.not_found',
    });
    expect(await codeOf(admin, DELETE, { id: own.id })).toMatchObject({ code: 'saved_search.not_found' });
    await must(api, DELETE, { orgId: company.orgId, id: shared.id }, admin.cookie);
    await must(api, DELETE, { orgId: company.orgId, id: own.id }, auditor.cookie);
    const names = (await list(auditor)).map(({ name }) => name);
    expect(names).not.toContain('Own');
    expect(names).not.toContain('Shared');
  });

  it('are recorded, with what stood before', async () => {
    const made = await save(auditor, { name: 'Recorded', query: 'a=1' });
    await must(api, DELETE, { orgId: company.orgId, id: made.id }, auditor.cookie);
    const [deleted, created] = await auditTrail(api, company.orgId);
    expect(created).toMatchObject({ kind: 'saved_search.created', actor_label: auditor.email });
    expect(deleted).toMatchObject({ kind: 'saved_search.deleted' });
    expect(deleted?.event).toMatchObject({ before: { name: 'Recorded', query: 'a=1', isShared: false } });
  });

  it('go with the person', async () => {
    const leaver = await join(api, company, 'leo', 'auditor');
    await save(leaver, { name: 'Leaving', query: '', isShared: true });
    const id = (await memberIds(api, company)).get(leaver.userId);
    await must(
      api,
      'mutation ($orgId: ID!, $id: ID!) { removeMember(orgId: $orgId, id: $id) }',
      { orgId: company.orgId, id },
      company.cookie,
    );
    expect((await list(admin)).map(({ name }) => name)).not.toContain('Leaving');
  });

  it('are for those who may search; a refusal is recorded', async () => {
    const member = await join(api, company, 'mo', 'member');
    expect(await codeOf(member, CREATE, { search: { name: 'No', query: '' } })).toMatchObject({
      code: 'auth.forbidden',
    });
    expect((await auditTrail(api, company.orgId))[0]).toMatchObject({ kind: 'access.refused' });
  });

  it('stop at a hundred', async () => {
    const hoarder = await join(api, company, 'hugo', 'auditor');
    for (let n = 0; n < 100; n += 1) await save(hoarder, { name: `Search ${n}`, query: '' });
    expect(await codeOf(hoarder, CREATE, { search: { name: 'One more', query: '' } })).toMatchObject({
      code: 'input.invalid',
      field: 'name',
    });
  });
});
