import { setFlagsFromString } from 'node:v8';

const MEGABYTES = 4;

/**
 * V8 lets the young generation grow to three times 16 MB and keeps it: a third of an agent's resident memory, for no speed that we could
 * measure (docs/benchmarks.md, "Agent"). Three times 1 MB is too small for an agent under load: each statement of a PostgreSQL client
 * leaves some 10 kB behind, and every collection wakes up threads. To be called before anything large is loaded: the flags count for
 * what grows later.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  for (const flag of ['max-semi-space-size', 'min-semi-space-size']) {
    setFlagsFromString(`--${flag}=${MEGABYTES}`);
  }
}
