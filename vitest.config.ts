import { availableParallelism } from 'node:os';
import { measureSlowness } from '@iotcore/testkit/slowness';
import { useTemporaryFolder } from '@iotcore/testkit/temporary-folder';
import { defineConfig } from 'vitest/config';

/** Needs what Debian's packages bring (Mosquitto with its clients, openssl, curl): `npm run test:debian`. */
const debianTests = ['tests/debian/**/*.test.ts', 'packages/*/src/**/debian/*.test.ts'];

/** Needs the official Node SDK, 79 MB that nothing else needs: `npm run test:sdk-yandex` installs and uses it. */
const sdkTests = ['tests/sdk-yandex/*.test.ts'];

/** Needs a browser, and the console built: `npm run test:console`. */
const consoleTests = ['tests/console/**/*.test.ts'];

/** Dependencies bring tests of their own, where a folder has some for itself. */
const dependencies = '**/node_modules/**';

process.env['TEST_SEED'] ??= String(Math.floor(Math.random() * 1_000_000));
useTemporaryFolder();
// Limits for what hangs, no expectation of speed: on a machine as busy as now, and twice as busy later. The longest test takes
// 100 s on an idle one.
const slowness = measureSlowness();
const unitPatience = { testTimeout: 120_000 * slowness, hookTimeout: 240_000 * slowness };
const processPatience = { testTimeout: 300_000 * slowness, hookTimeout: 240_000 * slowness };

const debian = {
  extends: true as const,
  test: {
    name: 'debian',
    include: debianTests,
    ...processPatience,
  },
};

const sdkYandex = {
  extends: true as const,
  test: {
    name: 'sdk-yandex',
    include: sdkTests,
    ...processPatience,
  },
};

const webConsole = {
  extends: true as const,
  test: {
    name: 'console',
    include: consoleTests,
    ...processPatience,
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

/** Two and three nodes of a cluster are one engine to the same suite: `npm run test:full`, or TEST_CLUSTER. */
const clusters = [2, 3].map((nodes) => ({
  extends: true as const,
  test: {
    name: `cluster of ${nodes}`,
    provide: { nodes },
    include: ['packages/engine/src/behaviour/**/*.test.ts'],
    exclude: debianTests,
    setupFiles: ['packages/testkit/src/run/setup.ts', 'packages/cluster/src/testing/use-cluster.ts'],
    ...unitPatience,
  },
}));

export default defineConfig({
  test: {
    // One throw-away Postgres for the whole run, started when the first test asks for a database.
    globalSetup: 'packages/testkit/src/run/global-setup.ts',
    pool: 'forks',
    // Files share a worker and what it has loaded: to load it anew for each costs more than most tests.
    isolate: false,
    environment: './packages/testkit/src/run/environment.ts',
    setupFiles: 'packages/testkit/src/run/setup.ts',
    // End-to-end tests often wait, for processes of their own and for what these do now and then: more than one for a core.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    // What is waited for comes when the machine gets to it.
    expect: { poll: { timeout: 60_000 * slowness } },
    teardownTimeout: 30_000 * slowness,
    reporters: './packages/testkit/src/run/reporter.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: [dependencies, ...debianTests],
          ...unitPatience,
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['tests/**/*.test.ts'],
          exclude: [dependencies, ...debianTests, ...consoleTests, 'tests/sdk-yandex/**'],
          ...processPatience,
        },
      },
      ...(process.env['TEST_DEBIAN'] ? [debian] : []),
      ...(process.env['TEST_SDK_YANDEX'] ? [sdkYandex] : []),
      ...(process.env['TEST_CONSOLE'] ? [webConsole] : []),
      ...(process.env['TEST_AEDES'] ? [aedes] : []),
      ...(process.env['TEST_CLUSTER'] || process.env['TEST_FULL'] ? clusters : []),
    ],
  },
});
