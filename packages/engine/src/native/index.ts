import type { Engine, EngineHost, EngineLimits } from '../port.ts';
import { NativeEngine, type NativeEngineOptions } from './engine.ts';

export type { ClientIdClaim, ClientIds } from './client-ids.ts';
export type { BusMessage, CreateMessageBus, NativeEngineOptions, ToMessage } from './engine.ts';
export { DirectSocket, toDirectSocket } from './io/direct-socket.ts';
export type { RetainedPlace } from './messages/outgoing-message.ts';

/** The native engine. */
export function createNativeEngine<P>(
  host: EngineHost<P>,
  limits: EngineLimits,
  options?: NativeEngineOptions,
): Engine<P> {
  return new NativeEngine(host, limits, options);
}
