import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { enqueue } from '../jobs/enqueue.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { countUnfinished, findReport, insertReport, type ReportRow } from './report.store.js';
import {
  infoOf,
  type ReportKind,
  type ReportParameters,
  resolveParameters,
  storedParameters,
} from './report-kinds.js';

/** Reports are kept this long: longer than the year that most frameworks ask for. */
export const KEPT_MS = 400 * 86_400_000;
/** Reports of one organisation that may wait or run at a time. */
const MOST_UNFINISHED = 20;

export interface Asked {
  kind: ReportKind;
  parameters: ReportParameters;
}

/** Asks for a report: a job makes it, `report` says how far it is. */
export function requestReport(db: TenantDb, actor: OrgActor, asked: Asked): Promise<ReportRow> {
  const now = new Date();
  const parameters = resolveParameters(asked.kind, asked.parameters, now);
  return db.withOrg(actor.orgId, async (tx) => {
    if ((await countUnfinished(tx)) >= MOST_UNFINISHED)
      throw new PosternError('report.too_many', `${MOST_UNFINISHED} reports are being made already`, {
        fix: 'wait until one of them is done',
      });
    return addReport(tx, actor.orgId, { kind: asked.kind, parameters }, now, {
      id: actor.userId,
      label: actor.email,
    });
  });
}

/** The row, the job and the audit event of a report that is to be made. `by.id` null: the calendar asked. */
export async function addReport(
  tx: Tx,
  orgId: string,
  { kind, parameters }: Asked,
  now: Date,
  by: { id: string | null; label: string; scheduleId?: string },
): Promise<ReportRow> {
  const id = uuidv7();
  const stored = storedParameters(parameters);
  await insertReport(tx, {
    ...{ id, orgId, kind, parameters: stored },
    requestedBy: by.id,
    requestedByLabel: by.label,
    scheduleId: by.scheduleId ?? null,
    createdAt: now,
    expiresAt: new Date(now.getTime() + KEPT_MS),
  });
  await recordChange(tx, orgId, {
    kind: 'report.requested',
    actor:
      by.id === null
        ? { type: 'system', id: '', label: by.label }
        : auditActorOf({ userId: by.id, email: by.label }),
    target: { type: 'report', id, label: infoOf(kind).title },
    after: { kind, parameters: stored },
  });
  await enqueue(tx, orgId, 'report.run', { orgId, reportId: id });
  const row = await findReport(tx, id);
  if (!row) throw new Error('the report was just inserted');
  return row;
}
