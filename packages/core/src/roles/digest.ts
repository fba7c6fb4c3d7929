import { canonicalJson, sha256Hex } from '../audit/chain.js';
import type { Change } from './changes.js';
import type { ServerFacts } from './graph.js';
import type { ObjectRef } from './objects.js';

/**
 * What a plan does, and to which server, as one hash: what an approval is about. Salts and verifiers are not in changes,
 * so that the same effects always have the same digest.
 */
export function effectsDigest(changes: readonly Change[], facts: ServerFacts): string {
  const { database, systemIdentifier } = facts;
  // Thousands of changes share a few lists of hundreds of objects: each list counts once, as its own hash.
  const hashes = new Map<readonly ObjectRef[], string>();
  const hashOf = (objects: readonly ObjectRef[]) => {
    const hash = hashes.get(objects) ?? sha256Hex(canonicalJson(objects));
    hashes.set(objects, hash);
    return hash;
  };
  const effects = changes.map((change) =>
    'objects' in change ? { ...change, objects: hashOf(change.objects) } : change,
  );
  return sha256Hex(canonicalJson({ version: 1, database, systemIdentifier, changes: effects }));
}
