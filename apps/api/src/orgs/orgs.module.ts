import { Module } from '@nestjs/common';
import { PeopleModule } from '../people/people.module.js';
import { AcceptInvite } from './accept-invite.js';
import { InvitesResolver } from './invites.resolver.js';
import { MembersResolver } from './members.resolver.js';
import { OrgsResolver } from './orgs.resolver.js';

@Module({
  imports: [PeopleModule],
  providers: [OrgsResolver, MembersResolver, InvitesResolver, AcceptInvite],
})
export class OrgsModule {}
