import { describe, expect, test } from 'vitest';
import { connectClaim, foreignProtocol } from './stranger.ts';

const text = (value: string) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};
const connect = (...body: Buffer[]) => {
  const all = Buffer.concat(body);
  return Buffer.concat([Buffer.from([0x10, all.length]), all]);
};
const fields = (level: number, flags: number) => Buffer.from([level, flags, 0, 60]);

describe('what a refused client speaks', () => {
  test.each([
    ['TLS instead of MQTT', Buffer.from('160301020001000200', 'hex')],
    ['unexpected PROXY header', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['unexpected PROXY header', Buffer.from('0d0a0d0a000d0a515549540a2111000c', 'hex')],
    ['HTTP instead of MQTT', Buffer.from('GET / HTTP/1.1\r\n')],
    ['HTTP instead of MQTT', Buffer.from('PRI * HTTP/2.0\r\n')],
  ])('is %s', (protocol, first) => {
    expect(foreignProtocol(first)?.code).toBe(protocol);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a CONNECT', connect(text('MQTT'), fields(4, 2), text('c'))],
    ['half of a word', Buffer.from('PROX')],
    ['random bytes', Buffer.from('ffeeddcc', 'hex')],
  ])('cannot be told of %s', (_what, first) => {
    expect(foreignProtocol(first)).toBeUndefined();
  });
});

describe('who a refused client claims to be', () => {
  const names = { clientId: 'c1', username: 'd1' };

  test.each([
    ['MQTT 3.1', connect(text('MQIsdp'), fields(3, 0x82), text('c1'), text('d1'))],
    ['MQTT 3.1.1', connect(text('MQTT'), fields(4, 0x82), text('c1'), text('d1'))],
    ['a version to come', connect(text('MQTT'), fields(6, 0x82), text('c1'), text('d1'))],
    [
      '3.1.1 with a will',
      connect(text('MQTT'), fields(4, 0x86), text('c1'), text('will/topic'), text('payload'), text('d1')),
    ],
    [
      'MQTT 5 with properties and a will that has some too',
      connect(
        ...[text('MQTT'), fields(5, 0x86), Buffer.from('051100000e10', 'hex'), text('c1')],
        ...[Buffer.from('0218000102'.slice(0, 6), 'hex'), text('will/topic'), text('payload'), text('d1')],
      ),
    ],
  ])('is found in a CONNECT of %s', (_version, packet) => {
    expect(connectClaim(packet)).toEqual(names);
  });

  test('has no user name where the CONNECT has none', () => {
    const packet = connect(text('MQTT'), fields(5, 2), Buffer.from([0]), text('c1'));
    expect(connectClaim(packet)).toEqual({ clientId: 'c1', username: undefined });
  });

  test('is not known of a CONNECT that ends anywhere before its user name does, and nothing is thrown', () => {
    const packet = connect(text('MQTT'), fields(5, 0x82), Buffer.from([0]), text('c1'), text('d1'));
    for (let bytes = 0; bytes < packet.length; bytes++) {
      expect(connectClaim(packet.subarray(0, bytes)), `${bytes} bytes`).toBeUndefined();
    }
    expect(connectClaim(packet)).toEqual(names);
  });

  test.each([
    ['another packet', Buffer.from('c000', 'hex')],
    ['a length of properties without end', connect(text('MQTT'), fields(5, 2), Buffer.alloc(8, 0xff))],
    ['text that is no UTF-8', connect(text('MQTT'), fields(4, 2), Buffer.from('0002c328', 'hex'))],
  ])('is not known of %s', (_what, first) => {
    expect(connectClaim(first)).toBeUndefined();
  });
});
