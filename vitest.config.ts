import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One throw-away Postgres for the whole run, started when the first test asks for a database.
    globalSetup: 'packages/testkit/src/postgres/global-setup.ts',
    pool: 'forks',
    teardownTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['tests/**/*.test.ts'],
          // Real processes on a busy machine: a limit for what hangs, no expectation of speed.
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
