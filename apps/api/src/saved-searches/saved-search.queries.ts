import { PosternError } from '@postern/core/errors';
import { isUuid } from '../graphql/ids.js';
import { peopleById } from '../orgs/member.queries.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { findSavedSearch, listSavedSearches, type SavedSearchRow } from './saved-search.store.js';

export interface SavedSearchView extends SavedSearchRow {
  owner: { id: string; email: string; name: string };
}

export async function withOwners(tx: Tx, rows: readonly SavedSearchRow[]): Promise<SavedSearchView[]> {
  const people = await peopleById(tx, [...new Set(rows.map((row) => row.userId))]);
  return rows.flatMap((row) => {
    const owner = people.get(row.userId);
    return owner ? [{ ...row, owner }] : [];
  });
}

/** The caller's own and what others share with the organisation. */
export const listVisibleSearches = (db: TenantDb, actor: OrgActor): Promise<SavedSearchView[]> =>
  db.withOrg(actor.orgId, async (tx) => withOwners(tx, await listSavedSearches(tx, actor.userId)));

/** One that `may` says the caller may change; to others it does not exist. */
export async function requireSavedSearch(
  tx: Tx,
  id: string,
  may: (row: SavedSearchRow) => boolean,
): Promise<SavedSearchRow> {
  const row = isUuid(id) ? await findSavedSearch(tx, id) : null;
  if (row && may(row)) return row;
  throw new PosternError('saved_search.not_found', `there is no saved search \`${id}\` of yours here`, {
    field: 'id',
    fix: 'reload the list; what others share can be opened and saved under a name of your own',
  });
}
