const FIRST_MS = 250;
const CAP_MS = 5_000;

/** Wait before attempt `failures` + 1: exponential, capped, with full jitter on the upper half so that agents do not march in step. */
export function backoffMs(failures: number): number {
  const ceiling = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return ceiling / 2 + Math.random() * (ceiling / 2);
}
