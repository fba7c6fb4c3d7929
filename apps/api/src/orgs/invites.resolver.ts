import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Anyone, OrgRole } from '../auth/access.js';
import { Actor, Context } from '../auth/actor.decorator.js';
import { Sessions } from '../auth/sessions.js';
import { Clock } from '../clock.js';
import type { RequestContext } from '../graphql/context.js';
import { viewerOf } from '../people/viewer.queries.js';
import { Viewer } from '../people/viewer.type.js';
import type { OrgActor, OrgRole as Role } from '../tenancy/actor.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { AcceptInvite } from './accept-invite.js';
import { listInvites } from './invite.queries.js';
import { Invite, InvitePayload, InvitePreview } from './invite.type.js';
import { inviteMember } from './invite-member.js';
import { OrgRoleEnum } from './org.type.js';
import { revokeInvite } from './revoke-invite.js';

@Resolver(() => Invite)
export class InvitesResolver {
  constructor(
    private readonly db: TenantDb,
    private readonly systemDb: SystemDb,
    private readonly clock: Clock,
    private readonly acceptance: AcceptInvite,
    private readonly sessions: Sessions,
  ) {}

  @OrgRole('auditor')
  @Query(() => [Invite])
  invites(@Actor() actor: OrgActor): Promise<Invite[]> {
    return listInvites(this.db, this.clock, actor);
  }

  @Anyone()
  @Query(() => InvitePreview)
  invitePreview(@Args('token') token: string): Promise<InvitePreview> {
    return this.acceptance.preview(token);
  }

  @OrgRole('admin')
  @Mutation(() => InvitePayload)
  inviteMember(
    @Actor() actor: OrgActor,
    @Args('email') email: string,
    @Args('role', { type: () => OrgRoleEnum }) role: Role,
  ): Promise<InvitePayload> {
    return inviteMember(this.db, this.clock, actor, { email, role });
  }

  @OrgRole('admin')
  @Mutation(() => Boolean)
  async revokeInvite(@Actor() actor: OrgActor, @Args('id', { type: () => ID }) id: string): Promise<boolean> {
    await revokeInvite(this.db, actor, id);
    return true;
  }

  @Anyone()
  @Mutation(() => Viewer)
  async acceptInvite(
    @Args('token') token: string,
    @Args('name', { nullable: true }) name: string,
    @Args('password', { nullable: true }) password: string,
    @Context() context: RequestContext,
  ): Promise<Viewer> {
    const signedIn = await this.sessions.find(context);
    const given = { token, name, password, address: context.request.ip };
    const person = await this.acceptance.run(given, signedIn);
    if (signedIn?.userId !== person.userId) await this.sessions.start(context, person.userId);
    return viewerOf(this.systemDb, person);
  }
}
