import { type AuditEvent, CHAIN_START, canonicalJson, chain } from '@postern/core/audit';
import type { Prisma } from '../generated/prisma/client.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { auditRow } from './audit-row.js';
import { aloneOf } from './audit-words.js';

/** Appends to the chain of what the control plane itself recorded for the organisation; holds its head until the commit. */
export async function appendToOrgChain(tx: Tx, orgId: string, events: readonly AuditEvent[]): Promise<void> {
  const [head] = await tx.$queryRaw<[{ seq: bigint; hash: string }]>`
    insert into org_audit_chain (org_id, seq, hash) values (${orgId}::uuid, 0, ${CHAIN_START})
    on conflict (org_id) do update set seq = org_audit_chain.seq
    returning seq, hash`;
  let [seq, hash] = [Number(head.seq), head.hash];
  const made = events.map((each) => {
    // As it will be read again: without what is undefined.
    const event: AuditEvent = JSON.parse(canonicalJson(each));
    ({ seq, hash } = chain(hash, seq + 1, event));
    return { row: auditRow(event, { ...CONTROL_PLANE, seq, hash }), event: event as Prisma.InputJsonObject };
  });
  const rows = made.map(({ row: { relations, hash: hex, ...columns }, event }) => {
    const stored = { ...columns, hash: Buffer.from(hex, 'hex'), event };
    return { orgId, ...stored, ...(relations === null ? {} : { relations }) };
  });
  await tx.auditEvent.createMany({ data: rows });
  await tx.auditWords.createMany({ data: made.map(({ row }) => ({ orgId, ...aloneOf(row) })) });
  await tx.orgAuditChain.update({ where: { orgId }, data: { seq, hash } });
}

const CONTROL_PLANE = { agentId: null, environmentId: null };
