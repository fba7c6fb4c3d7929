import { canonicalJson, sha256Hex } from '../audit/chain.js';
import type { Change } from './changes.js';
import type { ServerFacts } from './graph.js';

/**
 * What a plan does, and to which server, as one hash: what an approval is about. Salts and verifiers are not in changes,
 * so that the same effects always have the same digest.
 */
export function effectsDigest(changes: readonly Change[], facts: ServerFacts): string {
  const { database, systemIdentifier } = facts;
  return sha256Hex(canonicalJson({ version: 1, database, systemIdentifier, changes }));
}
