import { MODES } from '@postern/core/roles';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { requireConnection } from '../connections/connection.queries.js';
import { parseInput } from '../errors/parse-input.js';
import { requireGroup } from '../groups/group.queries.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { lockConnection, putRoleSettings, type RoleSettingsRow, roleSettings } from './manifest.store.js';
import { nextScan, putStatus } from './status.js';
import { guardsSwitched } from './switch-guard-roles.js';

const MONTH_S = 2_592_000;
const settingsInput = z.strictObject({
  mode: z.enum(MODES).optional(),
  fourEyes: z.boolean().optional(),
  approverGroupId: z.string().nullable().optional(),
  planLifetimeS: z
    .number()
    .int()
    .min(300, 'must be at least 300 seconds')
    .max(MONTH_S, 'must be at most 30 days')
    .optional(),
  driftEveryS: z
    .number()
    .int()
    .min(60, 'must be at least 60 seconds')
    .max(MONTH_S, 'must be at most 30 days')
    .nullable()
    .optional(),
  guardRoles: z.boolean().optional(),
});

/** Changes how a connection's roles are managed; what is left out stays. Plans that exist keep the mode they were made with. */
export function updateRoleSettings(
  db: TenantDb,
  actor: OrgActor,
  given: { connectionId: string; input: unknown },
): Promise<RoleSettingsRow> {
  const input = parseInput(settingsInput, given.input);
  return db.withOrg(actor.orgId, async (tx) => {
    const connection = await requireConnection(tx, given.connectionId, 'connectionId');
    await lockConnection(tx, connection.id);
    const before = await roleSettings(tx, connection.id);
    if (input.approverGroupId != null) await requireGroup(tx, input.approverGroupId);
    const set = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    const after = { ...before, ...set };
    if (!after.guardRoles) after.guardsInForce = false;
    await putRoleSettings(tx, actor.orgId, after);
    if (after.driftEveryS !== before.driftEveryS)
      await putStatus(tx, actor.orgId, connection.id, { nextScanAt: await nextScan(tx, connection.id) });
    await recordChange(tx, actor.orgId, {
      kind: 'role_settings.updated',
      actor: auditActorOf(actor),
      connection: { id: connection.id, slug: connection.slug },
      target: { type: 'connection', id: connection.id, label: connection.slug },
      before: settingsOf(before),
      after: settingsOf(after),
    });
    if (after.guardRoles !== before.guardRoles) await guardsSwitched(tx, actor, connection, after.guardRoles);
    return after;
  });
}

const settingsOf = ({
  mode,
  fourEyes,
  approverGroupId,
  planLifetimeS,
  driftEveryS,
  guardRoles,
}: RoleSettingsRow) => ({
  mode,
  fourEyes,
  approverGroupId,
  planLifetimeS,
  driftEveryS,
  guardRoles,
});
