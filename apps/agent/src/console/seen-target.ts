import { PosternError } from '@postern/core/errors';
import { decide, type PermissionMask } from '@postern/core/policy';
import type { Target } from '../targets/target.js';
import type { ConsoleParts } from './console-parts.js';
import type { SignedIn } from './console-sessions.js';

const NOTHING = { statements: [], required: 0 };

/**
 * The database behind a connection that this person may see, and what they hold on it. A hidden connection answers as one that does
 * not exist, before anything is asked of it.
 */
export function seenTarget(
  parts: Pick<ConsoleParts, 'policy' | 'targets'>,
  { principal }: SignedIn,
  slug: string,
): { readonly target: Target; readonly held: PermissionMask; readonly connectionId: string } {
  const decision = decide(parts.policy.inForce().compiled, principal.id, slug, NOTHING);
  if (!decision.allowed) throw new PosternError(decision.code, decision.message, { fix: decision.fix });
  const target = parts.targets.get(slug);
  if (target) return { target, held: decision.held, connectionId: decision.connection.id };
  throw new PosternError('connection.unavailable', `this agent is not configured for \`${slug}\``, {
    fix: 'tell an administrator',
  });
}
