import type { CreateEngine } from '@iotcore/engine';
import { AedesEngine } from './engine.ts';

/** The engine on aedes. Where it differs from the native one: docs/decisions/, engine differences. */
export const createAedesEngine: CreateEngine = (host, limits) => new AedesEngine(host, limits);
