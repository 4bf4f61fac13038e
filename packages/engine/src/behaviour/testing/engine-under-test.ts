import { createNativeEngine } from '../../native/index.ts';
import type { CreateEngine } from '../../port.ts';

/**
 * The engine that this suite runs over: the native one, unless the test setup of another engine's package puts its own
 * here. Each behaviour is a promise of the port, so every engine passes the same tests.
 */
export const engineUnderTest: { name: string; create: CreateEngine } = {
  name: 'native',
  create: createNativeEngine,
};
