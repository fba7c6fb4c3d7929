import { Inject, Injectable } from '@nestjs/common';
import { recordChange } from '../audit/record-change.js';
import { CONFIG, type Config } from '../config.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { buildBundle, contentDigest } from './build-bundle.js';
import { insertBundle, lockEnvironment, newestDigest } from './bundle.store.js';
import { readPolicyFacts } from './policy-facts.store.js';
import { insertHistory } from './policy-history.store.js';
import { SigningKey } from './signing-key.js';

/**
 * Makes what the rows say the newest signed bundle of one environment. May run any number of times and at once: the
 * environment is locked first, so versions only grow and the last one says what the rows say; unchanged means no new version.
 */
@Injectable()
export class PublishPolicy {
  constructor(
    private readonly db: TenantDb,
    private readonly key: SigningKey,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Answers with the newest version; undefined when the environment is gone. */
  async run({ orgId, environmentId }: { orgId: string; environmentId: string }): Promise<number | undefined> {
    const signingKeys = await this.key.publicKeys();
    return this.db.withOrg(orgId, async (tx) => {
      const environment = await lockEnvironment(tx, environmentId);
      const facts = environment && (await readPolicyFacts(tx, environmentId));
      if (!environment || !facts) return undefined;
      const version = environment.policyVersion + 1;
      const issuedAt = new Date();
      const { policyLeaseSeconds: leaseSeconds } = this.config;
      const bundle = buildBundle(facts, { version, issuedAt, leaseSeconds, signingKeys });
      const digest = contentDigest(bundle);
      if ((await newestDigest(tx, environmentId)) === digest) return environment.policyVersion;
      const jws = await this.key.signBundle(JSON.stringify(bundle));
      await insertBundle(tx, {
        orgId,
        environmentId,
        version,
        contentDigest: digest,
        jws,
        createdAt: issuedAt,
      });
      await insertHistory(tx, orgId, bundle, { contentDigest: digest, at: issuedAt });
      await recordChange(tx, orgId, {
        kind: 'policy.published',
        actor: { type: 'system', id: '', label: 'postern' },
        path: 'api',
        target: { type: 'environment', id: environmentId, label: environment.name },
        policyVersion: version,
        after: {
          connections: bundle.connections.length,
          people: bundle.principals.length,
          rules: bundle.rules.length,
        },
      });
      return version;
    });
  }
}
