import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { input, parseInput } from '../errors/parse-input.js';
import { requestPublication } from '../policy/request-publication.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { findOrg, type OrgRow, renameOrg } from './org.store.js';

const change = z.object({ name: input.name });

/** Renames the organisation. Agents show its name in refusals, so that they get a new bundle too. */
export function updateOrg(db: TenantDb, actor: OrgActor, given: { name: string }): Promise<OrgRow> {
  const { name } = parseInput(change, given);
  return db.withOrg(actor.orgId, async (tx) => {
    const before = await findOrg(tx, actor.orgId);
    const org = await renameOrg(tx, actor.orgId, name);
    await recordChange(tx, actor.orgId, {
      kind: 'org.updated',
      actor: auditActorOf(actor),
      target: { type: 'org', id: org.id, label: org.name },
      before: { name: before?.name },
      after: { name },
    });
    await requestPublication(tx, actor.orgId);
    return org;
  });
}
