import { defineConfig } from 'vitest/config';

// Whole stacks: one file after the other, with time for processes to start.
export default defineConfig({
  test: {
    include: ['{oracle,e2e,faults,bench,endurance}/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
