import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { findOrg, type OrgRow } from './org.store.js';

/** The actor's organisation: being an actor of it proves that it exists. */
export const getOrg = (db: TenantDb, actor: OrgActor): Promise<OrgRow> =>
  db.withOrg(actor.orgId, async (tx) => (await findOrg(tx, actor.orgId)) as OrgRow);
