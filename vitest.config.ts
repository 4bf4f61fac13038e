import { defineConfig } from 'vitest/config';

/** Needs what Debian's packages bring (Mosquitto with its clients, openssl, curl): `npm run test:debian`. */
const debianTests = ['tests/debian/**/*.test.ts', 'packages/*/src/**/debian/*.test.ts'];

const debian = {
  extends: true as const,
  test: {
    name: 'debian',
    include: debianTests,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

export default defineConfig({
  test: {
    // One throw-away Postgres for the whole run, started when the first test asks for a database.
    globalSetup: 'packages/testkit/src/postgres/global-setup.ts',
    pool: 'forks',
    // End-to-end tests mostly wait for processes of their own: one worker for each core, not one less.
    maxWorkers: '100%',
    teardownTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: debianTests,
          // Files share their worker and what it has loaded: to load it anew for each costs more than most tests.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['tests/**/*.test.ts'],
          exclude: debianTests,
          // Real processes on a busy machine: a limit for what hangs, no expectation of speed.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      ...(process.env['TEST_DEBIAN'] ? [debian] : []),
    ],
  },
});
