import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // CI's report has the message only: it must say what differs.
    chaiConfig: { truncateThreshold: 2_000 },
    include: ['test/**/*.test.ts'],
    globalSetup: ['@postern/infra/vitest-global-setup'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
