import { defineConfig } from 'vitest/config';

// Whole stacks, two at a time: each has ports and folders of its own, and mostly waits for processes to start and end.
export default defineConfig({
  test: {
    // CI's report has the message only: it must say what differs.
    chaiConfig: { truncateThreshold: 2_000 },
    include: ['{oracle,e2e,faults,bench,endurance}/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
