/** For the packages of other engines: what it takes to run this suite over them, and the limits that its servers have. */
export { engineUnderTest } from './testing/engine-under-test.ts';
export { testLimits } from './testing/server.ts';
