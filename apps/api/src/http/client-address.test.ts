import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { clientAddress, clientBlock, forwardedAddress } from './client-address.ts';

/** What the server takes for the client's address. */
async function addressSeen(trusted: string[], remoteAddress: string, forwardedFor?: string): Promise<string> {
  const app = Fastify({ trustProxy: trusted.length > 0 ? trusted : false });
  app.get('/', async (request) => clientAddress(request));
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return (await app.inject({ url: '/', remoteAddress, headers })).body;
}

const proxies = ['10.0.0.0/8', '2001:db8::/32'];

test.each([
  ['from anywhere, if no proxy is trusted', [], '10.0.0.1', '203.0.113.9', '10.0.0.1'],
  ['from outside the networks', proxies, '11.0.0.1', '203.0.113.9', '11.0.0.1'],
  ['that is no address', proxies, '10.0.0.1', 'unknown', '10.0.0.1'],
  ['that is an address with a port', proxies, '10.0.0.1', '203.0.113.9:5000', '10.0.0.1'],
  ['of a client before a proxy', proxies, '10.0.0.1', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
])('a header is not believed %s', async (_, trusted, remote, header, seen) => {
  expect(await addressSeen(trusted, remote, header)).toBe(seen);
  expect(forwardedAddress(remote, header, trusted)).toBe(seen);
});

test.each([
  ['one proxy', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['two proxies', '10.0.0.1', '203.0.113.9, 10.3.2.1', '203.0.113.9'],
  ['an IPv6 proxy', '2001:db8::1', '2a00::1', '2a00::1'],
  ['an IPv4 proxy on a listener of both families', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['a proxy that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
])('behind %s the client counts', async (_, remote, header, seen) => {
  expect(await addressSeen(proxies, remote, header)).toBe(seen);
  expect(forwardedAddress(remote, header, proxies)).toBe(seen);
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2a00:1:2:3:4:5:6:7', '2a00:1:2:3::/64'],
])('the tries of %s count for %s', (ip, block) => {
  expect(clientBlock({ ip, socket: { remoteAddress: ip } as never })).toBe(block);
});
