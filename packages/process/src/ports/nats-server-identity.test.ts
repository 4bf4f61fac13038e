import type { PeerCertificate } from 'node:tls';
import { expect, test } from 'vitest';
import { natsServerIdentity } from './nats-server-identity.ts';

/** What Node asks for where the library of NATS has told it no name. */
const noName = 'localhost';

function refuses(servers: readonly string[], host: string, subjectaltname: string): boolean {
  const certificate = { subject: { CN: 'nats' }, subjectaltname } as PeerCertificate;
  return natsServerIdentity(servers)(host, certificate) !== undefined;
}

test.each([
  [['tls://10.0.0.1:4222'], noName, 'DNS:localhost'],
  [['10.0.0.1:4222'], noName, 'DNS:localhost, IP Address:127.0.0.1'],
  [['tls://[2001:db8::1]:4222'], noName, 'DNS:localhost, IP Address:2001:DB8:0:0:0:0:0:2'],
  [['tls://nats.example.com:4222'], noName, 'DNS:localhost'],
  [['tls://nats.example.com:4222'], 'nats.example.com', 'DNS:other.example.com'],
  // A server that is known by a name must not pass by the address of another.
  [['tls://nats.example.com:4222', 'tls://10.0.0.1:4222'], 'nats.example.com', 'IP Address:10.0.0.1'],
])('of %j, asked for as %s, a certificate for %s is refused', (servers, host, names) => {
  expect(refuses(servers, host, names)).toBe(true);
});

test.each([
  [['tls://10.0.0.1:4222'], noName, 'IP Address:10.0.0.1'],
  [['10.0.0.1:4222', '10.0.0.2:4222'], noName, 'IP Address:10.0.0.2'],
  [['tls://[2001:db8::1]:4222'], noName, 'IP Address:2001:DB8:0:0:0:0:0:1'],
  [['tls://localhost:4222', 'tls://10.0.0.1:4222'], noName, 'DNS:localhost'],
  [['tls://nats.example.com'], 'nats.example.com', 'DNS:*.example.com'],
])('of %j, asked for as %s, a certificate for %s is taken', (servers, host, names) => {
  expect(refuses(servers, host, names)).toBe(false);
});
