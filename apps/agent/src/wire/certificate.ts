import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { join } from 'node:path';
import { readIfThere, writeDurably } from '../durable-file.js';
import type { Certificate } from './wire-config.js';

/** DER (X.690), as far as a certificate needs it. */
const der = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), body]);
};
const sequence = (...content: readonly Buffer[]) => der(0x30, ...content);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (at: Date) =>
  der(0x17, Buffer.from(`${at.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));

const ECDSA_SHA256 = sequence(oid('2a8648ce3d040302'));
const VALID_YEARS = 10;

/**
 * A certificate for development: it encrypts, and proves nothing about whose it is to those who have not got it from
 * the data directory.
 */
export function makeSelfSigned(now: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('Postern agent (self-signed)')))),
  );
  const from = new Date(now - 86_400_000);
  const to = new Date(now);
  to.setUTCFullYear(to.getUTCFullYear() + VALID_YEARS);
  const names = sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, Buffer.of(127, 0, 0, 1)),
    der(0x87, Buffer.from(`${'00'.repeat(15)}01`, 'hex')),
  );
  const isAuthority = sequence(der(0x01, Buffer.of(0xff)));
  const extensions = sequence(
    sequence(oid('551d11'), der(0x04, names)),
    sequence(oid('551d13'), der(0x01, Buffer.of(0xff)), der(0x04, isAuthority)),
  );
  const serial = randomBytes(16);
  // A positive number without leading zeros.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const toSign = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    ECDSA_SHA256,
    name,
    sequence(utcTime(from), utcTime(to)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = sign('sha256', toSign, privateKey);
  const bytes = sequence(toSign, ECDSA_SHA256, der(0x03, Buffer.of(0), signature));
  const cert = new X509Certificate(bytes).toString();
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** The self-signed certificate of this agent, the same one after each start, so that people can pin it. */
export async function selfSigned(dataDir: string, now: number): Promise<Certificate> {
  const certFile = join(dataDir, 'wire-certificate.pem');
  const keyFile = join(dataDir, 'wire-key.pem');
  const [cert, key] = [await readIfThere(certFile), await readIfThere(keyFile)];
  if (cert !== undefined && key !== undefined && isUsable(cert, key, now)) return { cert, key };
  const made = makeSelfSigned(now);
  await writeDurably(keyFile, made.key);
  await writeDurably(certFile, made.cert);
  return made;
}

/** A crash between the two files leaves a pair that does not fit. */
function isUsable(cert: string, key: string, now: number): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const isOfKey = certificate.publicKey.equals(createPublicKey(createPrivateKey(key)));
    return isOfKey && Date.parse(certificate.validTo) > now + 86_400_000;
  } catch {
    return false;
  }
}

/** Hash functions by the OID of the signature that uses them; RFC 5929 has SHA-256 in place of MD5 and SHA-1. */
const SIGNATURE_HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010b': 'sha256', // sha256WithRSAEncryption
  '2a864886f70d01010c': 'sha384', // sha384WithRSAEncryption
  '2a864886f70d01010d': 'sha512', // sha512WithRSAEncryption
  '2a864886f70d01010e': 'sha224', // sha224WithRSAEncryption
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040301': 'sha224', // ecdsa-with-SHA224
  '2a8648ce3d040302': 'sha256', // ecdsa-with-SHA256
  '2a8648ce3d040303': 'sha384', // ecdsa-with-SHA384
  '2a8648ce3d040304': 'sha512', // ecdsa-with-SHA512
};

/**
 * What a client binds its sign-in to: `tls-server-end-point` of RFC 5929, the certificate's hash. Undefined where none is
 * defined (RSA-PSS, Ed25519): then binding is not offered.
 */
export function endpointHash(certificatePem: string): Buffer | undefined {
  const { raw } = new X509Certificate(certificatePem);
  // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, … }, … }
  const toSign = contentAt(raw, contentAt(raw, 0).from);
  const algorithm = contentAt(raw, toSign.to);
  const id = contentAt(raw, algorithm.from);
  const hash = SIGNATURE_HASHES[raw.subarray(id.from, id.to).toString('hex')];
  return hash === undefined ? undefined : createHash(hash).update(raw).digest();
}

/** Where the content of the DER value at `at` begins and ends. */
function contentAt(bytes: Buffer, at: number): { from: number; to: number } {
  const first = bytes.readUInt8(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
  const from = at + 2 + lengthBytes;
  return { from, to: from + length };
}
