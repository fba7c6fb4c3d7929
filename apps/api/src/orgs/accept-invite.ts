import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { hashOf } from '../auth/session.js';
import type { Person } from '../auth/sessions.js';
import { Clock } from '../clock.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { emailTaken, type NewPerson, prepareNewPerson, registerPerson } from '../people/register-person.js';
import { SignIn } from '../people/sign-in.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf } from '../tenancy/actor.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { findOpenInvite, type OpenInvite, useInvite } from './invite.store.js';
import { insertMember } from './member.store.js';

const invalid = () =>
  new PosternError('auth.invite_invalid', 'this invitation is unknown, used or expired', {
    fix: 'ask whoever invited you for a new one',
  });

/** Joining an organisation. The holder of the link proves, too, that the account of that address is theirs, or makes it. */
@Injectable()
export class AcceptInvite {
  constructor(
    private readonly systemDb: SystemDb,
    private readonly tenantDb: TenantDb,
    private readonly clock: Clock,
    private readonly signIn: SignIn,
  ) {}

  async preview(token: string): Promise<OpenInvite> {
    const invite = await findOpenInvite(this.systemDb, hashOf(token), this.clock.now());
    if (!invite) throw invalid();
    return invite;
  }

  async run(
    given: { token: string; name?: string; password?: string; address: string },
    signedIn: Person | undefined,
  ): Promise<Person> {
    const invite = await this.preview(given.token);
    if (invite.hasAccount) {
      const person = await this.prove(invite, given, signedIn);
      await this.join(invite, person);
      return person;
    }
    const newPerson = await prepareNewPerson({
      email: invite.email,
      name: given.name ?? '',
      password: given.password ?? '',
    });
    const person: Person = { userId: newPerson.id, email: newPerson.email, name: newPerson.name };
    await this.join(invite, person, newPerson).catch((error) => emailTaken(error, invite.email));
    return person;
  }

  private async prove(
    invite: OpenInvite,
    given: { password?: string; address: string },
    signedIn: Person | undefined,
  ): Promise<Person> {
    if (signedIn?.email === invite.email) return signedIn;
    if (given.password === undefined)
      throw new PosternError('auth.required', `\`${invite.email}\` has an account already`, {
        field: 'password',
        fix: 'sign in as that address, or give its password',
      });
    return this.signIn.prove({ email: invite.email, password: given.password, address: given.address });
  }

  private async join(invite: OpenInvite, person: Person, newPerson?: NewPerson): Promise<void> {
    const { orgId, role } = invite;
    await this.tenantDb
      .withOrg(orgId, async (tx) => {
        if (!(await useInvite(tx, invite.id, this.clock.now()))) throw invalid();
        if (newPerson) await registerPerson(tx, newPerson);
        await insertMember(tx, { id: uuidv7(), orgId, userId: person.userId, role });
        await recordChange(tx, orgId, {
          kind: 'member.joined',
          actor: auditActorOf(person),
          target: { type: 'user', id: person.userId, label: person.email },
          after: { role },
        });
        await requestPublication(tx, orgId);
      })
      .catch((error) => {
        if (violatedConstraint(error) !== 'membership_org_user_unique') throw error;
        throw new PosternError('member.already_member', `\`${person.email}\` is a member already`, {
          fix: 'sign in',
        });
      });
  }
}
