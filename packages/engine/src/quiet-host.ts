import type { EngineHost } from './port.ts';

/** The part of a host that retains nothing, and does nothing about what happens to clients. */
export const quietHost = {
  retain: async () => undefined,
  retained: () => undefined,
  connected: () => {},
  disconnected: () => {},
  refused: () => {},
  subscriptionsRefused: () => {},
  published: () => {},
  subscribed: () => {},
  dropped: () => {},
} satisfies Partial<EngineHost<unknown>>;
