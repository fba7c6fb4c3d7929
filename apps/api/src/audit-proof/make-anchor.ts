import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { type AuditAnchor, CHAIN_START, canonicalJson } from '@postern/core/audit';
import { CONFIG, type Config } from '../config.js';
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
    @Inject(CONFIG) private readonly config: Config,
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
    if (jws !== undefined) await this.keepOutside(orgId, jws);
    return jws !== undefined;
  }

  /** A copy where whoever can change the database should not be able to change it. */
  private async keepOutside(orgId: string, jws: string): Promise<void> {
    const { auditAnchorDir } = this.config;
    if (auditAnchorDir === undefined) return;
    await mkdir(auditAnchorDir, { recursive: true, mode: 0o700 });
    await appendFile(join(auditAnchorDir, `${orgId}.jws`), `${jws}\n`, { mode: 0o600 });
  }
}
