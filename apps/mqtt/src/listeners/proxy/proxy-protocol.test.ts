import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ProxyHeader, readProxyHeader } from './proxy-protocol.ts';

const signature = '0d0a0d0a000d0a515549540a';
const line = (text: string) => Buffer.from(`${text}\r\n`, 'latin1');

/** A header of version 2: hex of command and family, and of what follows the length. */
function binary(commandAndFamily: string, body: string): Buffer {
  const length = (body.length / 2).toString(16).padStart(4, '0');
  return Buffer.from(signature + commandAndFamily + length + body, 'hex');
}

const ports = 'dc0422b3';
const ipv4 = `c0000201c6336401${ports}`;
const ipv6 = `20010db8000000000000000000000001${'20010db8'.padEnd(32, '0')}${ports}`;
const unix = Buffer.from('/run/client').toString('hex').padEnd(432, '0');

describe('a header that is refused', () => {
  test.each([
    ['nothing of the kind', 'GET / HTTP/1.1\r\n\r\n'],
    ['a CONNECT of MQTT', '\x10\x0e\x00\x04MQTT'],
    ['in lower case', 'proxy TCP4 192.0.2.1 198.51.100.1 56324 8883\r\n'],
    ['without a family', 'PROXY \r\n'],
    ['of an unknown family', 'PROXY UDP4 192.0.2.1 198.51.100.1 56324 8883\r\n'],
    [
      'of a family named like a member of Object.prototype',
      'PROXY constructor 192.0.2.1 198.51.100.1 1 2\r\n',
    ],
    ['with two spaces', 'PROXY TCP4  192.0.2.1 198.51.100.1 56324 8883\r\n'],
    ['with a field too many', 'PROXY TCP4 192.0.2.1 198.51.100.1 56324 8883 x\r\n'],
    ['with a field too few', 'PROXY TCP4 192.0.2.1 198.51.100.1 56324\r\n'],
    ['with an IPv6 address under TCP4', 'PROXY TCP4 ::1 ::2 56324 8883\r\n'],
    ['with an IPv4 address under TCP6', 'PROXY TCP6 192.0.2.1 198.51.100.1 56324 8883\r\n'],
    ['with a zone', 'PROXY TCP6 fe80::1%eth0 ::2 56324 8883\r\n'],
    ['with an octal address', 'PROXY TCP4 192.0.02.1 198.51.100.1 56324 8883\r\n'],
    ['with port 65536', 'PROXY TCP4 192.0.2.1 198.51.100.1 65536 8883\r\n'],
    ['with port 08', 'PROXY TCP4 192.0.2.1 198.51.100.1 08 8883\r\n'],
    ['with port -1', 'PROXY TCP4 192.0.2.1 198.51.100.1 -1 8883\r\n'],
    ['with a name for an address', 'PROXY TCP4 localhost 198.51.100.1 1 8883\r\n'],
  ])('is one %s', (_what, text) => {
    expect(readProxyHeader(Buffer.from(text, 'latin1'))).toBe('malformed');
  });

  test.each([
    ['of version 1', '1111', ipv4],
    ['of version 3', '3111', ipv4],
    ['of an unknown command', '2211', ipv4],
    ['of UDP', '2112', ipv4],
    ['of an unknown family', '2141', ipv4],
    ['shorter than its IPv4 addresses', '2111', ipv4.slice(2)],
    ['shorter than its IPv6 addresses', '2121', ipv4],
    ['shorter than its unix addresses', '2131', ipv6],
  ])('is a binary one %s', (_what, start, body) => {
    expect(readProxyHeader(binary(start, body))).toBe('malformed');
  });

  test('is one whose length is more than anybody needs, before its bytes have come', () => {
    expect(readProxyHeader(Buffer.from(`${signature}2111ffff`, 'hex'))).toBe('too long');
    expect(readProxyHeader(Buffer.from(`${signature}211107f1`, 'hex'))).toBe('too long');
    expect(readProxyHeader(Buffer.from(`${signature}211107f0`, 'hex'))).toBe('incomplete');
  });

  test('is a line of more than 107 bytes; one of 107 is read', () => {
    expect(readProxyHeader(Buffer.from('PROXY UNKNOWN'.padEnd(107, 'x')))).toBe('too long');
    expect(readProxyHeader(Buffer.from('PROXY UNKNOWN'.padEnd(106, 'x')))).toBe('incomplete');
    expect(readProxyHeader(line('PROXY UNKNOWN '.padEnd(106, 'x')))).toBe('too long');
    expect(readProxyHeader(line('PROXY UNKNOWN '.padEnd(105, 'x')))).toMatchObject({ bytes: 107 });
  });
});

describe('a header of version 1', () => {
  test.each([
    ['TCP4 192.0.2.1 198.51.100.1 56324 8883', '192.0.2.1'],
    ['TCP6 2001:db8::1 2001:db8::2 56324 8883', '2001:db8::1'],
    ['TCP6 2001:0DB8:0:0:0:0:0:1 2001:db8::2 56324 8883', '2001:db8::1'],
    ['TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.1 56324 8883', '192.0.2.1'],
    ['TCP6 ::ffff:c000:0201 ::ffff:198.51.100.1 56324 8883', '192.0.2.1'],
  ])('tells the client: %s', (text, remoteAddress) => {
    const header = line(`PROXY ${text}`);
    const wanted = { client: { remoteAddress, remotePort: 56_324 }, bytes: header.length };
    expect(readProxyHeader(header)).toEqual(wanted);
  });

  test.each(['PROXY UNKNOWN', 'PROXY UNKNOWN ffff::1 what ever 0'])(
    'leaves the proxy as it is: %s',
    (text) => {
      expect(readProxyHeader(line(text))).toEqual({ client: undefined, bytes: text.length + 2 });
    },
  );
});

describe('a header of version 2', () => {
  test.each([
    ['IPv4', '2111', ipv4, '192.0.2.1'],
    ['IPv6', '2121', ipv6, '2001:db8::1'],
    ['IPv4 in IPv6', '2121', `${'ffffc0000201'.padStart(32, '0')}${ipv6.slice(32)}`, '192.0.2.1'],
  ])('tells the client over %s, whatever fields follow', (_what, start, body, remoteAddress) => {
    // A field of the client's certificate (PP2_TYPE_SSL with a common name), one cut short, and none.
    for (const fields of ['', '20000d010000000022000561646d696e', '2000ff01']) {
      const header = binary(start, body + fields);
      const wanted = { client: { remoteAddress, remotePort: 56_324 }, bytes: header.length };
      expect(readProxyHeader(header)).toEqual(wanted);
    }
  });

  test.each([
    ['LOCAL', '2000', ''],
    ['LOCAL with addresses', '2011', ipv4],
    ['LOCAL of an unknown family', '20ff', '00'],
    ['an unspecified family', '2100', ''],
    ['an unspecified family with fields', '2100', '030004deadbeef'],
    ['a unix socket', '2131', unix],
  ])('leaves the proxy as it is for %s', (_what, start, body) => {
    const header = binary(start, body);
    expect(readProxyHeader(header)).toEqual({ client: undefined, bytes: header.length });
  });
});

const headers = fc.oneof(
  fc
    .tuple(fc.ipV4(), fc.ipV4(), fc.nat(65_535), fc.nat(65_535))
    .map((fields) => line(`PROXY TCP4 ${fields.join(' ')}`)),
  fc
    .tuple(fc.ipV6(), fc.ipV6(), fc.nat(65_535), fc.nat(65_535))
    .map((fields) => line(`PROXY TCP6 ${fields.join(' ')}`)),
  fc
    .tuple(fc.constantFrom('2111', '2121', '2131', '2000'), fc.uint8Array({ minLength: 216, maxLength: 600 }))
    .map(([start, body]) => binary(start, Buffer.from(body).toString('hex'))),
);

describe('any header', () => {
  test('cut at every byte is incomplete until it is whole, and what follows changes nothing', () => {
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 40 }), (header, more) => {
        for (let cut = 0; cut < header.length; cut++) {
          expect(readProxyHeader(header.subarray(0, cut))).toBe('incomplete');
        }
        const whole = readProxyHeader(header) as ProxyHeader;
        expect(whole.bytes).toBe(header.length);
        expect(readProxyHeader(Buffer.concat([header, more]))).toEqual(whole);
      }),
    );
  });

  test('of whatever bytes is checked without throwing, and by 2048 bytes at the latest', () => {
    const start = fc.constantFrom(
      '',
      'PROXY ',
      'PROXY TCP4 ',
      '\r\n\r\n\0\r\nQUIT\n',
      '\r\n\r\n\0\r\nQUIT\n\x21\x11',
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 64 }), (text, bytes) => {
        const received = Buffer.concat([Buffer.from(text, 'latin1'), bytes]);
        readProxyHeader(received);
        expect(readProxyHeader(Buffer.concat([received, Buffer.alloc(2048)]))).not.toBe('incomplete');
      }),
    );
  });
});
