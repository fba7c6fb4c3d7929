import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@postern/core/audit';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyFiles } from '../src/report-cli/verify-files.js';

const dir = mkdtempSync(join(tmpdir(), 'postern-report-cli-'));
const keysFile = join(dir, 'jwks.json');
let sign: (bytes: Buffer, cty: string, typ?: string) => Promise<string>;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  writeFileSync(
    keysFile,
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA' }] }),
  );
  sign = async (bytes, cty, typ = 'postern-report+jws') => {
    const jws = await new CompactSign(bytes)
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k1', typ, cty })
      .sign(privateKey);
    const [head, , signature] = jws.split('.');
    return `${head}..${signature}`;
  };
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function verify(bytes: Buffer | string, keys = keysFile): Promise<[number, string]> {
  const file = join(dir, 'report');
  writeFileSync(file, bytes);
  let said = '';
  const output = { write: (text: string) => (said += text) };
  return [await verifyFiles([file], keys, { stdout: output, stderr: output }), said];
}

const document = { schema: 1, title: 'Who can do what, ünïcode', rows: [[1, null, 'a']] };
const csv = Buffer.from('# question: who\r\nA,B\r\n1,2\r\n');
const pdf = Buffer.concat([
  Buffer.from('%PDF-1.7\n'),
  Buffer.from([0, 255, 128, 10]),
  Buffer.from('%%EOF\n'),
]);
const jsonFile = async (pretty = false) => {
  const signature = await sign(Buffer.from(canonicalJson(document)), 'application/json');
  return JSON.stringify({ report: document, signature }, null, pretty ? 2 : 0);
};
const trailed = async (bytes: Buffer, mark: string, cty: string, typ?: string) =>
  Buffer.concat([bytes, Buffer.from(`${mark}postern-signature: ${await sign(bytes, cty, typ)}\n`)]);

describe('postern report verify', () => {
  it.each([
    ['JSON', () => jsonFile()],
    ['JSON that was formatted again', () => jsonFile(true)],
    ['CSV', () => trailed(csv, '#', 'text/csv')],
    ['PDF', () => trailed(pdf, '%', 'application/pdf')],
  ])('accepts a signed %s', async (_, file) => {
    expect(await verify(await file())).toEqual([0, expect.stringContaining('the signature is right')]);
  });

  it.each([
    ['a changed JSON', async () => (await jsonFile()).replace('Who', 'Wha'), 'the file was changed'],
    [
      'a changed CSV',
      async () => (await trailed(csv, '#', 'text/csv')).toString().replace('1,2', '1,3'),
      'the file was changed',
    ],
    [
      'bytes after the signature',
      async () => `${await trailed(csv, '#', 'text/csv')}x`,
      'holds no signature',
    ],
    ['a file without one', async () => csv, 'holds no signature'],
    ['an empty file', async () => '', 'holds no signature'],
    [
      'the signature of another kind of thing',
      () => trailed(csv, '#', 'text/csv', 'postern-policy+jws'),
      'of something else',
    ],
    ['the signature of another format', () => trailed(csv, '#', 'application/pdf'), 'of something else'],
  ])('refuses %s', async (_, file, text) => {
    expect(await verify(await file())).toEqual([1, expect.stringContaining(text)]);
  });

  it('says when the key is another one, and when there are none', async () => {
    const others = join(dir, 'others.json');
    const { publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    writeFileSync(
      others,
      JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k2', alg: 'EdDSA' }] }),
    );
    expect((await verify(await jsonFile(), others))[1]).toContain('a key that is not among these');
    writeFileSync(others, '{}');
    expect((await verify(await jsonFile(), others))[1]).toContain('it is not a JSON Web Key Set');
  });
});
