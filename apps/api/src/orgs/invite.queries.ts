import type { Clock } from '../clock.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type InviteRow, listOpenInvites } from './invite.store.js';

export const listInvites = (db: TenantDb, clock: Clock, actor: OrgActor): Promise<InviteRow[]> =>
  db.withOrg(actor.orgId, (tx) => listOpenInvites(tx, clock.now()));
