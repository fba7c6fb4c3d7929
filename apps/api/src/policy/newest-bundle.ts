import { Injectable } from '@nestjs/common';
import { TenantDb } from '../tenancy/tenant-db.js';
import { readBundle, readNewestVersion } from './bundle.store.js';
import { SharedReads } from './shared-reads.js';

/** Bundles kept in memory: one for each environment whose agents pull at the same time. */
const KEPT_MAX = 200;

export interface SignedBundle {
  version: number;
  jws: string;
}

/** What agents pull. The version is read each time, it is the truth; the bundle of a version never changes, so it is kept. */
@Injectable()
export class NewestBundle {
  private readonly kept = new Map<string, Promise<string | undefined>>();

  private readonly versions = new SharedReads<number>();

  constructor(private readonly db: TenantDb) {}

  /** 0 before the first. All agents of an environment ask in the same moment: when they are told of a new one. */
  version(orgId: string, environmentId: string): Promise<number> {
    return this.versions.read(environmentId, () =>
      this.db.withOrgClient(orgId, (client) => readNewestVersion(client, environmentId)),
    );
  }

  /** The newest bundle; `current` when the reader has it already, undefined when nothing was ever published. */
  async newerThan(
    orgId: string,
    environmentId: string,
    known: number | undefined,
  ): Promise<SignedBundle | 'current' | undefined> {
    const version = await this.version(orgId, environmentId);
    if (version === 0) return undefined;
    if (version === known) return 'current';
    const jws = await this.bundle(orgId, environmentId, version);
    return jws === undefined ? undefined : { version, jws };
  }

  private bundle(orgId: string, environmentId: string, version: number): Promise<string | undefined> {
    const key = `${environmentId}:${version}`;
    const known = this.kept.get(key);
    if (known) return known;
    const loading = this.db.withOrgClient(orgId, (client) => readBundle(client, environmentId, version));
    this.kept.set(key, loading);
    loading.catch(() => this.kept.delete(key));
    const oldest = this.kept.keys().next().value;
    if (this.kept.size > KEPT_MAX && oldest !== undefined) this.kept.delete(oldest);
    return loading;
  }
}
