import { readFile } from 'node:fs/promises';
import { AwsClient } from 'aws4fetch';
import type { ObjectStore } from '../config.js';
import type { AnchorRow } from './anchor.store.js';

const TIMEOUT_MS = 20_000;
/** RFC 9110, 412 Precondition Failed. */
const ALREADY_THERE = 412;

/**
 * Puts an anchor into the store as `<organisation>/<number>.jws`, never over one that is there (If-None-Match). The same one already
 * there is as good; another one is an error that somebody has to look at.
 */
export async function putAnchor(
  store: ObjectStore,
  orgId: string,
  { number, jws }: AnchorRow,
): Promise<void> {
  const client = new AwsClient({
    accessKeyId: store.keyId,
    secretAccessKey: (await readFile(store.secretFile, 'utf8')).trim(),
    region: store.region,
    service: 's3',
    retries: 2,
  });
  const url = `${store.url}/${orgId}/${String(number).padStart(10, '0')}.jws`;
  const limits = (): RequestInit => ({ redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  const put = await client.fetch(url, {
    ...limits(),
    method: 'PUT',
    body: jws,
    headers: { 'content-type': 'application/jose', 'if-none-match': '*' },
  });
  await put.body?.cancel();
  if (put.ok) return;
  if (put.status !== ALREADY_THERE) throw new Error(`the object store answered with status ${put.status}`);
  const there = await client.fetch(url, limits());
  const text = await there.text();
  if (!there.ok) throw new Error(`the object store answered with status ${there.status}`);
  if (text !== jws) throw new Error(`anchor ${number} in the object store is another one than ours`);
}
