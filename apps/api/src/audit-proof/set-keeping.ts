import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { parseInput } from '../errors/parse-input.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { countOlder, findKeeping, type Keeping, type Older, storeKeeping } from './retention.store.js';

const days = z.number().int().min(30).max(36_500);
const change = z.object({
  retentionDays: days.nullable(),
  hold: z.string().trim().max(500).nullable(),
});

/** How long the audit trail is kept (null: for ever), and why nothing of it may go for now (null or empty: no hold). */
export function setKeeping(
  db: TenantDb,
  actor: OrgActor,
  given: { retentionDays: number | null; hold: string | null },
): Promise<Keeping> {
  const { retentionDays, hold } = parseInput(change, given);
  const after = { auditRetentionDays: retentionDays, auditHold: hold === '' ? null : hold };
  return db.withOrg(actor.orgId, async (tx) => {
    const before = await findKeeping(tx, actor.orgId);
    const org = await storeKeeping(tx, actor.orgId, after);
    await recordChange(tx, actor.orgId, {
      kind: 'org.updated',
      actor: auditActorOf(actor),
      target: { type: 'org', id: actor.orgId, label: org.name },
      before: { auditRetentionDays: before?.auditRetentionDays, auditHold: before?.auditHold },
      after,
    });
    return org;
  });
}

export const getKeeping = (db: TenantDb, actor: OrgActor): Promise<Keeping> =>
  db.withOrg(actor.orgId, async (tx) => {
    const found = await findKeeping(tx, actor.orgId);
    return found ?? { auditRetentionDays: null, auditHold: null };
  });

const DAY_MS = 86_400_000;

/** What keeping the trail for so many days would remove, if nothing held it. */
export async function previewKeeping(
  db: TenantDb,
  actor: OrgActor,
  retentionDays: number,
): Promise<Older & { keepFrom: Date }> {
  const given = parseInput(z.object({ retentionDays: days }), { retentionDays });
  const keepFrom = new Date(Date.now() - given.retentionDays * DAY_MS);
  const older = await db.withOrgClient(actor.orgId, (client) => countOlder(client, keepFrom));
  return { ...older, keepFrom };
}
