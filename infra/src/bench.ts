import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from './paths.js';

// Benchmarks compare built programs, so they live beside the other tests of whole stacks.
const { main } = (await import(pathToFileURL(join(REPOSITORY, 'test', 'dist', 'main.js')).href)) as {
  main(): Promise<number>;
};
process.exit(await main());
