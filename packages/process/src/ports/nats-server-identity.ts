/**
 * Does a certificate name the NATS server that was connected to? The library of NATS gives Node no name for a server that is named
 * by its address, and Node asks for `localhost` then: anyone with a certificate for that could pass for any server.
 */
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

type Check = (host: string, certificate: PeerCertificate) => Error | undefined;

/**
 * For the `tls` of a connection to these servers. Which address was connected to is not told here: the certificate must name any of
 * them, as all are servers of one NATS.
 */
export function natsServerIdentity(servers: readonly string[]): Check {
  const hosts = servers.map(hostOf);
  const addresses = hosts.filter((host) => isIP(host) !== 0 || host === 'localhost');
  const meantByLocalhost = addresses.length > 0 ? addresses : hosts;
  return (host, certificate) => {
    const names = host === 'localhost' ? meantByLocalhost : [host];
    const objections = names.map((name) => checkServerIdentity(name, certificate));
    return objections.includes(undefined) ? undefined : objections[0];
  };
}

/** Of `tls://host:port` or `host:port`. */
function hostOf(server: string): string {
  const { hostname } = new URL(server.includes('://') ? server : `nats://${server}`);
  return hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
