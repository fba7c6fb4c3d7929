export interface StepTo<Rows> {
  /** `sales.customer (id = 7)` */
  readonly label: string;
  readonly outcome: Rows;
}

/** The way by foreign keys to the rows in front, and on from them; what was read on it is kept as it was read. */
export interface TrailTo<Rows> {
  readonly back: readonly StepTo<Rows>[];
  /** Of the rows in front. */
  readonly label: string;
  /** The next one first. */
  readonly forward: readonly StepTo<Rows>[];
}

/** Rows of each stay in the browser's memory. */
const MOST = 20;

/** One step on from `from`; what was ahead is forgotten. `front`: what is in front now. */
export function followed<Rows>(
  trail: TrailTo<Rows> | undefined,
  from: StepTo<Rows>,
  label: string,
  front: Rows | undefined,
): TrailTo<Rows> {
  const known = trail !== undefined && from.outcome === front ? { ...from, label: trail.label } : from;
  return { back: [...(trail?.back ?? []), known].slice(-MOST), label, forward: [] };
}

/** So many steps back (negative) or forward; undefined where the trail does not go. */
export function moved<Rows>(
  { back, label, forward }: TrailTo<Rows>,
  by: number,
  front: Rows,
): { trail: TrailTo<Rows>; outcome: Rows } | undefined {
  const way = [...back, { label, outcome: front }, ...forward];
  const at = back.length + by;
  const step = way[at];
  if (step === undefined || by === 0) return undefined;
  const trail = { back: way.slice(0, at), label: step.label, forward: way.slice(at + 1) };
  return { trail, outcome: step.outcome };
}
