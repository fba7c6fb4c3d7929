import { readFile } from 'node:fs/promises';
import { AwsClient } from 'aws4fetch';

const TIMEOUT_MS = 20_000;
const AT_A_TIME = 8;
/** Ten digits: names in order are numbers in order, as the control plane writes them. */
const NAME = /^(\d{10})\.jws$/;

/** The control plane's own settings name these, so that one file of environment variables serves both. */
const VARIABLES = {
  region: 'POSTERN_AUDIT_ANCHOR_S3_REGION',
  keyId: 'POSTERN_AUDIT_ANCHOR_S3_KEY_ID',
  secretFile: 'POSTERN_AUDIT_ANCHOR_S3_SECRET_FILE',
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the copies of one organisation's anchors out of an object store that speaks S3: `https://<host>/<bucket>/<prefix>/<organisation>`.
 * They are listed, not counted up, so that one that is missing in the middle is noticed.
 */
export async function readStoredCopies(url: string, env: Environment): Promise<string[]> {
  const client = await clientOf(env);
  const { origin, pathname } = new URL(url);
  const [bucket = '', ...folders] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const folder = folders.map((name) => `${name}/`).join('');
  const get = async (address: URL): Promise<string> => {
    const answer = await client.fetch(address.href, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the object store answered with status ${answer.status}`);
    return text;
  };
  const names = await listNames(folder, (query) =>
    get(new URL(`${origin}/${encodeURIComponent(bucket)}?${query}`)),
  );
  const copies: string[] = [];
  for (let next = 0; next < names.length; next += AT_A_TIME) {
    const some = names.slice(next, next + AT_A_TIME);
    const texts = some.map((name) => get(new URL(`${origin}${pathname.replace(/\/+$/, '')}/${name}`)));
    copies.push(...(await Promise.all(texts)));
  }
  return copies;
}

/** Names of anchors in a folder (ListObjectsV2), in order. Keys hold digits behind the folder, so nothing in them is escaped. */
async function listNames(
  folder: string,
  list: (query: URLSearchParams) => Promise<string>,
): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const after = names.at(-1);
    const query = new URLSearchParams({ 'list-type': '2', prefix: folder });
    if (after !== undefined) query.set('start-after', `${folder}${after}`);
    const page = await list(query);
    const found = [...page.matchAll(/<Key>([^<]*)<\/Key>/g)]
      .map(([, key = '']) => key.slice(key.lastIndexOf('/') + 1))
      .filter((name) => NAME.test(name) && (after === undefined || name > after));
    names.push(...found);
    if (found.length === 0 || !page.includes('<IsTruncated>true</IsTruncated>')) return names;
  }
}

async function clientOf(env: Environment): Promise<AwsClient> {
  const { region, keyId, secretFile } = VARIABLES;
  const [accessKeyId, file] = [env[keyId], env[secretFile]];
  if (!accessKeyId || !file)
    throw new Error(`to read an object store set \`${keyId}\` and \`${secretFile}\``);
  const secretAccessKey = (await readFile(file, 'utf8')).trim();
  return new AwsClient({
    accessKeyId,
    secretAccessKey,
    region: env[region] ?? 'us-east-1',
    service: 's3',
    retries: 2,
  });
}
