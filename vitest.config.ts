import { defineConfig } from 'vitest/config';

// Unit tests run in plain Node: the engine has no DOM, and what the interface draws is checked in a real browser (tests/e2e).
export default defineConfig({
  test: {
    environment: 'node',
    // Room for the other lane of checks on two cores; nothing here waits for a clock.
    testTimeout: 120_000,
    include: [
      'src/**/*.test.{ts,tsx}',
      'tests/{architecture,conformance,golden,properties,scenarios}/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
  },
});
