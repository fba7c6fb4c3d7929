import { ConfigError, readConfig } from './config.js';
import { createApp } from './create-app.js';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const app = await createApp(config);
  await app.listen(config.port, config.host);
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
