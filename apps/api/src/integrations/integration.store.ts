import { Prisma } from '../generated/prisma/client.js';
import type { Tx } from '../tenancy/tenant-db.js';
import type { Format } from './formats.js';

export type IntegrationKind = 'webhook' | 'https' | 'syslog';

export interface IntegrationRow {
  id: string;
  orgId: string;
  kind: string;
  name: string;
  url: string;
  format: string;
  eventTypes: string[];
  secret: string | null;
  previousSecret: string | null;
  previousSecretUntil: Date | null;
  enabled: boolean;
  disabledReason: string | null;
  failures: number;
  failingSince: Date | null;
  lastError: string | null;
  lastDeliveredAt: Date | null;
  createdAt: Date;
}

export interface NewIntegration {
  id: string;
  orgId: string;
  kind: IntegrationKind;
  name: string;
  url: string;
  format: Format;
  eventTypes: string[];
  secret: string | null;
}

export const listIntegrationRows = (tx: Tx): Promise<IntegrationRow[]> =>
  tx.integration.findMany({ orderBy: [{ name: 'asc' }, { id: 'asc' }] });

export const findIntegration = (tx: Tx, id: string): Promise<IntegrationRow | null> =>
  tx.integration.findUnique({ where: { id } });

export const countIntegrations = (tx: Tx): Promise<number> => tx.integration.count();

/** A new one begins at what happens from now on. */
export async function insertIntegration(tx: Tx, row: NewIntegration): Promise<IntegrationRow> {
  const made = await tx.integration.create({ data: row });
  await tx.$executeRaw`
    insert into integration_cursor (org_id, integration_id, chain, seq)
    select org_id, ${row.id}::uuid, id, audit_seq from agent
    union all
    select org_id, ${row.id}::uuid, ${NO_AGENT}::uuid, seq from org_audit_chain`;
  return made;
}

const NO_AGENT = '00000000-0000-0000-0000-000000000000';

export const changeIntegration = (
  tx: Tx,
  id: string,
  data: Prisma.IntegrationUpdateInput,
): Promise<IntegrationRow> => tx.integration.update({ where: { id }, data });

export async function deleteIntegrationRow(tx: Tx, id: string): Promise<void> {
  await tx.integration.delete({ where: { id } });
}

/** What each has not sent yet, and what it gave up on. */
export async function standings(tx: Tx): Promise<Map<string, { behind: number; dead: number }>> {
  const rows = await tx.$queryRaw<{ id: string; behind: bigint; dead: bigint }[]>`
    select i.id,
      (select coalesce(sum(h.seq - coalesce(c.seq, 0)), 0)
         from (select id as chain, audit_seq as seq from agent
               union all select ${NO_AGENT}::uuid, seq from org_audit_chain) h
         left join integration_cursor c on c.integration_id = i.id and c.chain = h.chain)::bigint as behind,
      (select count(*) from webhook_delivery d where d.integration_id = i.id and d.state = 'dead') as dead
    from integration i`;
  return new Map(rows.map(({ id, behind, dead }) => [id, { behind: Number(behind), dead: Number(dead) }]));
}

// Sending.

/** Takes it for a while: nobody else sends what it sends. Null: it is taken, off, resting or gone. */
export async function claimIntegration(tx: Tx, id: string, seconds: number): Promise<IntegrationRow | null> {
  const taken = await tx.$executeRaw`
    update integration set claimed_until = now() + make_interval(secs => ${seconds})
    where id = ${id}::uuid and enabled and next_attempt_at <= now()
      and (claimed_until is null or claimed_until < now())`;
  return taken === 1 ? findIntegration(tx, id) : null;
}

export interface EventRow {
  chain: string;
  seq: bigint;
  hash: string;
  event: string;
}

/** The next events behind the cursors, at most `max`, each chain in its order. */
export function eventsBehind(tx: Tx, integrationId: string, max: number): Promise<EventRow[]> {
  return tx.$queryRaw<EventRow[]>`
    with head as materialized (
      select h.chain, coalesce(c.seq, 0) as done
      from (select id as chain, audit_seq as seq from agent
            union all select ${NO_AGENT}::uuid, seq from org_audit_chain) h
      left join integration_cursor c on c.integration_id = ${integrationId}::uuid and c.chain = h.chain
      where h.seq > coalesce(c.seq, 0))
    select head.chain, e.seq, e.hash, e.event from head cross join lateral (
      (select seq, encode(hash, 'hex') as hash, event::text from audit_event
        where head.chain <> ${NO_AGENT}::uuid and agent_id = head.chain and seq > head.done
        order by seq limit ${max})
      union all
      (select seq, encode(hash, 'hex') as hash, event::text from audit_event
        where head.chain = ${NO_AGENT}::uuid and agent_id is null and org_id = postern_current_org() and seq > head.done
        order by seq limit ${max})) e
    limit ${max}`;
}

export async function moveCursors(
  tx: Tx,
  orgId: string,
  integrationId: string,
  seqs: ReadonlyMap<string, bigint>,
): Promise<void> {
  for (const [chain, seq] of seqs)
    await tx.$executeRaw`
      insert into integration_cursor (org_id, integration_id, chain, seq)
      values (${orgId}::uuid, ${integrationId}::uuid, ${chain}::uuid, ${seq})
      on conflict (integration_id, chain) do update set seq = greatest(integration_cursor.seq, excluded.seq)`;
}

/** It went well: whatever was wrong is over. */
export const noteSuccess = (tx: Tx, id: string) =>
  tx.integration.updateMany({
    where: { id },
    data: { failures: 0, failingSince: null, lastError: null, lastDeliveredAt: new Date() },
  });

/** Answers since when it has been failing. */
export async function noteFailure(tx: Tx, id: string, error: string, restSeconds: number): Promise<Date> {
  const [row] = await tx.$queryRaw<{ failing_since: Date }[]>`
    update integration set failures = failures + 1, failing_since = coalesce(failing_since, now()), last_error = ${error},
      next_attempt_at = now() + make_interval(secs => ${restSeconds}) where id = ${id}::uuid returning failing_since`;
  return row?.failing_since ?? new Date();
}

export const releaseIntegration = (tx: Tx, id: string) =>
  tx.integration.updateMany({ where: { id }, data: { claimedUntil: null } });
