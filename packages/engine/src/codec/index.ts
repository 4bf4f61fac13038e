export { encodeConnack } from './connack.ts';
export { type ConnectPacket, type ConnectWill, identifierRefusal } from './connect.ts';
export { type ClientPacket, checkOrder, decodePacket } from './decode.ts';
export { bodyStart, headerBytes, packetBytes, writeFixedHeader } from './fixed-header.ts';
export { PacketError, type PacketErrorCode, packetErrorCodes } from './packet-error.ts';
export { type CodecLimits, PacketType } from './packet-type.ts';
export { encodePingresp } from './ping.ts';
export { pubackBytes, writePuback } from './puback.ts';
export {
  isPlainTopicRest,
  maxPublishBytes,
  type PublishLayout,
  publishBytes,
  publishLayout,
  publishTopic,
  writePublishHeader,
} from './publish.ts';
export { connectClaim, foreignProtocol, foreignProtocols } from './stranger.ts';
export { encodeSuback, type SubackCode, subscriptionRefused } from './suback.ts';
export type { SubscribePacket, SubscribeRequest } from './subscribe.ts';
export { encodeUnsuback } from './unsuback.ts';
export type { UnsubscribePacket } from './unsubscribe.ts';
