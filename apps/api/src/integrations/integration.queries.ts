import { PosternError } from '@postern/core/errors';
import { isUuid } from '../graphql/ids.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  type DeliveryRow,
  type DeliveryState,
  findDeliveryRows,
  listDeliveryRows,
} from './delivery.store.js';
import { findIntegration, type IntegrationRow, listIntegrationRows, standings } from './integration.store.js';

export interface IntegrationView extends IntegrationRow {
  behind: number;
  dead: number;
}

const DELIVERIES_SHOWN = 100;

export const listIntegrations = (db: TenantDb, actor: OrgActor): Promise<IntegrationView[]> =>
  db.withOrg(actor.orgId, async (tx) => withStandings(tx, await listIntegrationRows(tx)));

export async function viewOf(tx: Tx, row: IntegrationRow): Promise<IntegrationView> {
  const [view] = await withStandings(tx, [row]);
  return view ?? { ...row, behind: 0, dead: 0 };
}

async function withStandings(tx: Tx, rows: readonly IntegrationRow[]): Promise<IntegrationView[]> {
  const found = await standings(tx);
  return rows.map((row) => ({ ...row, ...(found.get(row.id) ?? { behind: 0, dead: 0 }) }));
}

export async function requireIntegration(tx: Tx, id: string): Promise<IntegrationRow> {
  const row = isUuid(id) ? await findIntegration(tx, id) : null;
  if (row) return row;
  throw new PosternError('integration.not_found', `there is no integration \`${id}\` here`, {
    field: 'id',
    fix: 'reload the list of integrations',
  });
}

/** The newest hundred. */
export const listDeliveries = (
  db: TenantDb,
  actor: OrgActor,
  id: string,
  state: DeliveryState | undefined,
): Promise<DeliveryRow[]> =>
  db.withOrg(actor.orgId, async (tx) =>
    listDeliveryRows(tx, (await requireIntegration(tx, id)).id, state, DELIVERIES_SHOWN),
  );

/** Those that reports can be sent to. */
export async function webhooksById(tx: Tx): Promise<Map<string, IntegrationRow>> {
  const rows = await listIntegrationRows(tx);
  return new Map(rows.filter(({ kind }) => kind === 'webhook').map((row) => [row.id, row]));
}

export type DeliveryView = Pick<
  DeliveryRow,
  'id' | 'state' | 'attempts' | 'lastError' | 'createdAt' | 'endedAt'
>;

export async function deliveriesOf(tx: Tx, ids: readonly string[]): Promise<Map<string, DeliveryView>> {
  return new Map((await findDeliveryRows(tx, ids)).map((row) => [row.id, row]));
}
