import { engineReasons } from '@iotcore/testkit/reasons';
import { expect, test } from 'vitest';
import { PacketError, packetErrorCodes } from './codec/index.ts';
import { reasons } from './reasons.ts';

test('the codes of reasons are those that metrics, filters of the log and exports go by', () => {
  const own = Object.values(reasons).map((one) => (typeof one === 'function' ? one('a/topic') : one).code);
  const ofPackets = packetErrorCodes.map((code) => new PacketError(code).reason.code);
  expect([...own, ...ofPackets].sort()).toEqual([...engineReasons].sort());
});

test('a code quotes no client, whatever the text does', () => {
  expect(reasons.publishNotAllowed('secret/topic')).toEqual({
    code: 'publish not allowed',
    text: 'publish to topic "secret/topic" not allowed',
  });
  expect(reasons.willNotAllowed('secret/topic').code).not.toContain('secret');
});
