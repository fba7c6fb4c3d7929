import { PosternError } from '@postern/core/errors';
import { isUuid } from '../graphql/ids.js';
import { type DeliveryView, deliveriesOf, webhooksById } from '../integrations/integration.queries.js';
import type { ReportRow } from '../reports/report.queries.js';
import { newestOfSchedules } from '../reports/report.queries.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { findSchedule, listScheduleRows, type ScheduleRow } from './schedule.store.js';

export interface RecipientView {
  integrationId: string;
  name: string;
  enabled: boolean;
  lastDelivery: DeliveryView | null;
}

export interface ScheduleView extends Omit<ScheduleRow, 'recipients'> {
  recipients: RecipientView[];
  lastReport: ReportRow | null;
}

export const listSchedules = (db: TenantDb, actor: OrgActor): Promise<ScheduleView[]> =>
  db.withOrg(actor.orgId, async (tx) => viewsOf(tx, await listScheduleRows(tx)));

export const getSchedule = (db: TenantDb, actor: OrgActor, id: string): Promise<ScheduleView> =>
  db.withOrg(actor.orgId, (tx) => viewOfSchedule(tx, id));

export async function viewOfSchedule(tx: Tx, id: string): Promise<ScheduleView> {
  const [view] = await viewsOf(tx, [await requireSchedule(tx, id)]);
  if (!view) throw new Error('one row has one view');
  return view;
}

/** With their recipients, what was sent to them last, and the newest report: three more questions, however many there are. */
async function viewsOf(tx: Tx, rows: readonly ScheduleRow[]): Promise<ScheduleView[]> {
  const sent = rows.flatMap(({ recipients }) => recipients);
  const webhooks = await webhooksById(tx);
  const deliveries = await deliveriesOf(
    tx,
    sent.flatMap(({ lastDeliveryId }) => lastDeliveryId ?? []),
  );
  const reports = await newestOfSchedules(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({
    ...row,
    lastReport: reports.get(row.id) ?? null,
    recipients: row.recipients.flatMap(({ integrationId, lastDeliveryId }) => {
      const webhook = webhooks.get(integrationId);
      const lastDelivery = lastDeliveryId === null ? null : (deliveries.get(lastDeliveryId) ?? null);
      return webhook ? [{ integrationId, name: webhook.name, enabled: webhook.enabled, lastDelivery }] : [];
    }),
  }));
}

export async function requireSchedule(tx: Tx, id: string): Promise<ScheduleRow> {
  const row = isUuid(id) ? await findSchedule(tx, id) : null;
  if (row) return row;
  throw new PosternError('report_schedule.not_found', `there is no report schedule \`${id}\` here`, {
    field: 'id',
    fix: 'reload the list of schedules',
  });
}
