import { type Catalog, NEW_SESSION, type SessionState, sessionWithCatalog } from '@postern/core/sql';
import type { Target } from '../targets/target.js';
import type { TransactionState } from '../targets/target-session.js';

/** A database session as far as looking at a text goes. */
export interface GovernedSession {
  memory: SessionState;
  readonly transaction: TransactionState;
}

/** What a text is classified with. */
export interface Surroundings {
  readonly memory: SessionState;
  /** Undefined: this agent does not serve the connection, so the text will not run. */
  readonly catalog: Catalog | undefined;
}

/**
 * The catalog as it is now, and what the session remembers. A session that may have stored code is strict about names until a
 * catalog was read that has that code in it: not before its transaction has ended, because others, as the agent's reader, do not
 * see into it. To be called by the text that has the session to itself.
 */
export async function surroundingsOf(
  target: Target | undefined,
  session: GovernedSession | undefined,
): Promise<Surroundings> {
  if (!target) return { memory: session?.memory ?? NEW_SESSION, catalog: undefined };
  const force = session?.memory.storedCode === true && session.transaction === 'idle';
  const { catalog, isFresh } = await target.catalog.current({ force });
  if (session && force && isFresh) session.memory = sessionWithCatalog(session.memory);
  return { memory: session?.memory ?? NEW_SESSION, catalog };
}

/** The same for a text that is only looked at, while another may run in the session. */
export async function surroundingsBeside(
  target: Target | undefined,
  session: GovernedSession | undefined,
): Promise<Surroundings> {
  const memory = session?.memory ?? NEW_SESSION;
  return { memory, catalog: target && (await target.catalog.current()).catalog };
}
