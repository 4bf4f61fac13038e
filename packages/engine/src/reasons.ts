/**
 * Why an engine refused a connection or ended a session, beside the codec's `PacketError` and `identifierRefusal`. Every
 * engine uses the same; hosts have more of their own.
 */
import type { Reason } from './port.ts';

/**
 * A row of the catalogue. Metrics, filters of the connection log and exports go by the code: it never changes, and tests hold all
 * of them. Codes read as people do, so most need no other text; a text may be written anew, with its code left as it is.
 */
export function reasonOf(code: string, text = code): Reason {
  return { code, text };
}

export const reasons = {
  clientDisconnected: reasonOf('client disconnected'),
  /** The connection ended without a DISCONNECT. */
  connectionLost: reasonOf('connection lost'),
  keepAliveTimeout: reasonOf('keep alive timeout'),
  takenOver: reasonOf('another connection with the same client ID'),
  packetTooSlow: reasonOf('packet came more slowly than the least rate allows'),
  unfinished: reasonOf('packets sent before the end of the connection could not be handled in time'),
  slowSubscriber: reasonOf('too slow: QoS 1 messages waiting beyond the limit'),
  tenantWaiting: reasonOf('too slow: messages waiting for the registry or broker beyond the limit'),
  acknowledgementsUnread: reasonOf('too slow: acknowledgements not read'),
  notStored: reasonOf('message could not be stored'),
  notHandedOver: reasonOf('message could not be handed over'),
  retainedUnread: reasonOf('retained messages could not be read'),
  internal: reasonOf('internal error'),

  // Refused before there was a session.
  noConnect: reasonOf('no CONNECT in time'),
  credentialsUnchecked: reasonOf('credentials could not be checked'),

  clientIdMissing: reasonOf('client ID is empty without clean session'),
  clientIdTooLong: reasonOf('client ID is longer than allowed'),
  tlsInstead: reasonOf('TLS instead of MQTT'),
  httpInstead: reasonOf('HTTP instead of MQTT'),
  proxyHeader: reasonOf('unexpected PROXY header'),

  publishNotAllowed: (topic: string) =>
    reasonOf('publish not allowed', `publish to topic "${topic}" not allowed`),
  willNotAllowed: (topic: string) => reasonOf('will not allowed', `will on topic "${topic}" not allowed`),
} as const;
