import { type CompiledPolicy, compilePolicy, type PolicyBundle } from '@postern/core/policy';
import type { PoolClient } from 'pg';
import {
  type PolicyVersionRow,
  readParts,
  versionsBetween,
  versionsInForce,
} from './policy-history.store.js';

export { type PolicyVersionRow, versionsBetween, versionsInForce };

/** A past policy, ready for core's own decisions: the same code that decided in the agents then. */
export interface PastPolicy {
  row: PolicyVersionRow;
  bundle: PolicyBundle;
  compiled: CompiledPolicy;
}

/** Replays stored versions. Parts are read once for as long as the reader lives, neighbours share most of them. */
export class PolicyHistory {
  private readonly parts = new Map<string, unknown>();

  constructor(
    private readonly client: PoolClient,
    private readonly orgName: string,
  ) {}

  async replay(row: PolicyVersionRow): Promise<PastPolicy> {
    const digests = [row.connectionsDigest, row.principalsDigest, row.groupsDigest, row.rulesDigest];
    await this.load(digests);
    const [connections, principals, groups, rules] = digests.map((digest) => this.parts.get(digest));
    const bundle = {
      schema: 1,
      orgId: '-',
      orgName: this.orgName,
      environmentId: row.environmentId,
      environmentName: row.environmentName,
      version: row.version,
      issuedAt: row.publishedAt.toISOString(),
      leaseSeconds: 1,
      ...{ connections, principals, groups, rules },
      signingKeys: [],
    } as unknown as PolicyBundle; // parsed before it was stored, and nobody may change it since
    return { row, bundle, compiled: compilePolicy(bundle) };
  }

  private async load(digests: readonly string[]): Promise<void> {
    const missing = digests.filter((digest) => !this.parts.has(digest));
    if (missing.length === 0) return;
    const found = await readParts(this.client, missing);
    for (const digest of missing) {
      const body = found.get(digest);
      if (body === undefined) throw new Error(`a part of the policy's history is gone: ${digest}`);
      this.parts.set(digest, JSON.parse(body));
    }
  }
}
