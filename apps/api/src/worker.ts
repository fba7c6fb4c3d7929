import { ConfigError, readConfig } from './config.js';
import { createWorker } from './create-worker.js';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  await createWorker(config);
  console.log(JSON.stringify({ level: 30, service: 'worker', msg: 'ready', queue: config.queue.backend }));
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
