import { BlockList, isIP } from 'node:net';
import type { Violation } from '../fields/violation.ts';

const bitsOf: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** Checks an IPv4 or IPv6 network in CIDR form: `192.0.2.0/24`, `2001:db8::/32`, one address as `192.0.2.7/32`. */
export function checkNetwork(network: string, field = ''): Violation | undefined {
  if (readNetwork(network)) return undefined;
  return {
    code: 'NOT_A_NETWORK',
    field,
    description: 'A network in CIDR form, such as 192.0.2.0/24, 192.0.2.7/32 or 2001:db8::/32.',
  };
}

/** Does one of the networks hold this address? An address of neither family is held by none. */
export function isInNetworks(networks: readonly string[], address: string): boolean {
  const family = familyOf(address);
  if (!family) return false;
  const list = new BlockList();
  for (const network of networks) {
    const read = readNetwork(network);
    // A list of both families would find IPv4 addresses in ::/0, where the database does not.
    if (read?.family === family) list.addSubnet(read.address, read.bits, read.family);
  }
  return list.check(address, family);
}

/** IPv4 in an IPv6 address, as a listener of both families shows its peers, as IPv4; all else as it is. */
export function asIPv4(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/**
 * What limits per address count by. Whoever has one IPv6 address has the 2^64 of its network, so that all of a /64 counts
 * as one (`2001:db8:0:0::/64`, zeros written out). An IPv4 address counts for itself, also one that is written as IPv6
 * (`::ffff:192.0.2.7`); what is no address is given back as it is.
 */
export function addressBlock(address: string): string {
  if (isIP(address) !== 6) return address;
  const groups = groupsOf(address);
  if (!isIPv4Mapped(groups)) {
    const network = groups.slice(0, 4).map((group) => group.toString(16));
    return `${network.join(':')}::/64`;
  }
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail = ''] = address.replace(/%.*$/s, '').split('::').map(dottedToGroups);
  const [before, behind] = [numbersOf(head), numbersOf(tail)];
  return [...before, ...new Array<number>(8 - before.length - behind.length).fill(0), ...behind];
}

/** The last two groups may be written as an IPv4 address. */
function dottedToGroups(groups: string): string {
  return groups.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes) => {
    const [a, b, c, d] = bytes.map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}

function numbersOf(groups: string): number[] {
  return groups === '' ? [] : groups.split(':').map((group) => Number.parseInt(group, 16));
}

function isIPv4Mapped(groups: readonly number[]): boolean {
  return groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
}

function readNetwork(network: string) {
  const [address = '', bits = '', ...more] = network.split('/');
  const version = isIP(address);
  const family = familyOf(address);
  if (!family || more.length > 0 || !/^(0|[1-9][0-9]{0,2})$/.test(bits)) return undefined;
  if (Number(bits) > (bitsOf[version] ?? 0)) return undefined;
  return { address, bits: Number(bits), family };
}

/** Addresses with a zone (`fe80::1%eth0`) mean something on one machine only, and belong to no network here. */
function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = address.includes('%') ? 0 : isIP(address);
  return version === 4 ? 'ipv4' : version === 6 ? 'ipv6' : undefined;
}
