/**
 * Why an engine refused a connection or ended a session, beside the codec's `PacketError` and `identifierRefusal`. Every
 * engine uses the same.
 */
import type { Reason } from './port.ts';

/** A reason whose text never varies: it is its own code. */
export function fixedReason(text: string): Reason {
  return { code: text, text };
}

export const reasons = {
  clientDisconnected: fixedReason('client disconnected'),
  /** The connection ended without a DISCONNECT. */
  connectionLost: fixedReason('connection lost'),
  keepAliveTimeout: fixedReason('keep alive timeout'),
  takenOver: fixedReason('another connection with the same client ID'),
  packetTooSlow: fixedReason('packet came more slowly than the least rate allows'),
  unfinished: fixedReason('packets sent before the end of the connection could not be handled in time'),
  slowSubscriber: fixedReason('too slow: QoS 1 messages waiting beyond the limit'),
  tenantWaiting: fixedReason('too slow: messages waiting for the registry or broker beyond the limit'),
  acknowledgementsUnread: fixedReason('too slow: acknowledgements not read'),
  notStored: fixedReason('message could not be stored'),
  notHandedOver: fixedReason('message could not be handed over'),
  retainedUnread: fixedReason('retained messages could not be read'),
  internal: fixedReason('internal error'),

  // Refused before there was a session.
  noConnect: fixedReason('no CONNECT in time'),
  credentialsUnchecked: fixedReason('credentials could not be checked'),

  publishNotAllowed: (topic: string): Reason => ({
    code: 'publish not allowed',
    text: `publish to topic "${topic}" not allowed`,
  }),
  willNotAllowed: (topic: string): Reason => ({
    code: 'will not allowed',
    text: `will on topic "${topic}" not allowed`,
  }),
} as const;
