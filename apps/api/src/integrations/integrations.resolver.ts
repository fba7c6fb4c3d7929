import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { type IntegrationView, listDeliveries, listIntegrations } from './integration.queries.js';
import {
  Integration,
  IntegrationInput,
  IntegrationTest,
  SavedIntegration,
  WebhookDelivery,
} from './integration.type.js';
import { RefusedDestinations } from './refused-destinations.js';
import { SaveIntegration } from './save-integration.js';
import { TryIntegration } from './try-integration.js';

const ID_ARG = { type: () => ID };

@Resolver(() => Integration)
export class IntegrationsResolver {
  constructor(
    private readonly db: TenantDb,
    private readonly save: SaveIntegration,
    private readonly attempt: TryIntegration,
    private readonly refused: RefusedDestinations,
  ) {}

  @ResolveField(() => String, {
    nullable: true,
    description:
      'Why nothing is sent to its address, which rules that came later do not allow; null: they do.',
  })
  refusal(@Parent() integration: IntegrationView): Promise<string | null> {
    return this.refused.reasonFor(integration);
  }

  @OrgRole('admin')
  @Query(() => [Integration])
  integrations(@Actor() actor: OrgActor): Promise<Integration[]> {
    return listIntegrations(this.db, actor);
  }

  @OrgRole('admin')
  @Query(() => [WebhookDelivery], { description: 'The newest hundred.' })
  integrationDeliveries(
    @Actor() actor: OrgActor,
    @Args('id', ID_ARG) id: string,
    @Args('dead', { type: () => Boolean, nullable: true }) dead?: boolean | null,
  ): Promise<WebhookDelivery[]> {
    return listDeliveries(this.db, actor, id, dead === true ? 'dead' : undefined);
  }

  @OrgRole('admin')
  @Mutation(() => SavedIntegration)
  createIntegration(
    @Actor() actor: OrgActor,
    @Args('integration', { type: () => IntegrationInput }) given: IntegrationInput,
  ): Promise<SavedIntegration> {
    return this.save.create(actor, given);
  }

  @OrgRole('admin')
  @Mutation(() => Integration)
  updateIntegration(
    @Actor() actor: OrgActor,
    @Args('id', ID_ARG) id: string,
    @Args('integration', { type: () => IntegrationInput }) given: IntegrationInput,
  ): Promise<Integration> {
    return this.save.update(actor, id, given);
  }

  @OrgRole('admin')
  @Mutation(() => Boolean)
  async deleteIntegration(@Actor() actor: OrgActor, @Args('id', ID_ARG) id: string): Promise<boolean> {
    await this.save.delete(actor, id);
    return true;
  }

  @OrgRole('admin')
  @Mutation(() => SavedIntegration, {
    description: 'A new signing secret; the old one signs as well for a day.',
  })
  rotateIntegrationSecret(
    @Actor() actor: OrgActor,
    @Args('id', ID_ARG) id: string,
  ): Promise<SavedIntegration> {
    return this.save.rotate(actor, id);
  }

  @OrgRole('admin')
  @Mutation(() => IntegrationTest, { description: 'Sends a test message now.' })
  testIntegration(@Actor() actor: OrgActor, @Args('id', ID_ARG) id: string): Promise<IntegrationTest> {
    return this.attempt.test(actor, id);
  }

  @OrgRole('admin')
  @Mutation(() => Int, { description: 'Sends dead letters again, up to a thousand; answers with how many.' })
  redriveDeliveries(@Actor() actor: OrgActor, @Args('id', ID_ARG) id: string): Promise<number> {
    return this.attempt.redrive(actor, id);
  }
}
