import { Injectable } from '@nestjs/common';
import { type AuditAnchor, CHAIN_START, canonicalJson } from '@postern/core/audit';
import { SigningKey } from '../policy/signing-key.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { insertAnchor, newestAnchor, readHeads } from './anchor.store.js';
import { ANCHOR_TYPE, hashOfJws, readAnchor } from './anchors.js';

const DAY_MS = 86_400_000;

/** Signs the heads of an organisation's chains, at most once a day and only where something has been added. */
@Injectable()
export class MakeAnchor {
  constructor(
    private readonly db: TenantDb,
    private readonly key: SigningKey,
  ) {}

  /** True when an anchor was made. Two at the same time: the second meets the primary key and gives up. */
  async run(orgId: string, now = new Date()): Promise<boolean> {
    const keys = await this.key.publicKeys();
    const jws = await this.db.withOrgClient(orgId, async (client) => {
      const last = await newestAnchor(client);
      const before = last && (await readAnchor(last, orgId, keys));
      if (before && now.getTime() - Date.parse(before.at) < DAY_MS) return undefined;
      const chains = await readHeads(client, orgId);
      if (chains.length === 0 || canonicalJson(chains) === canonicalJson(before?.chains)) return undefined;
      const anchor: AuditAnchor = {
        v: 1,
        orgId,
        number: (last?.number ?? 0) + 1,
        at: now.toISOString(),
        prev: last ? hashOfJws(last.jws) : CHAIN_START,
        chains,
      };
      const signed = await this.key.sign(canonicalJson(anchor), ANCHOR_TYPE);
      await insertAnchor(client, orgId, { number: anchor.number, jws: signed });
      return signed;
    });
    return jws !== undefined;
  }
}
