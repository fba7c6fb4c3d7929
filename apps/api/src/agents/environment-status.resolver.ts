import { Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Context } from '../auth/actor.decorator.js';
import { DbConnection } from '../connections/connection.type.js';
import { Environment } from '../environments/environment.type.js';
import type { RequestContext } from '../graphql/context.js';
import { WireAddress } from './agent.type.js';
import { environmentStatus } from './environment-status.loader.js';
import { EnvironmentStatusQueries, type Health } from './environment-status.queries.js';

/** Fields of Environment that its agents fill. */
@Resolver(() => Environment)
export class EnvironmentStatusResolver {
  constructor(private readonly queries: EnvironmentStatusQueries) {}

  @ResolveField(() => Int, {
    description: 'Agents that are enrolled and not revoked, and how many of them enforce the newest version.',
  })
  async agentCount(@Parent() environment: Environment, @Context() context: RequestContext): Promise<number> {
    return (await this.status(environment, context)).agentCount;
  }

  @ResolveField(() => Int)
  async enforcedCount(
    @Parent() environment: Environment,
    @Context() context: RequestContext,
  ): Promise<number> {
    return (await this.status(environment, context)).enforcedCount;
  }

  @ResolveField(() => Date, {
    nullable: true,
    description: 'When the last of them began to enforce it; null while one is behind.',
  })
  async enforcedAt(
    @Parent() environment: Environment,
    @Context() context: RequestContext,
  ): Promise<Date | null> {
    return (await this.status(environment, context)).enforcedAt;
  }

  @ResolveField(() => [WireAddress], {
    description: 'Where PostgreSQL clients reach its agents: those that are online first.',
  })
  async wireAddresses(
    @Parent() environment: Environment,
    @Context() context: RequestContext,
  ): Promise<WireAddress[]> {
    return (await this.status(environment, context)).wireAddresses;
  }

  private status({ orgId, id }: Environment, context: RequestContext) {
    return environmentStatus(this.queries, context, { orgId, environmentId: id });
  }
}

/** Fields of DbConnection that its environment's agents fill. */
@Resolver(() => DbConnection)
export class ConnectionHealthResolver {
  constructor(private readonly queries: EnvironmentStatusQueries) {}

  @ResolveField(() => String, {
    description: 'Worst state that its agents reported: ok, down, unknown (no agent serves it).',
  })
  async health(@Parent() connection: DbConnection, @Context() context: RequestContext): Promise<string> {
    return (await this.reported(connection, context))?.status ?? 'unknown';
  }

  @ResolveField(() => String, { nullable: true })
  async healthDetail(
    @Parent() connection: DbConnection,
    @Context() context: RequestContext,
  ): Promise<string | null> {
    return (await this.reported(connection, context))?.detail ?? null;
  }

  private async reported(connection: DbConnection, context: RequestContext): Promise<Health | undefined> {
    return (await environmentStatus(this.queries, context, connection)).health.get(connection.slug);
  }
}
