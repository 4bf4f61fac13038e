/** What a listener of a test is given: roomy limits, no proxy, and lists of what it told. */
import { AcceptGate } from '../accept-gate.ts';
import { ConnectionLimiter, type ConnectionLimits } from '../connection-limiter.ts';
import type { ListenOptions } from '../tcp-listener.ts';
import { HandshakeSlots } from '../tls/handshake-slots.ts';

export function listenOptions(limits: Partial<ConnectionLimits> = {}) {
  const refused: string[] = [];
  const noHeader: string[] = [];
  const limiter = new ConnectionLimiter({ maxConnections: 100, maxConnectionsPerAddress: 100, ...limits });
  const options: ListenOptions = {
    place: {
      host: '127.0.0.1',
      port: 0,
      variables: { host: 'IOT_MQTT_HOST', port: 'IOT_MQTT_PORT' },
    },
    limiter,
    sharesPort: false,
    gate: new AcceptGate({ busy: () => {}, gaveUp: () => {} }),
    refusedByLimit: (limit) => refused.push(limit),
    isBlocked: () => false,
    isProxy: () => false,
    noProxyHeader: (why) => noHeader.push(why),
  };
  const handshakeSlots = new HandshakeSlots({ maxHandshakes: 100, maxHandshakesPerAddress: 100 });
  return { ...options, handshakeSlots, refused, noHeader };
}
