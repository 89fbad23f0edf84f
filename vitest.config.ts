import { defineConfig } from 'vitest/config';

// Unit tests run in plain Node: the engine has no DOM, and what the interface draws is checked in a real browser (tests/e2e).
export default defineConfig({
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}', 'tests/{architecture,conformance,scenarios}/**/*.test.ts', 'scripts/**/*.test.ts'],
  },
});
