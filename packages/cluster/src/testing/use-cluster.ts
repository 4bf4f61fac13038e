/** Setup of the behaviour suite: it runs over the engines of so many nodes. */

import { engineUnderTest } from '@iotcore/engine/behaviour';
import { inject } from 'vitest';
import { clusteredEngine } from './clustered-engine.ts';

engineUnderTest.name = 'native';
engineUnderTest.create = clusteredEngine(inject('nodes'));

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the cluster over which the behaviour suite runs. */
    nodes: number;
  }
}
