/**
 * The words in which an engine says why a connection was refused or a session ended, beside those of the codec's
 * `PacketError` and `identifierRefusal`. They are read by people, in the connection log: every engine uses the same.
 */
export const reasons = {
  clientDisconnected: 'client disconnected',
  /** The connection ended without a DISCONNECT. */
  connectionLost: 'connection lost',
  keepAliveTimeout: 'keep alive timeout',
  takenOver: 'another connection with the same client ID',
  packetTooSlow: 'packet came more slowly than the least rate allows',
  unfinished: 'packets sent before the end of the connection could not be handled in time',
  slowSubscriber: 'too slow: QoS 1 messages waiting beyond the limit',
  tenantWaiting: 'too slow: messages waiting for the registry or broker beyond the limit',
  acknowledgementsUnread: 'too slow: acknowledgements not read',
  notStored: 'message could not be stored',
  retainedUnread: 'retained messages could not be read',
  internal: 'internal error',

  // Refused before there was a session.
  noConnect: 'no CONNECT in time',
  credentialsUnchecked: 'credentials could not be checked',

  publishNotAllowed: (topic: string) => `publish to topic "${topic}" not allowed`,
  willNotAllowed: (topic: string) => `will on topic "${topic}" not allowed`,
} as const;
