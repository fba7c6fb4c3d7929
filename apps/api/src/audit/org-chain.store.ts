import { type AuditEvent, CHAIN_START, canonicalJson, chain } from '@postern/core/audit';
import type { Prisma } from '../generated/prisma/client.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { auditRow } from './audit-row.js';

/** Appends to the chain of what the control plane itself recorded for the organisation; holds its head until the commit. */
export async function appendToOrgChain(tx: Tx, orgId: string, events: readonly AuditEvent[]): Promise<void> {
  const [head] = await tx.$queryRaw<[{ seq: bigint; hash: string }]>`
    insert into org_audit_chain (org_id, seq, hash) values (${orgId}::uuid, 0, ${CHAIN_START})
    on conflict (org_id) do update set seq = org_audit_chain.seq
    returning seq, hash`;
  let [seq, hash] = [Number(head.seq), head.hash];
  const rows = events.map((made) => {
    // As it will be read again: without what is undefined.
    const event: AuditEvent = JSON.parse(canonicalJson(made));
    ({ seq, hash } = chain(hash, seq + 1, event));
    const { relations, hash: hex, ...columns } = auditRow(event, { ...CONTROL_PLANE, seq, hash });
    const stored = { ...columns, hash: Buffer.from(hex, 'hex'), event: event as Prisma.InputJsonObject };
    return { orgId, ...stored, ...(relations === null ? {} : { relations }) };
  });
  await tx.auditEvent.createMany({ data: rows });
  await tx.orgAuditChain.update({ where: { orgId }, data: { seq, hash } });
}

const CONTROL_PLANE = { agentId: null, environmentId: null };
