import { isIP } from 'node:net';
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

/** The names and addresses that a server certificate is valid for. */
export interface ServerNames {
  readonly hosts: readonly string[];
  readonly addresses: readonly string[];
}

/**
 * What clients may reach this machine by: its host name, `localhost`, every address it has now, and what the operator
 * adds (a public name, the address of a load balancer).
 */
export function machineNames(extra: readonly string[]): ServerNames {
  const own = Object.values(networkInterfaces())
    .flatMap((infos): NetworkInterfaceInfo[] => infos ?? [])
    // An IPv6 link-local address is only reachable with a zone, which no certificate can name.
    .filter((info) => !(info.family === 'IPv6' && info.address.startsWith('fe80:')))
    .map((info) => info.address);
  const all = new Set(['localhost', hostname().toLowerCase(), '127.0.0.1', '::1', ...own, ...extra]);
  return {
    hosts: [...all].filter((name) => isIP(name) === 0),
    addresses: [...all].filter((name) => isIP(name) !== 0),
  };
}
