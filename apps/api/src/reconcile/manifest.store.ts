import type { Mode } from '@postern/core/roles';
import type { Tx } from '../tenancy/tenant-db.js';

export interface ManifestRow {
  id: string;
  orgId: string;
  connectionId: string;
  version: number;
  body: string;
  sha256: string;
  message: string;
  authorId: string;
  authorLabel: string;
  createdAt: Date;
}

export interface RoleSettingsRow {
  connectionId: string;
  mode: Mode;
  fourEyes: boolean;
  approverGroupId: string | null;
  planLifetimeS: number;
  driftEveryS: number | null;
  /** Sessions are to log in as guard roles … */
  guardRoles: boolean;
  /** … and do: a plan that makes them was applied. */
  guardsInForce: boolean;
  /** Guard masks whose roles the last plan left in the database. */
  guardsThere: number[];
}

export const insertManifest = (tx: Tx, row: Omit<ManifestRow, 'createdAt'>): Promise<ManifestRow> =>
  tx.roleManifest.create({ data: row });

export const findManifest = (tx: Tx, id: string): Promise<ManifestRow | null> =>
  tx.roleManifest.findUnique({ where: { id } });

export const newestManifest = (tx: Tx, connectionId: string): Promise<ManifestRow | null> =>
  tx.roleManifest.findFirst({ where: { connectionId }, orderBy: { version: 'desc' } });

/** Newest first. */
export const listManifests = (
  tx: Tx,
  connectionId: string,
  take: number,
  beforeVersion?: number,
): Promise<ManifestRow[]> =>
  tx.roleManifest.findMany({
    where: { connectionId, ...(beforeVersion === undefined ? {} : { version: { lt: beforeVersion } }) },
    orderBy: { version: 'desc' },
    take,
  });

const DEFAULTS = {
  mode: 'adopt' as const,
  fourEyes: true,
  approverGroupId: null,
  planLifetimeS: 86_400,
  driftEveryS: 3_600,
  guardRoles: false,
  guardsInForce: false,
};

/** What is set, or what holds where nothing was. */
export async function roleSettings(tx: Tx, connectionId: string): Promise<RoleSettingsRow> {
  const row = await tx.roleSettings.findFirst({ where: { connectionId } });
  if (row === null) return { connectionId, ...DEFAULTS, guardsThere: [] };
  return { ...row, mode: row.mode as Mode };
}

export async function putRoleSettings(tx: Tx, orgId: string, row: RoleSettingsRow): Promise<void> {
  const { connectionId, ...settings } = row;
  const data = {
    mode: settings.mode,
    fourEyes: settings.fourEyes,
    approverGroupId: settings.approverGroupId,
    planLifetimeS: settings.planLifetimeS,
    driftEveryS: settings.driftEveryS,
    guardRoles: settings.guardRoles,
    guardsInForce: settings.guardsInForce,
    guardsThere: settings.guardsThere,
    updatedAt: new Date(),
  };
  await tx.roleSettings.upsert({
    where: { orgId_connectionId: { orgId, connectionId } },
    create: { orgId, connectionId, ...data },
    update: data,
  });
}

/** One change of a connection's plans at a time: who comes second sees what the first did. */
export async function lockConnection(tx: Tx, connectionId: string): Promise<void> {
  await tx.$queryRaw`select from db_connection where id = ${connectionId}::uuid for no key update`;
}
