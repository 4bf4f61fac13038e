/** Where a request comes from, as far as that can be trusted. */
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * The address of the client. `X-Forwarded-For` says it only where the connection comes from a trusted proxy (Fastify then
 * takes the last of its addresses that is not a trusted proxy's); where that is no address, the proxy's own counts.
 */
export function clientAddress({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  return plain(isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip);
}

/** On a listener of both families an IPv4 address comes dressed as one of IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/**
 * What to count the tries of a client by. Whoever has one IPv6 address has 2^64 of them: they count as one.
 */
export function addressBlock(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  const address = clientAddress(request);
  return isIP(address) === 6 ? firstHalf(address) : address;
}

/** The first four groups of an IPv6 address, written out. */
function firstHalf(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length;
  const all = [...groups, ...Array(Math.max(0, zeros)).fill('0'), ...(tail?.split(':') ?? [])];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')}::/64`;
}
