import { canonicalJson, sha256Hex } from '@postern/core/audit';
import type { PolicyBundle } from '@postern/core/policy';
import type { PoolClient } from 'pg';
import type { Tx } from '../tenancy/tenant-db.js';

/** One version of one environment's policy, as it was published. */
export interface PolicyVersionRow {
  environmentId: string;
  environmentName: string;
  version: number;
  publishedAt: Date;
  contentDigest: string;
  connectionsDigest: string;
  principalsDigest: string;
  groupsDigest: string;
  rulesDigest: string;
}

const COLUMNS = `environment_id as "environmentId", environment_name as "environmentName", version,
  published_at as "publishedAt", content_digest as "contentDigest", connections_digest as "connectionsDigest",
  principals_digest as "principalsDigest", groups_digest as "groupsDigest", rules_digest as "rulesDigest"`;

/** Keeps what a bundle says, without password verifiers: history must not become a store of credentials. */
export async function insertHistory(
  tx: Tx,
  orgId: string,
  bundle: PolicyBundle,
  published: { contentDigest: string; at: Date },
): Promise<void> {
  const part = (value: unknown) => {
    const body = canonicalJson(value);
    return { orgId, digest: sha256Hex(body), body };
  };
  const connections = part(bundle.connections);
  const principals = part(bundle.principals.map(({ id, email, name }) => ({ id, email, name })));
  const groups = part(bundle.groups);
  const rules = part(bundle.rules);
  await tx.policyPart.createMany({ data: [connections, principals, groups, rules], skipDuplicates: true });
  await tx.policyVersion.createMany({
    data: [
      {
        orgId,
        environmentId: bundle.environmentId,
        environmentName: bundle.environmentName,
        version: bundle.version,
        publishedAt: published.at,
        contentDigest: published.contentDigest,
        connectionsDigest: connections.digest,
        principalsDigest: principals.digest,
        groupsDigest: groups.digest,
        rulesDigest: rules.digest,
      },
    ],
  });
}

/** The version of each environment that was in force at an instant. Environments deleted by then are left out. */
export async function versionsInForce(client: PoolClient, at: Date): Promise<PolicyVersionRow[]> {
  const { rows } = await client.query<PolicyVersionRow>(
    `select distinct on (v.environment_id) ${COLUMNS} from policy_version v
      where v.published_at <= $1 and not exists (
        select from audit_event e where e.kind = 'environment.deleted' and e.at <= $1
          and e.event -> 'target' ->> 'id' = v.environment_id::text)
      order by v.environment_id, v.published_at desc, v.version desc`,
    [at],
  );
  return rows;
}

/** Versions published after `from` and until `to`, oldest first. */
export async function versionsBetween(client: PoolClient, from: Date, to: Date): Promise<PolicyVersionRow[]> {
  const { rows } = await client.query<PolicyVersionRow>(
    `select ${COLUMNS} from policy_version
      where published_at > $1 and published_at <= $2 order by published_at, environment_id, version`,
    [from, to],
  );
  return rows;
}

/** Bodies of the parts with these digests. */
export async function readParts(
  client: PoolClient,
  digests: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ digest: string; body: string }>(
    'select digest, body from policy_part where digest = any($1::text[])',
    [digests],
  );
  return new Map(rows.map((row) => [row.digest, row.body]));
}
