import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { AddressPolicy, ForbiddenAddressError } from './address-policy.ts';
import { checkLiteral, dialableServers, guardedLookup, objectionTo } from './guarded-lookup.ts';

const own = { addresses: ['198.18.0.9', 'fe80::1%eth0'], ports: new Set([8883]) };
const strict = new AddressPolicy({ allowedNetworks: [], own });
const allowing = new AddressPolicy({
  allowedNetworks: ['10.1.0.0/16', '127.0.0.0/8', '169.254.0.0/16', 'fd00::/8'],
  own,
});

describe('an export may not reach', () => {
  test.each([
    ['this host', '0.0.0.0'],
    ['a loopback address', '127.0.0.1'],
    ['another loopback address', '127.255.255.254'],
    ['a private address', '10.0.0.1'],
    ['another private address', '172.16.0.1'],
    ['the last of them', '172.31.255.255'],
    ['a home network', '192.168.1.1'],
    ['an address behind a carrier’s NAT', '100.64.0.1'],
    ['a link-local address', '169.254.1.1'],
    ['the metadata of a cloud', '169.254.169.254'],
    ['the credentials of a container', '169.254.170.2'],
    ['the metadata of another cloud', '100.100.100.200'],
    ['the metadata of a third', '192.0.0.192'],
    ['the wire server of a fourth', '168.63.129.16'],
    ['an address of the IETF', '192.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['documentation, second', '198.51.100.1'],
    ['documentation, third', '203.0.113.1'],
    ['a 6to4 relay', '192.88.99.1'],
    ['a benchmark', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['what is reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['IPv6: unspecified', '::'],
    ['IPv6: loopback', '::1'],
    ['IPv6: loopback, written out', '0:0:0:0:0:0:0:1'],
    ['IPv6: unique local', 'fd12:3456::1'],
    ['IPv6: the metadata of a cloud', 'fd00:ec2::254'],
    ['IPv6: link-local', 'fe80::1'],
    ['IPv6: site-local', 'fec0::1'],
    ['IPv6: multicast', 'ff02::1'],
    ['IPv6: discard', '100::1'],
    ['IPv6: documentation', '2001:db8::1'],
    ['IPv6: new documentation', '3fff::1'],
    ['IPv6: ORCHID', '2001:20::1'],
    ['IPv6: with a zone', 'fe80::1%eth0'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped loopback in hexadecimal', '::ffff:7f00:1'],
    ['IPv4-mapped metadata', '::ffff:169.254.169.254'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible, private', '::10.0.0.1'],
    ['NAT64 to loopback', '64:ff9b::127.0.0.1'],
    ['NAT64 to a private address', '64:ff9b::a00:1'],
    ['local NAT64', '64:ff9b:1::1'],
    ['6to4 of a private address', '2002:a00:1::1'],
    ['6to4 of loopback', '2002:7f00:1::'],
    ['Teredo of a private client', '2001:0:5db8:d822:0:0:f5ff:fffe'],
    ['Teredo of a private server', '2001:0:a00:1:0:0:a1bf:27dd'],
    ['what is no address', 'example.com'],
    ['nothing', ''],
  ])('%s: %s', (_, address) => {
    expect(() => strict.check(address, 443, false)).toThrow(ForbiddenAddressError);
  });

  test.each([
    ['metadata, whatever is allowed', '169.254.169.254', 80],
    ['metadata of IPv6, whatever is allowed', 'fd00:ec2::254', 80],
    ['this installation, whatever is allowed', '127.0.0.1', 8883],
    ['this installation by IPv6, whatever is allowed', '::ffff:127.0.0.1', 8883],
  ])('%s', (_, address, port) => {
    expect(() => allowing.check(address, port, true)).toThrow(ForbiddenAddressError);
  });

  test('a public address without TLS', () => {
    expect(() => strict.check('93.184.216.34', 80, true)).toThrow(/Use TLS/);
  });

  test('a private client of Teredo behind a server that is allowed', () => {
    expect(() => allowing.check('2001:0:a01:1:0:0:3f57:fefe', 443, false)).toThrow(ForbiddenAddressError);
  });

  test('what is not public; and is told which setting allows it', () => {
    expect(() => strict.check('10.1.2.3', 443, false)).toThrow(/IOT_EXPORT_ALLOWED_NETWORKS/);
  });
});

test.each([
  ['a public address', strict, '93.184.216.34', 443, false],
  ['a public address of IPv6', strict, '2606:2800:220:1::1', 443, false],
  ['NAT64 to a public address', strict, '64:ff9b::5db8:d822', 443, false],
  ['an allowed network', allowing, '10.1.2.3', 443, false],
  ['an allowed network without TLS', allowing, '10.1.2.3', 80, true],
  ['an allowed network as IPv4-mapped', allowing, '::ffff:10.1.2.3', 80, true],
  ['another port of this machine, if it is allowed', allowing, '127.0.0.1', 9000, true],
] as const)('%s may be reached', (_, policy, address, port, isPlain) => {
  expect(() => policy.check(address, port, isPlain)).not.toThrow();
});

describe('a name', () => {
  const place = { host: 'receiver.example', port: 443, isPlain: false };
  const resolveTo =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  test('with one forbidden address among public ones is condemned', async () => {
    const objection = await objectionTo(strict, place, resolveTo('93.184.216.34', '10.0.0.1'));
    expect(objection).toContain('10.0.0.1');
  });

  test('that does not resolve now may do so later', async () => {
    const fails = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await objectionTo(strict, place, fails)).toBeUndefined();
  });

  test('that points elsewhere at the next connection is checked again', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    let asked = 0;
    const rebinding = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '93.184.216.34' : '127.0.0.1', family: 4 }];
    };
    expect(await objectionTo(strict, { ...place, port }, rebinding)).toBeUndefined();
    let connected = 0;
    server.on('connection', () => (connected += 1));
    const lookup = guardedLookup(strict, { ...place, port }, rebinding);
    const error = await new Promise((resolve) => {
      connect({ host: place.host, port, lookup }).on('error', resolve);
    });
    expect(error).toBeInstanceOf(ForbiddenAddressError);
    expect([asked, connected]).toEqual([2, 0]);
    await new Promise((resolve) => server.close(resolve));
  });

  test.each(['127.0.0.1', '[::1]', '[::ffff:10.0.0.1]'])(
    'that is an address is checked apart: %s',
    (host) => {
      expect(() => checkLiteral(strict, { ...place, host })).toThrow(ForbiddenAddressError);
    },
  );
});

describe('of several servers that a client resolves by itself', () => {
  const unknown = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  const resolve = async (name: string) =>
    name === 'unknown'
      ? unknown()
      : [{ address: name === 'inside' ? '10.0.0.1' : '93.184.216.34', family: 4 }];
  const dialable = (...servers: string[]) => dialableServers(strict, servers, false, resolve);

  test('one that does not resolve now is left out: it may resolve to anything by then', async () => {
    expect(await dialable('unknown:9092', 'public:9092', '[2606:2800:220:1::1]:9092')).toEqual([
      'public:9092',
      '[2606:2800:220:1::1]:9092',
    ]);
    await expect(dialable('unknown:9092')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  test('one that is forbidden condemns all', async () => {
    for (const server of ['inside:9092', '127.0.0.1:9092', '[::1]:9092'])
      await expect(dialable('public:9092', server)).rejects.toBeInstanceOf(ForbiddenAddressError);
  });
});
