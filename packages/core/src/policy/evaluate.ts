import type { CompiledPolicy } from './compile.js';
import type { PolicyConnection } from './model.js';
import type { PermissionMask } from './permission.js';

/**
 * What a principal may do on a connection: the union of all matching rules. 0 means that the connection is hidden
 * from them, or that the bundle knows one of the two not at all: callers must not tell these apart to anybody.
 */
export function evaluate(
  policy: CompiledPolicy,
  principalId: string,
  connectionSlug: string,
): PermissionMask {
  if (!policy.principals.has(principalId) || !policy.connections.has(connectionSlug)) return 0;
  return (
    policy.everyoneEverywhere |
    (policy.everyone.get(connectionSlug) ?? 0) |
    (policy.everywhere.get(principalId) ?? 0) |
    (policy.cells.get(principalId)?.get(connectionSlug) ?? 0)
  );
}

/** A connection that a principal has at least one permission for. */
export interface VisibleConnection {
  readonly connection: PolicyConnection;
  readonly mask: PermissionMask;
}

/** The connections a principal may see, in the bundle's order. The others are hidden entirely. */
export function visibleConnections(policy: CompiledPolicy, principalId: string): VisibleConnection[] {
  const visible: VisibleConnection[] = [];
  for (const connection of policy.connections.values()) {
    const mask = evaluate(policy, principalId, connection.slug);
    if (mask !== 0) visible.push({ connection, mask });
  }
  return visible;
}
