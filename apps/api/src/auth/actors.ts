import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import type { RequestContext } from '../graphql/context.js';
import { isUuid } from '../graphql/ids.js';
import { auditActorOf, ORG_ROLES, type OrgActor, type OrgRole } from '../tenancy/actor.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { findRole } from './session.store.js';
import { Sessions } from './sessions.js';

/** Roles that contain `role`: the list goes from most to least. */
export function isAtLeast(held: OrgRole, role: OrgRole): boolean {
  return ORG_ROLES.indexOf(held) <= ORG_ROLES.indexOf(role);
}

/** The signed-in person inside an organisation. */
@Injectable()
export class Actors {
  constructor(
    private readonly sessions: Sessions,
    private readonly systemDb: SystemDb,
    private readonly tenantDb: TenantDb,
  ) {}

  /** Lets a member with the role in, or says why not. An organisation of others and one that does not exist look the same. */
  async admit(
    context: RequestContext,
    orgId: string,
    atLeast: OrgRole,
    operation: string,
  ): Promise<OrgActor> {
    const actor = await this.of(context, orgId);
    if (isAtLeast(actor.role, atLeast)) return actor;
    await this.recordRefusal(actor, atLeast, operation);
    throw new PosternError(
      'auth.forbidden',
      `\`${operation}\` needs the role ${atLeast}; you are ${actor.role}`,
      {
        fix: `ask an owner of the organisation for the role ${atLeast}`,
      },
    );
  }

  /** Asked once a request and organisation. */
  of(context: RequestContext, orgId: string): Promise<OrgActor> {
    return context.once(`actor:${orgId}`, () => this.load(context, orgId));
  }

  private async load(context: RequestContext, orgId: string): Promise<OrgActor> {
    const person = await this.sessions.require(context);
    const role = isUuid(orgId) ? await findRole(this.systemDb, orgId, person.userId) : undefined;
    if (role === undefined)
      throw new PosternError('org.not_found', `there is no organisation \`${orgId}\` that you belong to`, {
        fix: 'choose one of your organisations, or ask its owner to invite you',
      });
    return { ...person, orgId, role };
  }

  private async recordRefusal(actor: OrgActor, needed: OrgRole, operation: string): Promise<void> {
    await this.tenantDb.withOrg(actor.orgId, (tx) =>
      recordChange(tx, actor.orgId, {
        kind: 'access.refused',
        actor: auditActorOf(actor),
        decision: 'denied',
        reason: `${operation} needs the role ${needed}, ${actor.email} is ${actor.role}`,
        target: { type: 'operation', id: operation, label: operation },
      }),
    );
  }
}
