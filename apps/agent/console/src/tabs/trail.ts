import type { Outcome } from './model';

export interface Step {
  /** `sales.customer (id = 7)` */
  readonly label: string;
  readonly outcome: Outcome;
}

/** The way by foreign keys to the rows in front, and on from them; what was read on it is kept as it was read. */
export interface Trail {
  readonly back: readonly Step[];
  /** Of the rows in front. */
  readonly label: string;
  /** The next one first. */
  readonly forward: readonly Step[];
}

/** Rows of each stay in the browser's memory. */
const MOST = 20;

/** One step on from `from`; what was ahead is forgotten. `front`: what is in front now. */
export function followed(
  trail: Trail | undefined,
  from: Step,
  label: string,
  front: Outcome | undefined,
): Trail {
  const known = trail !== undefined && from.outcome === front ? { ...from, label: trail.label } : from;
  return { back: [...(trail?.back ?? []), known].slice(-MOST), label, forward: [] };
}

/** So many steps back (negative) or forward; undefined where the trail does not go. */
export function moved(
  { back, label, forward }: Trail,
  by: number,
  front: Outcome,
): { trail: Trail; outcome: Outcome } | undefined {
  const way = [...back, { label, outcome: front }, ...forward];
  const at = back.length + by;
  const step = way[at];
  if (step === undefined || by === 0) return undefined;
  const trail = { back: way.slice(0, at), label: step.label, forward: way.slice(at + 1) };
  return { trail, outcome: step.outcome };
}
