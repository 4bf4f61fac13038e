/** Setup of the behaviour suite: it runs over the engines of two nodes. */
import { engineUnderTest } from '@iotcore/engine/behaviour';
import { clusteredEngine } from './clustered-engine.ts';

engineUnderTest.name = 'native';
engineUnderTest.create = clusteredEngine(2);
