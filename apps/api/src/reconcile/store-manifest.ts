import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { insertManifest, type ManifestRow } from './manifest.store.js';

export const manifestHash = (body: string): string => createHash('sha256').update(body).digest('hex');

/** Keeps a version of a connection's manifest, whose connection must be locked; on record. */
export async function storeManifest(
  tx: Tx,
  actor: OrgActor,
  connection: { readonly id: string; readonly slug: string },
  { body, message, version }: { body: string; message: string; version: number },
): Promise<ManifestRow> {
  const sha256 = manifestHash(body);
  const manifest = await insertManifest(tx, {
    id: uuidv7(),
    orgId: actor.orgId,
    connectionId: connection.id,
    version,
    body,
    sha256,
    message,
    authorId: actor.userId,
    authorLabel: actor.email,
  });
  await recordChange(tx, actor.orgId, {
    kind: 'role_manifest.saved',
    actor: auditActorOf(actor),
    connection: { id: connection.id, slug: connection.slug },
    target: { type: 'role_manifest', id: manifest.id, label: `${connection.slug}, version ${version}` },
    after: { version, sha256, message },
  });
  return manifest;
}
