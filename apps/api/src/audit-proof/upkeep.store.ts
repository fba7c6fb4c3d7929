import type { SystemDb } from '../tenancy/system-db.js';

export async function makePartitions(db: SystemDb): Promise<void> {
  await db.query('select postern_audit_make_partitions()');
}

export async function dropEmptyPartitions(db: SystemDb): Promise<void> {
  await db.query('select postern_audit_drop_empty()');
}

export const orgsToKeep = (db: SystemDb): Promise<{ id: string; expires: boolean }[]> =>
  db.query(
    `select id, audit_retention_days is not null and audit_hold is null as expires from org order by id`,
  );
