import { count, duration } from '../../ui/format';
import type { Health } from '../../ui/status-dot';

interface Ended {
  kind: string;
  at: string;
  decision: string | null;
  outcome: { status: string; rows: number | null; durationMs: number; sqlstate: string | null } | null;
}

/** An allowed statement that has not ended for longer than this is shown as "outcome unknown", not as running. */
const RUNNING_MS = 60_000;

/** How a statement ended, in words; undefined where nothing runs. */
export function outcomeOf(event: Ended, now: number): { health: Health; text: string } | undefined {
  if (event.kind !== 'statement.decided') return undefined;
  if (event.decision === 'denied') return { health: 'bad', text: 'never reached the database' };
  const { outcome } = event;
  if (!outcome) {
    return now - Date.parse(event.at) < RUNNING_MS
      ? { health: 'off', text: 'running' }
      : { health: 'warn', text: 'outcome unknown' };
  }
  const took = duration(outcome.durationMs);
  if (outcome.status === 'succeeded') {
    return { health: 'good', text: outcome.rows === null ? took : `${count(outcome.rows, 'row')}, ${took}` };
  }
  const state = outcome.sqlstate ? ` ${outcome.sqlstate}` : '';
  return outcome.status === 'cancelled'
    ? { health: 'warn', text: `cancelled after ${took}` }
    : { health: 'bad', text: `failed${state}, ${took}` };
}
