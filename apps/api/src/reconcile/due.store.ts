import type { SystemDb } from '../tenancy/system-db.js';

/** A connection, or an environment, of an organisation. */
export interface Due {
  orgId: string;
  id: string;
}

/** Connections whose live plan nobody decided about in time. */
export const expiredPlans = (db: SystemDb, most: number): Promise<Due[]> =>
  db.query(
    `select org_id as "orgId", connection_id as id from role_plan
     where state in ('draft', 'planning', 'pending', 'approved') and expires_at < now() order by expires_at limit $1`,
    [most],
  );

/** Connections that are to be looked at now. */
export const dueScans = (db: SystemDb, most: number): Promise<Due[]> =>
  db.query(
    `select org_id as "orgId", connection_id as id from role_status
     where next_scan_at < now() order by next_scan_at limit $1`,
    [most],
  );

/** Environments with a task that may be taken: its agent fell silent, or its time to be tried again has come. */
export const waitingEnvironments = (db: SystemDb, most: number): Promise<Due[]> =>
  db.query(
    `select distinct org_id as "orgId", environment_id as id from agent_task
     where (state = 'running' and lease_until < now()) or (state = 'waiting' and not_before < now()) limit $1`,
    [most],
  );
