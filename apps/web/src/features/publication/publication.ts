import { clockOrDay } from '../../ui/format';

/** The part of an environment that says how far its newest policy has come. */
export interface Publication {
  policyVersion: number;
  agentCount: number;
  enforcedCount: number;
  enforcedAt?: string | null;
}

/** True when no agent is behind: also when there is none. */
export const isEnforced = (p: Publication): boolean => p.enforcedCount >= p.agentCount;

/** "enforced on 3/3 agents at 12:04:07" and what else can be true of an environment. */
export function publicationText(p: Publication, now: number): string {
  if (p.policyVersion === 0) return 'no policy published yet';
  if (p.agentCount === 0) return 'no agent enrolled';
  const on = `${p.enforcedCount}/${p.agentCount} ${p.agentCount === 1 ? 'agent' : 'agents'}`;
  if (!isEnforced(p)) return `enforced on ${on} so far`;
  return p.enforcedAt ? `enforced on ${on} at ${clockOrDay(p.enforcedAt, now)}` : `enforced on ${on}`;
}

export type Progress = 'publishing' | 'spreading' | 'done';

/** How far a change has come that was made when the environment was at version `before`. */
export function progress(p: Publication, before: number): Progress {
  if (p.policyVersion <= before) return 'publishing';
  return isEnforced(p) ? 'done' : 'spreading';
}
