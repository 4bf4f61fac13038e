import { expect, test } from 'vitest';
import { PacketError, packetErrorCodes } from './codec/index.ts';
import { reasons } from './reasons.ts';

/** What somebody outside goes by: a code may come, but none may change or go. */
const known = [
  'client disconnected',
  'connection lost',
  'keep alive timeout',
  'another connection with the same client ID',
  'packet came more slowly than the least rate allows',
  'packets sent before the end of the connection could not be handled in time',
  'too slow: QoS 1 messages waiting beyond the limit',
  'too slow: messages waiting for the registry or broker beyond the limit',
  'too slow: acknowledgements not read',
  'message could not be stored',
  'message could not be handed over',
  'retained messages could not be read',
  'internal error',
  'no CONNECT in time',
  'credentials could not be checked',
  'client ID is empty without clean session',
  'client ID is longer than allowed',
  'TLS instead of MQTT',
  'HTTP instead of MQTT',
  'unexpected PROXY header',
  'publish not allowed',
  'will not allowed',
  'packet type is reserved',
  'packet type is for servers only',
  'reserved flags of the header are wrong',
  'QoS 2 is not supported',
  'both QoS bits are set',
  'DUP is set at QoS 0',
  'remaining length has more than four bytes',
  'remaining length does not fit the packet type',
  'packet is larger than allowed',
  'payload is larger than allowed',
  'a field reaches past the end of the packet',
  'bytes are left over after the last field',
  'text is not well-formed UTF-8',
  'text holds the null character',
  'text holds a control character or a noncharacter',
  'packet identifier is 0',
  'topic is empty',
  'topic holds a wildcard',
  'topic is longer than allowed',
  'topic has more levels than allowed',
  'filter has a wildcard in the wrong place',
  'packet names no filter',
  'packet names more filters than allowed',
  'requested QoS is neither 0, 1 nor 2',
  'protocol name is not MQTT',
  'protocol level is not 4',
  'MQTT 3.1 instead of 3.1.1',
  'MQTT 5 instead of 3.1.1',
  'reserved connect flag is set',
  'will flags contradict each other',
  'will QoS is 3',
  'password without user name',
  'first packet is not CONNECT',
  'second CONNECT',
];

test('the codes of reasons are those that metrics, filters of the log and exports go by', () => {
  const own = Object.values(reasons).map((one) => (typeof one === 'function' ? one('a/topic') : one).code);
  const ofPackets = packetErrorCodes.map((code) => new PacketError(code).reason.code);
  expect([...own, ...ofPackets].sort()).toEqual([...known].sort());
});

test('a code quotes no client, whatever the text does', () => {
  expect(reasons.publishNotAllowed('secret/topic')).toEqual({
    code: 'publish not allowed',
    text: 'publish to topic "secret/topic" not allowed',
  });
  expect(reasons.willNotAllowed('secret/topic').code).not.toContain('secret');
});
