/**
 * CONNECT, step by step: the client ID, the authentication, the right to the will. No other session is touched before all of
 * it has succeeded: authentication comes before takeover.
 */
import { randomUUID } from 'node:crypto';
import { type ConnectPacket, identifierRefusal } from './codec/index.ts';
import {
  ConnackCode,
  type ConnectRequest,
  type ConnectResult,
  type EngineHost,
  type Reason,
  type Transport,
  type Will,
} from './port.ts';
import { reasons } from './reasons.ts';

/** CONNACK is sent within this time. */
export const authenticationTimeoutMs = 60_000;

/** What the host is asked. A client without a client ID gets one that no other client has [MQTT-3.1.3-6]. */
export function connectRequest(packet: ConnectPacket, transport: Transport): ConnectRequest {
  const { clientId, cleanSession, keepAliveSeconds, username, password } = packet;
  const will = packet.will && willOf(packet.will);
  return {
    clientId: clientId || randomUUID(),
    cleanSession,
    keepAliveSeconds,
    username,
    password,
    will,
    transport,
  };
}

/** A will at QoS 2 is kept at QoS 1, the highest that is served; it goes out without retain [MQTT-3.1.2-16]. */
function willOf(will: NonNullable<ConnectPacket['will']>): Will {
  return { topic: will.topic, payload: will.payload, qos: will.qos === 0 ? 0 : 1 };
}

/** Never rejects. */
export async function authenticate<P>(
  host: Pick<EngineHost<P>, 'connect' | 'route'>,
  packet: ConnectPacket,
  request: ConnectRequest,
  maxClientIdBytes: number,
): Promise<ConnectResult<P>> {
  const identifier = identifierRefusal(packet, maxClientIdBytes);
  if (identifier) return refusal(ConnackCode.identifierRejected, identifier); // [MQTT-3.1.3-8][MQTT-3.1.3-9]
  try {
    const answer = await host.connect(request);
    if (!answer.accepted || !request.will) return answer;
    const route = await host.route(answer.principal, request.will.topic);
    return route ? answer : refusal(ConnackCode.notAuthorized, reasons.willNotAllowed(request.will.topic));
  } catch {
    return refusal(ConnackCode.serverUnavailable, reasons.credentialsUnchecked);
  }
}

function refusal(code: ConnackCode, reason: Reason): ConnectResult<never> {
  return { accepted: false, code, reason };
}
