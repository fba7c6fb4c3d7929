import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql has two builds; Node takes this one, and instanceof wants everybody to take the same.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // CI's report has the message only: it must say what differs.
    chaiConfig: { truncateThreshold: 2_000 },
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
