/**
 * The words in which an engine says why a connection was refused or a session ended. They are read by people, in the
 * connection log: every engine uses the same.
 */
export const reasons = {
  clientDisconnected: 'client disconnected',
  /** The connection ended without a DISCONNECT. */
  connectionLost: 'connection lost',
  keepAliveTimeout: 'keep alive timeout',
  takenOver: 'another connection with the same client ID',
  secondConnect: 'second CONNECT on one connection',
  qos2: 'QoS 2 is not served',
  payloadTooLarge: 'payload too large',
  packetTimeout: 'packet not completed in time',
  slowSubscriber: 'too slow: QoS 1 messages waiting beyond the limit',
  acknowledgementsUnread: 'too slow: acknowledgements not read',
  notStored: 'message could not be stored',
  internal: 'internal error',

  // Refused before there was a session.
  noConnect: 'no CONNECT in time',
  unacceptableProtocol: 'unacceptable protocol version',
  clientIdRequired: 'client ID empty with clean session 0',
  clientIdTooLong: 'client ID too long',
  credentialsUnchecked: 'credentials could not be checked',

  publishNotAllowed: (topic: string) => `publish to topic "${topic}" not allowed`,
  willNotAllowed: (topic: string) => `will on topic "${topic}" not allowed`,
  malformed: (what: string) => `malformed packet: ${what}`,
} as const;
