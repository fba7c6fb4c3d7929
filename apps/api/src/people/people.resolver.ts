import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Anyone } from '../auth/access.js';
import { Context } from '../auth/actor.decorator.js';
import { AttemptLimiter } from '../auth/attempt-limiter.js';
import { Sessions } from '../auth/sessions.js';
import type { RequestContext } from '../graphql/context.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { SignIn } from './sign-in.js';
import { signUp } from './sign-up.js';
import { viewerOf } from './viewer.queries.js';
import { Viewer } from './viewer.type.js';

@Resolver()
export class PeopleResolver {
  constructor(
    private readonly sessions: Sessions,
    private readonly signInWithPassword: SignIn,
    private readonly systemDb: SystemDb,
    private readonly tenantDb: TenantDb,
    private readonly limiter: AttemptLimiter,
  ) {}

  @Anyone()
  @Query(() => Viewer, { nullable: true, description: 'Null when nobody is signed in.' })
  async viewer(@Context() context: RequestContext): Promise<Viewer | null> {
    const person = await this.sessions.find(context);
    return person ? viewerOf(this.systemDb, person) : null;
  }

  @Anyone()
  @Mutation(() => Viewer)
  async signUp(
    @Args('email') email: string,
    @Args('name') name: string,
    @Args('password') password: string,
    @Args('orgName') orgName: string,
    @Context() context: RequestContext,
  ): Promise<Viewer> {
    this.limiter.attempt(email, context.request.ip);
    const person = await signUp(this.tenantDb, { email, name, password, orgName });
    this.limiter.succeeded(email, context.request.ip);
    await this.sessions.start(context, person.userId);
    return viewerOf(this.systemDb, person);
  }

  @Anyone()
  @Mutation(() => Viewer)
  async signIn(
    @Args('email') email: string,
    @Args('password') password: string,
    @Context() context: RequestContext,
  ): Promise<Viewer> {
    const person = await this.signInWithPassword.run({ email, password, address: context.request.ip });
    await this.sessions.start(context, person.userId);
    return viewerOf(this.systemDb, person);
  }

  @Anyone()
  @Mutation(() => Boolean)
  async signOut(@Context() context: RequestContext): Promise<boolean> {
    await this.sessions.end(context);
    return true;
  }
}
