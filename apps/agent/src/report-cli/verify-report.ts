import { canonicalJson } from '@postern/core/audit';
import { errors, type FlattenedVerifyGetKey, flattenedVerify } from 'jose';

export type Verified = { valid: true; mediaType: string; kid: string } | { valid: false; reason: string };

const TYP = 'postern-report+jws';
const TRAILER = /[#%]postern-signature: ([\w-]+\.\.[\w-]+)\r?\n$/;

interface Parts {
  signed: Buffer;
  signature: string;
  mediaType: string;
}

/** What was signed, and the detached signature (RFC 7515, appendix F), of a file in one of the three formats. */
function partsOf(file: Buffer): Parts | undefined {
  if (file.subarray(0, 1).toString() === '{') return jsonParts(file);
  const tail = TRAILER.exec(file.subarray(-2_000).toString('latin1'));
  if (!tail?.[1]) return undefined;
  const isPdf = file.subarray(0, 5).toString() === '%PDF-';
  return {
    signed: file.subarray(0, file.length - tail[0].length),
    signature: tail[1],
    mediaType: isPdf ? 'application/pdf' : 'text/csv',
  };
}

/** The report's own bytes stand between two fixed texts; canonical once more, so that formatting it again does no harm. */
function jsonParts(file: Buffer): Parts | undefined {
  try {
    const { report, signature } = JSON.parse(file.toString('utf8')) as {
      report: unknown;
      signature: unknown;
    };
    if (typeof signature !== 'string') return undefined;
    return { signed: Buffer.from(canonicalJson(report)), signature, mediaType: 'application/json' };
  } catch {
    return undefined;
  }
}

/** Whether a report's file is what the control plane signed, to the byte. */
export async function verifyReport(file: Buffer, keys: FlattenedVerifyGetKey): Promise<Verified> {
  const parts = partsOf(file);
  if (!parts) return { valid: false, reason: 'it holds no signature of a report' };
  const [head = '', , signature = ''] = parts.signature.split('.');
  try {
    const { protectedHeader } = await flattenedVerify(
      { protected: head, signature, payload: parts.signed.toString('base64url') },
      keys,
      { algorithms: ['EdDSA'] },
    );
    if (protectedHeader?.typ !== TYP || protectedHeader.cty !== parts.mediaType)
      return { valid: false, reason: 'its signature is of something else' };
    return { valid: true, mediaType: parts.mediaType, kid: protectedHeader.kid ?? '' };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey)
      return { valid: false, reason: 'it was signed with a key that is not among these' };
    return { valid: false, reason: 'the signature is wrong: the file was changed' };
  }
}
