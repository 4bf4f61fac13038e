/** For the packages of other engines: what it takes to run this suite over them, its servers, and the limits that these have. */
export { engineUnderTest } from './testing/engine-under-test.ts';
export { startServer, testLimits } from './testing/server.ts';
