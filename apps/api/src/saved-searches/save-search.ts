import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { input, parseInput } from '../errors/parse-input.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireSavedSearch, type SavedSearchView, withOwners } from './saved-search.queries.js';
import {
  changeSavedSearch,
  countSavedSearches,
  insertSavedSearch,
  type SavedSearchRow,
} from './saved-search.store.js';

/** A list that a person looks through; more would be a database. */
const MOST = 100;

export interface SavedSearchInput {
  name: string;
  query: string;
  isShared?: boolean | null;
}

const savedSearch = z.object({
  name: input.name,
  query: z
    .string()
    .max(2_000, 'must have at most 2,000 characters')
    .regex(/^[\x20-\x7e]*$/, 'must be the search part of an address, percent-encoded'),
  isShared: z
    .boolean()
    .nullish()
    .transform((given) => given ?? false),
});

const factsOf = ({ name, query, isShared }: Pick<SavedSearchRow, 'name' | 'query' | 'isShared'>) => ({
  name,
  query,
  isShared,
});

const targetOf = (row: SavedSearchRow) => ({ type: 'saved_search', id: row.id, label: row.name });

/** Keeps a search under a name, for the caller alone or for everybody who may search. */
export function createSavedSearch(
  db: TenantDb,
  actor: OrgActor,
  given: SavedSearchInput,
): Promise<SavedSearchView> {
  const parsed = parseInput(savedSearch, given);
  return named(parsed.name, () =>
    db.withOrg(actor.orgId, async (tx) => {
      if ((await countSavedSearches(tx, actor.userId)) >= MOST)
        throw new PosternError('input.invalid', `you have ${MOST} saved searches`, {
          field: 'name',
          fix: 'delete one that you no longer use',
        });
      const row = await insertSavedSearch(tx, {
        id: uuidv7(),
        orgId: actor.orgId,
        userId: actor.userId,
        ...parsed,
      });
      await recordChange(tx, actor.orgId, {
        kind: 'saved_search.created',
        actor: auditActorOf(actor),
        target: targetOf(row),
        after: factsOf(parsed),
      });
      return only(await withOwners(tx, [row]));
    }),
  );
}

/** Changes one of the caller's own. */
export function updateSavedSearch(
  db: TenantDb,
  actor: OrgActor,
  id: string,
  given: SavedSearchInput,
): Promise<SavedSearchView> {
  const parsed = parseInput(savedSearch, given);
  return named(parsed.name, () =>
    db.withOrg(actor.orgId, async (tx) => {
      const before = await requireSavedSearch(tx, id, (row) => row.userId === actor.userId);
      const row = await changeSavedSearch(tx, before.id, parsed);
      await recordChange(tx, actor.orgId, {
        kind: 'saved_search.updated',
        actor: auditActorOf(actor),
        target: targetOf(row),
        before: factsOf(before),
        after: factsOf(row),
      });
      return only(await withOwners(tx, [row]));
    }),
  );
}

function only(views: readonly SavedSearchView[]): SavedSearchView {
  const [view] = views;
  if (view) return view;
  throw new PosternError('saved_search.not_found', 'you are no longer a member of this organisation');
}

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error) => {
    if (violatedConstraint(error) !== 'saved_search_name_unique') throw error;
    throw new PosternError('saved_search.name_taken', `you have a saved search \`${name}\` already`, {
      field: 'name',
      fix: 'choose another name, or change the one you have',
    });
  });
}
