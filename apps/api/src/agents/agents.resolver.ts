import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { OrgRole, SignedIn } from '../auth/access.js';
import { Actor, Context, CurrentPerson } from '../auth/actor.decorator.js';
import type { Person } from '../auth/sessions.js';
import { environmentOf } from '../environments/environment.loader.js';
import { Environment } from '../environments/environment.type.js';
import type { RequestContext } from '../graphql/context.js';
import { PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { AgentQueries } from './agent.queries.js';
import { Agent, AgentPage, EnrolmentToken, EnrolmentTokenPayload, toAgent } from './agent.type.js';
import { AuthorizeConsole } from './authorize-console.js';
import { CreateEnrolmentToken } from './create-enrolment-token.js';
import { newestVersion } from './environment-status.loader.js';
import { EnvironmentStatusQueries } from './environment-status.queries.js';
import { RevokeAgent } from './revoke-agent.js';

@Resolver(() => Agent)
export class AgentsResolver {
  constructor(
    private readonly db: TenantDb,
    private readonly queries: AgentQueries,
    private readonly status: EnvironmentStatusQueries,
    private readonly revoke: RevokeAgent,
  ) {}

  @OrgRole('auditor')
  @Query(() => AgentPage)
  async agents(@Actor() actor: OrgActor, @Args() args: PageArgs): Promise<AgentPage> {
    const page = pageRequest(args);
    const { rows, totalCount } = await this.queries.page(actor, { take: page.take, after: page.after?.[0] });
    return { ...pageOf(page, rows, (row) => [row.id], toAgent), totalCount };
  }

  @OrgRole('admin')
  @Mutation(() => Agent)
  async revokeAgent(@Actor() actor: OrgActor, @Args('id', { type: () => ID }) id: string): Promise<Agent> {
    return toAgent(await this.revoke.run(actor, id));
  }

  @ResolveField(() => Environment)
  environment(@Parent() agent: Agent, @Context() context: RequestContext): Promise<Environment> {
    return environmentOf(this.db, context, agent);
  }

  @ResolveField(() => Boolean)
  async isCurrent(@Parent() agent: Agent, @Context() context: RequestContext): Promise<boolean> {
    return (
      agent.policyVersion > 0 && agent.policyVersion === (await newestVersion(this.status, context, agent))
    );
  }
}

@Resolver(() => EnrolmentToken)
export class EnrolmentTokensResolver {
  constructor(
    private readonly db: TenantDb,
    private readonly queries: AgentQueries,
    private readonly createToken: CreateEnrolmentToken,
  ) {}

  @OrgRole('auditor')
  @Query(() => [EnrolmentToken])
  enrolmentTokens(@Actor() actor: OrgActor): Promise<EnrolmentToken[]> {
    return this.queries.enrolmentTokens(actor);
  }

  @OrgRole('admin')
  @Mutation(() => EnrolmentTokenPayload)
  createEnrolmentToken(
    @Actor() actor: OrgActor,
    @Args('environmentId', { type: () => ID }) environmentId: string,
    @Args('name') name: string,
  ): Promise<EnrolmentTokenPayload> {
    return this.createToken.run(actor, { environmentId, name });
  }

  @ResolveField(() => Environment)
  environment(@Parent() token: EnrolmentToken, @Context() context: RequestContext): Promise<Environment> {
    return environmentOf(this.db, context, token);
  }
}

@Resolver()
export class ConsoleResolver {
  constructor(private readonly authorize: AuthorizeConsole) {}

  @SignedIn()
  @Mutation(() => String, {
    description:
      "Signing in to an agent's console: answers with the address to go back to, with code and state.",
  })
  authorizeConsole(
    @CurrentPerson() person: Person,
    @Args('agentId', { type: () => ID }) agentId: string,
    @Args('redirectUri') redirectUri: string,
    @Args('codeChallenge') codeChallenge: string,
    @Args('state') state: string,
  ): Promise<string> {
    return this.authorize.run(person, { agentId, redirectUri, codeChallenge, state });
  }
}
