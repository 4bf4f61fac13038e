import type { CreateEngine } from '../port.ts';
import { NativeEngine } from './engine.ts';

export { toDirectSocket } from './io/direct-socket.ts';

/** The native engine. */
export const createNativeEngine: CreateEngine = (host, limits, options) =>
  new NativeEngine(host, limits, options);
