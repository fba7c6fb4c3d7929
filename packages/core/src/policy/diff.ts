import type { CompiledPolicy } from './compile.js';
import { evaluate } from './evaluate.js';
import type { PermissionMask } from './permission.js';

/** Access of one principal to one connection that differs between two policies. */
export interface AccessChange {
  readonly principalId: string;
  readonly connectionSlug: string;
  readonly before: PermissionMask;
  readonly after: PermissionMask;
}

/**
 * What changes for whom between two policies, lazily: `before`'s people and connections in its order, then those that
 * only `after` has. A connection or person that is missing on one side counts as no access there.
 */
export function* diffAccess(before: CompiledPolicy, after: CompiledPolicy): Iterable<AccessChange> {
  const principals = new Set([...before.principals, ...after.principals]);
  const connections = new Set([...before.connections.keys(), ...after.connections.keys()]);
  for (const principalId of principals) {
    for (const connectionSlug of connections) {
      const was = evaluate(before, principalId, connectionSlug);
      const is = evaluate(after, principalId, connectionSlug);
      if (was !== is) yield { principalId, connectionSlug, before: was, after: is };
    }
  }
}
