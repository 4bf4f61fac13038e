import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Violation } from '../fields/violation.ts';

const { IPv6 } = ipaddr;
const bitsOf: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/**
 * Checks an IPv4 or IPv6 network in CIDR form: `192.0.2.0/24`, `2001:db8::/32`, one address as `192.0.2.7/32`. IPv4 that is
 * written as IPv6 (`::ffff:192.0.2.0/120`) is none: clients show as IPv4, and it would never hold one.
 */
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
  return networkMatcher(networks)(address);
}

/** The same for many addresses: the networks are read once. */
export function networkMatcher(networks: readonly string[]): (address: string) => boolean {
  // A list of both families would find IPv4 addresses in ::/0, where the database does not.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const network of networks) {
    const read = readNetwork(network);
    if (read) lists[read.family].addSubnet(read.address, read.bits, read.family);
  }
  return (address) => {
    const family = familyOf(address);
    return family !== undefined && lists[family].check(address, family);
  };
}

/** IPv4 in an IPv6 address, as a listener of both families shows its peers, as IPv4; all else as it is. */
export function asIPv4(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/**
 * What limits per address count by. A client that has one IPv6 address has the 2^64 of its network, so that all of a /64 counts
 * as one (`2001:db8:0:0::/64`, zeros written out). An IPv4 address counts for itself, also one that is written as IPv6
 * (`::ffff:192.0.2.7`); what is no address is given back as it is.
 */
export function addressBlock(address: string): string {
  if (isIP(address) !== 6) return address;
  // Node takes more for the name of a zone than the library does.
  const parsed = IPv6.parse(address.replace(/%.*$/s, ''));
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const network = parsed.parts.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

function readNetwork(network: string) {
  const [address = '', bits = '', ...more] = network.split('/');
  const version = isIP(address);
  const family = familyOf(address);
  if (!family || more.length > 0 || !/^(0|[1-9][0-9]{0,2})$/.test(bits)) return undefined;
  if (version === 6 && IPv6.parse(address).isIPv4MappedAddress()) return undefined;
  if (Number(bits) > (bitsOf[version] ?? 0)) return undefined;
  return { address, bits: Number(bits), family };
}

/** Addresses with a zone (`fe80::1%eth0`) mean something on one machine only, and belong to no network here. */
function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = address.includes('%') ? 0 : isIP(address);
  return version === 4 ? 'ipv4' : version === 6 ? 'ipv6' : undefined;
}
