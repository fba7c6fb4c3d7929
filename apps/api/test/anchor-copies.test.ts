import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RequestSigner } from 'aws4';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeepAnchors } from '../src/audit-proof/keep-anchors.js';
import { MakeAnchor } from '../src/audit-proof/make-anchor.js';
import { SigningKey } from '../src/policy/signing-key.js';
import { TenantDb } from '../src/tenancy/tenant-db.js';
import { startTestApp, type TestApp } from './app.js';
import { type Company, enrolAgent, signUpCompany } from './company.js';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const folder = mkdtempSync(join(tmpdir(), 'postern-anchors-'));

/** A bucket that takes a request only when its signature is the one that another implementation makes of it. */
class Bucket {
  readonly objects = new Map<string, string>();
  /** Status of the next answer, whatever is asked. */
  fails: number | undefined;
  readonly server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const { status, text } = this.answer(request, body);
      response.writeHead(status).end(text);
    });
  });

  private answer(request: IncomingMessage, body: string): { status: number; text: string } {
    const failing = this.fails;
    this.fails = undefined;
    if (failing !== undefined) return { status: failing, text: '' };
    if (!isSigned(request, body)) return { status: 403, text: 'SignatureDoesNotMatch' };
    const { pathname: name, searchParams } = new URL(request.url ?? '', 'http://bucket');
    if (searchParams.get('list-type') === '2') return { status: 200, text: this.list(name, searchParams) };
    const there = this.objects.get(name);
    if (request.method === 'GET')
      return there === undefined ? { status: 404, text: '' } : { status: 200, text: there };
    if (request.headers['if-none-match'] === '*' && there !== undefined) return { status: 412, text: '' };
    this.objects.set(name, body);
    return { status: 200, text: '' };
  }

  private list(bucket: string, query: URLSearchParams): string {
    const [prefix, after] = [query.get('prefix') ?? '', query.get('start-after') ?? ''];
    const keys = [...this.objects.keys()]
      .map((name) => name.slice(bucket.length + 1))
      .filter((key) => key.startsWith(prefix) && key > after)
      .sort();
    const page = keys.slice(0, PAGE).map((key) => `<Contents><Key>${key}</Key><Size>9</Size></Contents>`);
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${keys.length > PAGE}</IsTruncated>${page.join('')}</ListBucketResult>`;
  }
}

/** As S3 lists (ListObjectsV2), two at a time. */
const PAGE = 2;

function isSigned({ method, url, headers }: IncomingMessage, body: string): boolean {
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  const signer = new RequestSigner(
    {
      ...{ service: 's3', region: 'eu-central-1', method: method ?? '', path: url ?? '' },
      ...{ body, headers: signed, doNotModifyHeaders: true },
    },
    { accessKeyId: 'KEY', secretAccessKey: SECRET },
  );
  signer.datetime = String(headers['x-amz-date']);
  return signer.sign().headers?.Authorization === headers.authorization;
}

let api: TestApp;
let company: Company;
const bucket = new Bucket();

beforeAll(async () => {
  api = await startTestApp();
  company = await signUpCompany(api, 'anchored');
  await new Promise<void>((resolve) => bucket.server.listen(0, '127.0.0.1', resolve));
  writeFileSync(join(folder, 'secret'), `${SECRET}\n`);
});
afterAll(async () => {
  bucket.server.closeAllConnections();
  await new Promise((resolve) => bucket.server.close(resolve));
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

const keeper = (secretFile = join(folder, 'secret')) =>
  new KeepAnchors(api.app.get(TenantDb), {
    ...api.database.config,
    auditAnchorDir: join(folder, 'copies'),
    auditAnchorStore: {
      url: `http://127.0.0.1:${(bucket.server.address() as AddressInfo).port}/bucket/postern`,
      region: 'eu-central-1',
      keyId: 'KEY',
      secretFile,
    },
  });

const anchor = (number: number, jws: string) =>
  api.database.owner.query('insert into audit_anchor (org_id, number, jws) values ($1, $2, $3)', [
    company.orgId,
    number,
    jws,
  ]);
const unkept = async () =>
  (
    await api.database.owner.query<{ n: number }>(
      'select number::int as n from audit_anchor where org_id = $1 and kept_outside_at is null order by number',
      [company.orgId],
    )
  ).rows.map(({ n }) => n);
const at = (number: number) => bucket.objects.get(`/bucket/postern/${company.orgId}/000000000${number}.jws`);

it('puts each anchor into folder and bucket, once, and goes on after an outage', async () => {
  await anchor(1, 'first.jws');
  await anchor(2, 'second.jws');
  bucket.fails = 403;
  await expect(keeper().run(company.orgId)).rejects.toThrow('status 403');
  expect(await unkept()).toEqual([1, 2]);
  await keeper().run(company.orgId);
  await keeper().run(company.orgId);
  expect([await unkept(), at(1), at(2)]).toEqual([[], 'first.jws', 'second.jws']);
  // The outage came after the line was written: it stands there once all the same.
  expect(readFileSync(join(folder, 'copies', `${company.orgId}.jws`), 'utf8')).toBe(
    'first.jws\nsecond.jws\n',
  );
});

it('is content with the same anchor already there, and never writes over another one', async () => {
  await anchor(3, 'third.jws');
  bucket.objects.set(`/bucket/postern/${company.orgId}/0000000003.jws`, 'third.jws');
  await keeper().run(company.orgId);
  expect(await unkept()).toEqual([]);
  await anchor(4, 'fourth.jws');
  bucket.objects.set(`/bucket/postern/${company.orgId}/0000000004.jws`, 'somebody else put this here');
  await expect(keeper().run(company.orgId)).rejects.toThrow(
    'anchor 4 in the object store is another one than ours',
  );
  expect(at(4)).toBe('somebody else put this here');
  expect(await unkept()).toEqual([4]);
});

it('says that a wrong key is refused, and never the key', async () => {
  writeFileSync(join(folder, 'wrong'), 'not-the-secret');
  const error = await keeper(join(folder, 'wrong'))
    .run(company.orgId)
    .catch((caught: Error) => caught);
  expect(String(error)).toContain('status 403');
  expect(String(error)).not.toContain('not-the-secret');
});

/** The program as it is built, with nothing but what an auditor has: the export, the keys and a key of the store. */
async function postern(...given: string[]): Promise<string> {
  const program = fileURLToPath(new URL('../../agent/dist/cli.js', import.meta.url));
  const env = {
    ...process.env,
    POSTERN_AUDIT_ANCHOR_S3_REGION: 'eu-central-1',
    POSTERN_AUDIT_ANCHOR_S3_KEY_ID: 'KEY',
    POSTERN_AUDIT_ANCHOR_S3_SECRET_FILE: join(folder, 'secret'),
  };
  const run = promisify(execFile)(process.execPath, [program, 'audit', 'verify', ...given], {
    env,
    timeout: 30_000,
  });
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
  return `${stdout}${stderr}`;
}

it('an auditor reads them from the bucket, and sees a trail that was cut off and an anchor that is missing', async () => {
  const other = await signUpCompany(api, 'audited');
  const peer = await enrolAgent(api, other);
  const makeAnchor = new MakeAnchor(api.app.get(TenantDb), api.app.get(SigningKey, { strict: false }));
  for (let day = 0; day < 5; day += 1) {
    await peer.push(peer.record({}, {}));
    expect(await makeAnchor.run(other.orgId, new Date(Date.now() + day * 86_500_000))).toBe(true);
  }
  await keeper().run(other.orgId);
  const { body } = await api.app.inject({
    method: 'GET',
    url: `/audit/export?${new URLSearchParams({ orgId: other.orgId, format: 'jsonl', filter: '{}' })}`,
    headers: { cookie: other.cookie },
  });
  const keys = join(folder, 'jwks.json');
  writeFileSync(keys, (await api.app.inject({ method: 'GET', url: '/.well-known/jwks.json' })).body);
  const exported = join(folder, 'events.jsonl');
  const store = `http://127.0.0.1:${(bucket.server.address() as AddressInfo).port}/bucket/postern/${other.orgId}`;
  const verify = (lines: readonly string[], url = store) => {
    writeFileSync(exported, lines.join('\n'));
    return postern(exported, '--anchors', url, '--keys', keys);
  };
  const lines = body.trim().split('\n');
  expect(await verify(lines)).toMatch(/^whole: \d+ events in 2 chains, held against 10 signed heads\n$/);
  const isLast = (line: string) =>
    line.includes(peer.agentId) && (JSON.parse(line) as { chain: { seq: number } }).chain.seq === 10;
  expect(await verify(lines.filter((line) => !isLast(line)))).toContain('it ends with event 9');
  const third = `/bucket/postern/${other.orgId}/0000000003.jws`;
  bucket.objects.delete(third);
  expect(await verify(lines)).toContain('the anchors do not hold: anchor 4 does not follow anchor 2');
  expect(await verify(lines, store.replace(/[^/]+$/, 'nobody'))).toContain('there is no anchor');
  bucket.fails = 403;
  expect(await verify(lines)).toContain('the object store answered with status 403');
});
