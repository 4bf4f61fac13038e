/** Control packet types, MQTT 3.1.1 section 2.2.1: the upper four bits of a packet. */
export const PacketType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const;

/** What the codec is told about sizes; the rest follows from the protocol. */
export interface CodecLimits {
  readonly maxPayloadBytes: number;
  readonly maxTopicBytes: number;
  readonly maxTopicLevels: number;
}
