/** Setup of `npm run test:aedes`: the behaviour suite of the engine's port runs over aedes. */
import { engineUnderTest } from '@iotcore/engine/behaviour';
import { createAedesEngine } from '../index.ts';

engineUnderTest.name = 'aedes';
engineUnderTest.create = createAedesEngine;
