import { setFlagsFromString } from 'node:v8';

/**
 * V8 lets the young generation grow to three times 16 MB and keeps it. An agent's work is many short-lived rows and messages, so that
 * is a third of its resident memory, for no speed that we could measure (docs/benchmarks.md, "Agent"). To be called before
 * anything large is loaded: the flags count for what grows later.
 */
export function keepYoungGenerationSmall(): void {
  for (const flag of ['semi-space-growth-factor', 'max-semi-space-size', 'min-semi-space-size']) {
    setFlagsFromString(`--${flag}=1`);
  }
}
