import { defineConfig } from 'vitest/config';

/** Needs mosquitto_pub, mosquitto_sub and openssl on the machine: `npm run test:debian`. */
const debian = {
  extends: true as const,
  test: {
    name: 'debian',
    include: ['tests/debian/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
  },
};

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
          exclude: ['tests/debian/**'],
          // Real processes on a busy machine: a limit for what hangs, no expectation of speed.
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
      ...(process.env['TEST_DEBIAN'] ? [debian] : []),
    ],
  },
});
