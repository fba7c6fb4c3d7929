import type { PlanContent, PlanState } from '@postern/core/reconcile';
import { requireConnection } from '../connections/connection.queries.js';
import { type Page, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requirePlan } from './decide-plan.js';
import { type FindingRow, findingContent, openFinding } from './drift.store.js';
import {
  listManifests,
  type ManifestRow,
  newestManifest,
  type RoleSettingsRow,
  roleSettings,
} from './manifest.store.js';
import {
  type CommentRow,
  listComments,
  listPlans,
  livePlan,
  type PlanRow,
  planContentText,
} from './plan.store.js';
import { findStatus, type StatusRow } from './status.js';

/** A plan as others see it: its row, which has no secret in it. */
export type PlanView = PlanRow;

/** Everything about a connection's native roles that one page shows. */
export interface ConnectionRoles {
  connectionId: string;
  orgId: string;
  settings: RoleSettingsRow;
  manifest: ManifestRow | null;
  livePlan: PlanRow | null;
  status: StatusRow;
  drift: FindingRow | null;
}

export const readConnectionRoles = (
  db: TenantDb,
  actor: OrgActor,
  connectionId: string,
): Promise<ConnectionRoles> =>
  db.withOrg(actor.orgId, async (tx) => {
    const { id, orgId } = await requireConnection(tx, connectionId, 'connectionId');
    const unknown = {
      connectionId: id,
      state: 'unknown',
      manifestVersion: null,
      checkedAt: null,
      reason: null,
      nextScanAt: null,
    } as const;
    return {
      connectionId: id,
      orgId,
      settings: await roleSettings(tx, id),
      manifest: await newestManifest(tx, id),
      livePlan: await livePlan(tx, id),
      status: (await findStatus(tx, id)) ?? unknown,
      drift: await openFinding(tx, id),
    };
  });

export const readPlan = (db: TenantDb, actor: OrgActor, id: string): Promise<PlanRow> =>
  db.withOrg(actor.orgId, (tx) => requirePlan(tx, id));

/** Newest first. */
export function listPlansPage(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs & { connectionId?: string | undefined; states?: readonly PlanState[] | undefined },
): Promise<Page<PlanRow>> {
  const request = pageRequest(args);
  const { connectionId, states } = args;
  return db.withOrg(actor.orgId, async (tx) => {
    const where = {
      ...(connectionId === undefined
        ? {}
        : { connectionId: (await requireConnection(tx, connectionId, 'connectionId')).id }),
      ...(states === undefined ? {} : { states }),
    };
    const rows = await listPlans(tx, where, request.take, request.after?.[0]);
    return pageOf(
      request,
      rows,
      (row) => [row.id],
      (row) => row,
    );
  });
}

/** Versions of a connection's manifest, newest first. */
export function listManifestsPage(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs & { connectionId: string },
): Promise<Page<ManifestRow>> {
  const request = pageRequest(args);
  const before = Number(request.after?.[0]);
  return db.withOrg(actor.orgId, async (tx) => {
    const { id } = await requireConnection(tx, args.connectionId, 'connectionId');
    const rows = await listManifests(tx, id, request.take, Number.isSafeInteger(before) ? before : undefined);
    return pageOf(
      request,
      rows,
      (row) => [String(row.version)],
      (row) => row,
    );
  });
}

/** What a plan would do: the long part, read where it is asked for. */
export async function readPlanContent(db: TenantDb, { orgId, id }: PlanRow): Promise<PlanContent | null> {
  const text = await db.withOrg(orgId, (tx) => planContentText(tx, id));
  return text === null ? null : (JSON.parse(text) as PlanContent);
}

export const readComments = (db: TenantDb, { orgId, id }: PlanRow): Promise<CommentRow[]> =>
  db.withOrg(orgId, (tx) => listComments(tx, id));

export const readFindingContent = (
  db: TenantDb,
  { orgId, id }: { orgId: string; id: string },
): Promise<PlanContent> => db.withOrg(orgId, async (tx) => (await findingContent(tx, id)) as PlanContent);
