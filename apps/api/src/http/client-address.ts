/** Where a request comes from, as far as that can be trusted. */
import { isIP } from 'node:net';
import { addressBlock, asIPv4, isInNetworks } from '@iotcore/model';
import type { FastifyRequest } from 'fastify';

/**
 * The address of the client. `X-Forwarded-For` says it only where the connection comes from a trusted proxy (Fastify then
 * takes the last of its addresses that is not a trusted proxy's); where that is no address, the proxy's own counts.
 */
export function clientAddress({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  return asIPv4(isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip);
}

/** What to count the tries of a client by. */
export function clientBlock(request: Pick<FastifyRequest, 'ip' | 'socket'>): string {
  return addressBlock(clientAddress(request));
}

/** The same without Fastify: `peer` is where the connection comes from, `header` what it says of the client. */
export function forwardedAddress(
  peer: string,
  header: string | undefined,
  trusted: readonly string[],
): string {
  const isTrusted = (address: string) => isInNetworks(trusted, asIPv4(address));
  if (header === undefined || !isTrusted(peer)) return asIPv4(peer);
  const said = header.split(',').map((one) => one.trim());
  const client = said.findLast((address) => !isTrusted(address)) ?? said[0] ?? '';
  return asIPv4(isIP(client) === 0 ? peer : client);
}
