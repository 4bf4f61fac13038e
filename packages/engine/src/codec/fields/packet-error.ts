import type { ConnackCode, Reason } from '../../port.ts';
import { reasonOf } from '../../reasons.ts';

/**
 * Everything that can be wrong with a client's bytes, with the statements of MQTT 3.1.1 that say so. Each closes the
 * connection [MQTT-4.8.0-1]; `connack` is what it is told before, if anything. The first column is the code of the reason (reasons.ts),
 * and never changes.
 */
const catalogue = {
  reservedType: ['packet type is reserved', '[MQTT-2.2.2-2][MQTT-4.8.0-1]'],
  serverPacket: ['packet type is for servers only', '[MQTT-4.8.0-1]'],
  reservedFlags: ['reserved flags of the header are wrong', '[MQTT-2.2.2-1][MQTT-2.2.2-2]'],
  qos2: ['QoS 2 is not supported', '[MQTT-4.3.3-1] is not implemented'],
  qos3: ['both QoS bits are set', '[MQTT-3.3.1-4]'],
  duplicateAtQos0: ['DUP is set at QoS 0', '[MQTT-3.3.1-2]'],
  lengthEncoding: ['remaining length has more than four bytes', 'section 2.2.3'],
  lengthOfType: ['remaining length does not fit the packet type', '[MQTT-4.8.0-1]'],
  packetTooLarge: ['packet is larger than allowed', 'own limit'],
  payloadTooLarge: ['payload is larger than allowed', 'own limit'],
  truncated: ['a field reaches past the end of the packet', '[MQTT-4.8.0-1]'],
  trailing: ['bytes are left over after the last field', '[MQTT-3.1.4-1][MQTT-4.8.0-1]'],
  utf8: ['text is not well-formed UTF-8', '[MQTT-1.5.3-1]'],
  nullCharacter: ['text holds the null character', '[MQTT-1.5.3-2]'],
  controlCharacter: ['text holds a control character or a noncharacter', 'section 1.5.3, a choice'],
  packetId: ['packet identifier is 0', '[MQTT-2.3.1-1]'],
  topicEmpty: ['topic is empty', '[MQTT-4.7.3-1]'],
  topicWildcard: ['topic holds a wildcard', '[MQTT-3.3.2-2][MQTT-4.7.1-1]'],
  topicTooLong: ['topic is longer than allowed', 'own limit'],
  topicTooDeep: ['topic has more levels than allowed', 'own limit'],
  filterWildcard: ['filter has a wildcard in the wrong place', '[MQTT-4.7.1-2][MQTT-4.7.1-3]'],
  noFilters: ['packet names no filter', '[MQTT-3.8.3-3][MQTT-3.10.3-2]'],
  tooManyFilters: ['packet names more filters than allowed', 'own limit'],
  requestedQos: ['requested QoS is neither 0, 1 nor 2', '[MQTT-3-8.3-4]'],
  protocolName: ['protocol name is not MQTT', '[MQTT-3.1.2-1]'],
  protocolLevel: ['protocol level is not 4', '[MQTT-3.1.2-2]', 1],
  mqtt31: ['MQTT 3.1 instead of 3.1.1', '[MQTT-3.1.2-2]', 1],
  mqtt5: ['MQTT 5 instead of 3.1.1', '[MQTT-3.1.2-2]', 1],
  connectFlag: ['reserved connect flag is set', '[MQTT-3.1.2-3]'],
  willFlags: ['will flags contradict each other', '[MQTT-3.1.2-11][MQTT-3.1.2-13][MQTT-3.1.2-15]'],
  willQos: ['will QoS is 3', '[MQTT-3.1.2-14]'],
  passwordFlag: ['password without user name', '[MQTT-3.1.2-22]'],
  notConnect: ['first packet is not CONNECT', '[MQTT-3.1.0-1]'],
  secondConnect: ['second CONNECT', '[MQTT-3.1.0-2]'],
} as const satisfies Record<string, readonly [string, string, ConnackCode?]>;

export type PacketErrorCode = keyof typeof catalogue;

/** An error in the bytes of a client. The message is safe for the connection log: it quotes none of the bytes. */
export class PacketError extends Error {
  override readonly name = 'PacketError';
  readonly code: PacketErrorCode;
  /** The statements that are violated, in brackets, or why else it is refused. */
  readonly statement: string;
  /** To be sent before closing, for what MQTT answers at all. */
  readonly connack: ConnackCode | undefined;

  get reason(): Reason {
    return reasonOf(this.message);
  }

  constructor(code: PacketErrorCode) {
    const [message, statement, connack] = catalogue[code] as readonly [string, string, ConnackCode?];
    super(message);
    this.code = code;
    this.statement = statement;
    this.connack = connack;
  }
}

export const packetErrorCodes = Object.keys(catalogue) as PacketErrorCode[];
