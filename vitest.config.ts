import { availableParallelism } from 'node:os';
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

/** The second MQTT engine passes the behaviour suite of the engine's port: `npm run test:aedes`. */
const aedes = {
  extends: true as const,
  test: {
    name: 'aedes',
    include: ['packages/engine/src/behaviour/**/*.test.ts'],
    exclude: process.env['TEST_DEBIAN'] ? [] : debianTests,
    setupFiles: 'packages/engine-aedes/src/testing/use-aedes.ts',
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
};

export default defineConfig({
  test: {
    // One throw-away Postgres for the whole run, started when the first test asks for a database.
    globalSetup: 'packages/testkit/src/run/global-setup.ts',
    pool: 'forks',
    // Files share a worker and what it has loaded: to load it anew for each costs more than most tests.
    isolate: false,
    setupFiles: 'packages/testkit/src/secrets/forget-secrets.ts',
    // End-to-end tests often wait, for processes of their own and for what these do now and then: more than one for a core.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    teardownTimeout: 30_000,
    // What is waited for comes when the machine gets to it.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: debianTests,
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
      ...(process.env['TEST_AEDES'] ? [aedes] : []),
    ],
  },
});
