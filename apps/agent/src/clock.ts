/** Time as the agent sees it. Tests move it by hand; nothing else does. */
export interface Clock {
  /** Wall clock, ms since 1970. People and the control plane share it; it may jump. */
  now(): number;
  /** Steady clock, ms since some start. It never jumps back, and tells nothing after a restart. */
  steady(): number;
}

export const systemClock: Clock = { now: () => Date.now(), steady: () => performance.now() };

export const isoTime = (ms: number): string => new Date(ms).toISOString();
