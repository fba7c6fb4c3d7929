import type { TenantDb } from '../tenancy/tenant-db.js';
import { chainPage, listChains, type StoredRow, seqRange } from './chain.store.js';

/** A link of a chain as it is stored. `agentId`: null in the organisation's own. */
export interface ChainLinkRow extends Pick<StoredRow, 'seq' | 'hash' | 'text'> {
  readonly agentId: string | null;
  readonly receivedAt: Date;
}

export interface ChainSpan {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly agentId?: string | undefined;
}

/**
 * Chain after chain, each in its order and without a gap: of a time, all that stands between its first and its last event, whatever
 * their clocks say. What arrives meanwhile is not in it.
 */
export async function* readChains(
  db: TenantDb,
  orgId: string,
  { from, to, agentId }: ChainSpan,
  limit: number,
): AsyncGenerator<ChainLinkRow[]> {
  const chains = await db.withOrgClient(orgId, (client) => listChains(client, orgId));
  for (const chain of chains) {
    if (agentId !== undefined && chain.id !== agentId) continue;
    const range =
      from === undefined && to === undefined
        ? { first: 1, last: chain.headSeq || Number.MAX_SAFE_INTEGER }
        : await db.withOrgClient(orgId, (client) => seqRange(client, chain, from, to));
    if (range.first === null || range.last === null) continue;
    const toSeq = range.last;
    for (let afterSeq = range.first - 1; ; ) {
      const rows = await db.withOrgClient(orgId, (client) =>
        chainPage(client, chain, { afterSeq, toSeq, limit }),
      );
      if (rows.length > 0) yield rows.map((row) => ({ ...row, agentId: chain.isAgent ? chain.id : null }));
      if (rows.length < limit) break;
      afterSeq = rows.at(-1)?.seq ?? toSeq;
    }
  }
}
