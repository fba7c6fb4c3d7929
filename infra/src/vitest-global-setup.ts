import { testServer, testServerEnv } from './test-server.js';

/** vitest `globalSetup`: one PostgreSQL for all files of a workspace, unless `npm test` already gave one. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await testServer();
  Object.assign(process.env, testServerEnv(server));
  return () => server.stop();
}
