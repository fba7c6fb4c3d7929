import { setFlagsFromString } from 'node:v8';

const MEGABYTES = 32;

/**
 * Pushes of agents are some megabytes of short-lived objects each, several at a time: with Node's 16 MB a third of the api's time
 * went into copying what was about to be dropped (docs/benchmarks.md, "Audit ingestion"). To be called before anything large is
 * loaded: the flags count for what grows later.
 */
export function roomForPushes(): void {
  for (const flag of ['max-semi-space-size', 'min-semi-space-size'])
    setFlagsFromString(`--${flag}=${MEGABYTES}`);
}
