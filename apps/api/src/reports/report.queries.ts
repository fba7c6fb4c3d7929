import { PosternError } from '@postern/core/errors';
import { isUuid } from '../graphql/ids.js';
import { type Page, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { findReport, listReports, newestReports, type ReportRow } from './report.store.js';

export type { ReportRow };

export async function requireReport(tx: Tx, id: string): Promise<ReportRow> {
  const report = isUuid(id) ? await findReport(tx, id) : null;
  if (report) return report;
  throw new PosternError('report.not_found', `there is no report \`${id}\` here`, {
    field: 'id',
    fix: 'reload the list; reports are removed when they expire',
  });
}

/** By the schedule's id. */
export async function newestOfSchedules(tx: Tx, ids: readonly string[]): Promise<Map<string, ReportRow>> {
  const rows = await newestReports(tx, ids);
  return new Map(rows.flatMap((row) => (row.scheduleId === null ? [] : [[row.scheduleId, row] as const])));
}

export const getReport = (db: TenantDb, actor: OrgActor, id: string): Promise<ReportRow> =>
  db.withOrg(actor.orgId, (tx) => requireReport(tx, id));

export function listReportsPage(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs & { kind?: string | null },
): Promise<Page<ReportRow>> {
  const request = pageRequest(args);
  const after = request.after?.[0];
  if (after !== undefined && !isUuid(after))
    throw new PosternError('input.invalid', 'the cursor is not one of this list', {
      field: 'after',
      fix: 'pass `pageInfo.endCursor` of the page before, unchanged',
    });
  return db.withOrg(actor.orgId, async (tx) => {
    const rows = await listReports(tx, request.take, after, args.kind ?? undefined);
    return pageOf(
      request,
      rows,
      (row) => [row.id],
      (row) => row,
    );
  });
}
