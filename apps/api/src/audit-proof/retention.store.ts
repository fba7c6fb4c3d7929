import type { PoolClient } from 'pg';
import type { Tx } from '../tenancy/tenant-db.js';

export interface Removed {
  chain: string;
  fromSeq: number;
  toSeq: number;
}

/** The function knows what may go; we can not ask it for more. */
export const expireOneDay = (tx: Tx): Promise<Removed[]> =>
  tx.$queryRaw<
    Removed[]
  >`select chain_id::text as chain, from_seq::float8 as "fromSeq", to_seq::float8 as "toSeq"
    from postern_audit_expire()`;

/** Forgets names of people and programs that no event has any more. */
export async function thinNames(client: PoolClient): Promise<void> {
  await client.query('select postern_audit_thin_names()');
}

export interface Keeping {
  auditRetentionDays: number | null;
  auditHold: string | null;
}

const SELECT = { name: true, auditRetentionDays: true, auditHold: true } as const;

export const findKeeping = (tx: Tx, orgId: string): Promise<(Keeping & { name: string }) | null> =>
  tx.org.findUnique({ where: { id: orgId }, select: SELECT });

export const storeKeeping = (tx: Tx, orgId: string, data: Keeping): Promise<Keeping & { name: string }> =>
  tx.org.update({ where: { id: orgId }, data, select: SELECT });

/** Counted at most: beyond it the exact number tells nobody anything. */
const MOST_COUNTED = 100_000;

export interface Older {
  events: number;
  isExact: boolean;
  oldestAt: Date | null;
}

/** Events that happened before an instant. */
export async function countOlder(client: PoolClient, before: Date): Promise<Older> {
  const { rows } = await client.query<{ events: number; oldestAt: Date | null }>(
    `select (select count(*)::int from (select from audit_event where at < $1 limit $2 + 1) older) as events,
       (select at from audit_event order by at limit 1) as "oldestAt"`,
    [before, MOST_COUNTED],
  );
  const { events = 0, oldestAt = null } = rows[0] ?? {};
  return { events: Math.min(events, MOST_COUNTED), isExact: events <= MOST_COUNTED, oldestAt };
}
