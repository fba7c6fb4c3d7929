import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { deleteSavedSearch } from './delete-saved-search.js';
import { createSavedSearch, updateSavedSearch } from './save-search.js';
import { listVisibleSearches } from './saved-search.queries.js';
import { SavedSearch, SavedSearchInput } from './saved-search.type.js';

@Resolver(() => SavedSearch)
export class SavedSearchesResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('auditor')
  @Query(() => [SavedSearch], { description: "The caller's own, and what others share." })
  savedSearches(@Actor() actor: OrgActor): Promise<SavedSearch[]> {
    return listVisibleSearches(this.db, actor);
  }

  @OrgRole('auditor')
  @Mutation(() => SavedSearch)
  createSavedSearch(
    @Actor() actor: OrgActor,
    @Args('search', { type: () => SavedSearchInput }) search: SavedSearchInput,
  ): Promise<SavedSearch> {
    return createSavedSearch(this.db, actor, search);
  }

  @OrgRole('auditor')
  @Mutation(() => SavedSearch, { description: "The caller's own." })
  updateSavedSearch(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('search', { type: () => SavedSearchInput }) search: SavedSearchInput,
  ): Promise<SavedSearch> {
    return updateSavedSearch(this.db, actor, id, search);
  }

  @OrgRole('auditor')
  @Mutation(() => Boolean, { description: "One's own; a shared one of anybody's for admins." })
  async deleteSavedSearch(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<boolean> {
    await deleteSavedSearch(this.db, actor, id);
    return true;
  }
}
