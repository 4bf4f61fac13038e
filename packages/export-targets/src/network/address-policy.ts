/**
 * Which addresses an export may reach. The creator of an export decides what this server connects to, from inside the
 * operator's network: so only public addresses, and what the operator allows by name of its network. It is the address that is
 * dialled which is checked, at each connection, whatever a name says (server-side request forgery).
 */
import { BlockList, isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Special-purpose networks (RFC 6890 and the registries behind it): loopback, private, CGNAT, link-local, multicast, reserved. */
const forbiddenIPv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Of IPv6 all but this is special… */
const publicIPv6 = '2000::/3';
/** …and in it these are: IETF protocols (but Teredo, which is unpacked), documentation. */
const forbiddenIPv6 = [
  '2001:1::/32',
  '2001:2::/31',
  '2001:4::/30',
  '2001:8::/29',
  '2001:10::/28',
  '2001:20::/27',
  '2001:40::/26',
  '2001:80::/25',
  '2001:100::/24',
  '2001:db8::/32',
  '3fff::/20',
];

/** Where clouds tell machines their secrets: never, whatever the operator allows. */
const metadataAddresses = [
  '169.254.169.254/32',
  '169.254.170.2/32',
  '169.254.170.23/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '168.63.129.16/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
];

const allowance = 'IOT_EXPORT_ALLOWED_NETWORKS';

export interface AddressPolicyOptions {
  /** In CIDR form: what is allowed although it is not public. */
  readonly allowedNetworks: readonly string[];
  /** Addresses of this machine, and the ports of the installation on them: never. */
  readonly own: { readonly addresses: readonly string[]; readonly ports: ReadonlySet<number> };
}

/** Why an address may not be dialled, for people. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

export class AddressPolicy {
  readonly #forbidden = listOf([...forbiddenIPv4, ...forbiddenIPv6]);
  readonly #public6 = listOf([publicIPv6]);
  readonly #metadata = listOf(metadataAddresses);
  readonly #allowed: BlockList;
  readonly #ownAddresses: BlockList;
  readonly #ownPorts: ReadonlySet<number>;

  constructor({ allowedNetworks, own }: AddressPolicyOptions) {
    this.#allowed = listOf(allowedNetworks);
    this.#ownAddresses = listOf([
      '127.0.0.0/8',
      '0.0.0.0/8',
      '::1/128',
      '::/128',
      ...own.addresses.map((address) => `${address.replace(/%.*$/, '')}/${isIP(address) === 6 ? 128 : 32}`),
    ]);
    this.#ownPorts = own.ports;
  }

  /** @param isPlain nothing hides or proves what is sent: only into networks that are allowed by name. @throws ForbiddenAddressError */
  check(address: string, port: number, isPlain: boolean): void {
    const meant = addressesIn(address);
    if (meant.length === 0) throw new ForbiddenAddressError(`${address} is no address that can be checked.`);
    if (meant.some((one) => has(this.#metadata, one)))
      throw new ForbiddenAddressError(
        `${address} tells machines of clouds their secrets; no export may reach it.`,
      );
    if (this.#ownPorts.has(port) && meant.some((one) => has(this.#ownAddresses, one)))
      throw new ForbiddenAddressError(`${address} port ${port} is this installation itself.`);
    const isAllowed = meant.every((one) => has(this.#allowed, one));
    if (isAllowed) return;
    if (meant.some((one) => this.#isSpecial(one)))
      throw new ForbiddenAddressError(
        `${address} is not a public address. If exports may reach it, the operator names its network in ${allowance}.`,
      );
    if (isPlain)
      throw new ForbiddenAddressError(
        `Without TLS only networks in ${allowance} may be reached, and ${address} is in none. Use TLS.`,
      );
  }

  #isSpecial(address: string): boolean {
    if (has(this.#forbidden, address)) return true;
    return isIP(address) === 6 && !has(this.#public6, address);
  }
}

/**
 * The addresses that are reached through one: itself, or the IPv4 address in it, of those that are translated or tunnelled
 * (IPv4-mapped, IPv4-compatible, NAT64, 6to4, Teredo). Empty: none that is known.
 */
function addressesIn(address: string): string[] {
  const version = isIP(address);
  if (version === 4) return [address];
  if (version === 0 || address.includes('%')) return [];
  const parts = ipaddr.IPv6.parse(address).parts;
  const isZero = (from: number, to: number) => parts.slice(from, to).every((part) => part === 0);
  const [first, second] = [parts[0] ?? 0, parts[1] ?? 0];
  if (isZero(0, 5) && parts[5] === 0xffff) return [ipv4Of(parts[6], parts[7])];
  if (isZero(0, 4) && parts[4] === 0xffff && parts[5] === 0) return [ipv4Of(parts[6], parts[7])];
  if (isZero(0, 6) && (parts[6] !== 0 || (parts[7] ?? 0) > 1)) return [ipv4Of(parts[6], parts[7])];
  if (first === 0x64 && second === 0xff9b && isZero(2, 6)) return [ipv4Of(parts[6], parts[7])];
  if (first === 0x2002) return [ipv4Of(second, parts[2])];
  if (first === 0x2001 && second === 0)
    return [ipv4Of(parts[2], parts[3]), ipv4Of(~(parts[6] ?? 0) & 0xffff, ~(parts[7] ?? 0) & 0xffff)];
  return [ipaddr.IPv6.parse(address).toString()];
}

function ipv4Of(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/** A list would find IPv4 addresses in networks of IPv6 as well; here each family is asked for itself. */
function has(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
