import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RequestSigner } from 'aws4';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeepAnchors } from '../src/audit-proof/keep-anchors.js';
import { TenantDb } from '../src/tenancy/tenant-db.js';
import { startTestApp, type TestApp } from './app.js';
import { type Company, signUpCompany } from './company.js';

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
    const name = request.url ?? '';
    const there = this.objects.get(name);
    if (request.method === 'GET')
      return there === undefined ? { status: 404, text: '' } : { status: 200, text: there };
    if (request.headers['if-none-match'] === '*' && there !== undefined) return { status: 412, text: '' };
    this.objects.set(name, body);
    return { status: 200, text: '' };
  }
}

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
