import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from './paths.js';

// The fuzzer looks at the built classifier, as the benchmarks do, and lives beside them.
const { main } = (await import(pathToFileURL(join(REPOSITORY, 'test', 'dist', 'fuzz', 'main.js')).href)) as {
  main(): Promise<number>;
};
process.exit(await main());
