export { type ClientPacket, checkOrder, decodePacket } from './decode.ts';
export { bodyStart, headerBytes, packetBytes, writeFixedHeader } from './fields/fixed-header.ts';
export { PacketError, type PacketErrorCode, packetErrorCodes } from './fields/packet-error.ts';
export { type CodecLimits, PacketType } from './fields/packet-type.ts';
export { encodeConnack } from './packets/connack.ts';
export { type ConnectPacket, type ConnectWill, identifierRefusal } from './packets/connect.ts';
export { encodePingresp } from './packets/ping.ts';
export { pubackBytes, pubackId, writePuback } from './packets/puback.ts';
export {
  isPlainTopicRest,
  maxPublishBytes,
  type PublishLayout,
  publishBytes,
  publishLayout,
  publishTopic,
  writePublishHeader,
} from './packets/publish.ts';
export { encodeSuback, type SubackCode, subscriptionRefused } from './packets/suback.ts';
export type { SubscribePacket, SubscribeRequest } from './packets/subscribe.ts';
export { encodeUnsuback } from './packets/unsuback.ts';
export type { UnsubscribePacket } from './packets/unsubscribe.ts';
export { connectClaim, foreignProtocol, foreignProtocols } from './stranger.ts';
