import { createHash } from 'node:crypto';
import { type AuditAnchor, auditAnchor, CHAIN_START } from '@postern/core/audit';
import type { PublicJwk } from '@postern/core/policy';
import { compactVerify, importJWK } from 'jose';
import type { AnchorRow } from './anchor.store.js';

export const ANCHOR_TYPE = 'postern-audit-anchor+jws';

export const hashOfJws = (jws: string): string => createHash('sha256').update(jws).digest('hex');

/** What a row of anchors says, when it was signed by one of the keys and is what it claims to be; else undefined. */
export async function readAnchor(
  row: AnchorRow,
  orgId: string,
  keys: readonly PublicJwk[],
): Promise<AuditAnchor | undefined> {
  for (const jwk of keys) {
    try {
      const key = await importJWK(jwk, 'EdDSA');
      const { payload, protectedHeader } = await compactVerify(row.jws, key, { algorithms: ['EdDSA'] });
      const anchor = auditAnchor.parse(JSON.parse(new TextDecoder().decode(payload)));
      if (protectedHeader.typ !== ANCHOR_TYPE || anchor.orgId !== orgId || anchor.number !== row.number)
        return undefined;
      return anchor;
    } catch {
      // another key's, or nobody's
    }
  }
  return undefined;
}

/** All anchors in order, or the number of the first that is not there, not signed or does not follow the one before it. */
export async function readAnchors(
  rows: readonly AnchorRow[],
  orgId: string,
  keys: readonly PublicJwk[],
): Promise<{ anchors: AuditAnchor[]; brokenAt?: number }> {
  const anchors: AuditAnchor[] = [];
  let prev = CHAIN_START;
  for (const [index, row] of rows.entries()) {
    const anchor = row.number === index + 1 ? await readAnchor(row, orgId, keys) : undefined;
    if (anchor?.prev !== prev) return { anchors, brokenAt: index + 1 };
    prev = hashOfJws(row.jws);
    anchors.push(anchor);
  }
  return { anchors };
}
