import type { DatabaseSession } from '@postern/agent/console-sessions';

export interface PlacedSession {
  readonly session: DatabaseSession;
  /** How many sessions stand between it and the one that holds everything up. */
  readonly depth: number;
}

/** Who waits under who they wait for; a session that waits for several, or for one that is not shown, under the first that is. */
export function inBlockingOrder(sessions: readonly DatabaseSession[]): PlacedSession[] {
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const waiting = new Map<number, DatabaseSession[]>();
  const roots: DatabaseSession[] = [];
  for (const session of sessions) {
    const blocker = session.blockedBy.find((pid) => byPid.has(pid) && pid !== session.pid);
    if (blocker === undefined) roots.push(session);
    else waiting.set(blocker, [...(waiting.get(blocker) ?? []), session]);
  }
  const placed: PlacedSession[] = [];
  const seen = new Set<number>();
  const place = (session: DatabaseSession, depth: number) => {
    if (seen.has(session.pid)) return;
    seen.add(session.pid);
    placed.push({ session, depth });
    for (const next of waiting.get(session.pid) ?? []) place(next, depth + 1);
  };
  // Those who hold others up come first.
  for (const session of [...roots].sort((a, b) => Number(waiting.has(b.pid)) - Number(waiting.has(a.pid))))
    place(session, 0);
  // Two that wait for each other are nobody's children; PostgreSQL will end one of them in a moment.
  for (const session of sessions) place(session, 0);
  return placed;
}
