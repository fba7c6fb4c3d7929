import { setFlagsFromString } from 'node:v8';

const MEGABYTES = 16;

/**
 * V8 begins with a young generation of three times 1 MB and makes it larger as it goes: much of what a start makes is moved to the old
 * one meanwhile. Three times 16 MB from the beginning, an agent takes no more memory at rest, and under load is collected four times more
 * seldom than with 4 (docs/benchmarks.md, "Agent"): each statement of a PostgreSQL client leaves some 10 kB behind, and every collection wakes
 * up threads. To be called before anything large is loaded: the flags count for what grows later.
 */
export function sizeYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  for (const flag of ['max-semi-space-size', 'min-semi-space-size']) {
    setFlagsFromString(`--${flag}=${MEGABYTES}`);
  }
}
