import type { PoolClient } from 'pg';
import { CHANNELS } from '../notifications/notifications.js';
import type { Tx } from '../tenancy/tenant-db.js';

/** Bundles kept for each environment besides the newest: enough to look back at, not for ever. */
const KEPT = 20;

/** Takes the environment for this transaction: publications of one environment come one after another. */
export async function lockEnvironment(
  tx: Tx,
  environmentId: string,
): Promise<{ name: string; policyVersion: number } | undefined> {
  const rows = await tx.$queryRaw<{ name: string; policyVersion: number }[]>`
    select name, policy_version as "policyVersion" from environment where id = ${environmentId}::uuid for update`;
  return rows[0];
}

export async function newestDigest(tx: Tx, environmentId: string): Promise<string | undefined> {
  const newest = await tx.policyBundle.findFirst({
    where: { environmentId },
    orderBy: { version: 'desc' },
    select: { contentDigest: true },
  });
  return newest?.contentDigest;
}

export interface NewBundle {
  orgId: string;
  environmentId: string;
  version: number;
  contentDigest: string;
  jws: string;
  createdAt: Date;
}

/** Stores a bundle as the newest, forgets old ones, and tells every api process once the transaction commits. */
export async function insertBundle(tx: Tx, bundle: NewBundle): Promise<void> {
  const { environmentId, version } = bundle;
  await tx.policyBundle.createMany({ data: [bundle] });
  await tx.environment.update({
    where: { id: environmentId },
    data: { policyVersion: version, policyPublishedAt: bundle.createdAt },
    select: { id: true },
  });
  await tx.policyBundle.deleteMany({ where: { environmentId, version: { lt: version - KEPT } } });
  await tx.$executeRaw`select pg_notify(${CHANNELS.policy}, ${`${environmentId}:${version}`})`;
}

/** Version of the newest bundle; 0 before the first. */
export async function readNewestVersion(client: PoolClient, environmentId: string): Promise<number> {
  const { rows } = await client.query<{ policy_version: number }>(
    'select policy_version from environment where id = $1',
    [environmentId],
  );
  return rows[0]?.policy_version ?? 0;
}

export async function readBundle(
  client: PoolClient,
  environmentId: string,
  version: number,
): Promise<string | undefined> {
  const { rows } = await client.query<{ jws: string }>(
    'select jws from policy_bundle where environment_id = $1 and version = $2',
    [environmentId, version],
  );
  return rows[0]?.jws;
}
