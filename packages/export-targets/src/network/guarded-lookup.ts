/** Names become addresses here, and only such as may be dialled. */
import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AddressPolicy, ForbiddenAddressError } from './address-policy.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/** As the machine resolves names, `/etc/hosts` included. */
export const resolveBySystem: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    systemLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

/** Where something is to be sent. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** Without TLS. */
  readonly isPlain: boolean;
}

/**
 * For the `lookup` of a socket: called at each connection, and what it answers is what is dialled; so a name that points
 * elsewhere the next time is checked again. One forbidden address condemns the name.
 */
export function guardedLookup(
  policy: AddressPolicy,
  { port, isPlain }: Place,
  resolve: Resolve,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        try {
          for (const { address } of addresses) policy.check(address, port, isPlain);
        } catch (error) {
          callback(error as NodeJS.ErrnoException, []);
          return;
        }
        const [first] = addresses;
        if (options.all)
          callback(
            null,
            addresses.map(({ address, family }) => ({ address, family })),
          );
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}

/** For a host that is an address: `lookup` is not called for these. @throws ForbiddenAddressError */
export function checkLiteral(policy: AddressPolicy, { host, port, isPlain }: Place): void {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) policy.check(address, port, isPlain);
}

/** The same, in words. */
export function objectionToLiteral(policy: AddressPolicy, place: Place): string | undefined {
  try {
    checkLiteral(policy, place);
    return undefined;
  } catch (error) {
    if (error instanceof ForbiddenAddressError) return error.message;
    throw error;
  }
}

/** A caller waits for it no longer, in ms. */
const resolvePatienceMs = 2000;

/** None if it does not resolve, or not in time. */
async function resolveSoon(resolve: Resolve, host: string): Promise<readonly ResolvedAddress[]> {
  const late = sleep(resolvePatienceMs, [], { ref: false });
  return Promise.race([resolve(host).catch(() => []), late]);
}

/** What is wrong with a place, as far as it can be known now: a name that does not resolve may do so later. */
export async function objectionTo(
  policy: AddressPolicy,
  place: Place,
  resolve: Resolve,
): Promise<string | undefined> {
  try {
    checkLiteral(policy, place);
    const host = place.host.replace(/^\[(.*)\]$/, '$1');
    const addresses = isIP(host) === 0 ? await resolveSoon(resolve, host) : [];
    for (const { address } of addresses) policy.check(address, place.port, place.isPlain);
    return undefined;
  } catch (error) {
    if (error instanceof ForbiddenAddressError) return error.message;
    throw error;
  }
}

/**
 * Of servers, each a host and a port, those that can be dialled now: for clients that resolve names by themselves. One that does not
 * resolve is left out, since it may resolve to anything a moment later.
 *
 * @throws ForbiddenAddressError, or why none resolves
 */
export async function dialableServers(
  policy: AddressPolicy,
  servers: readonly string[],
  isPlain: boolean,
  resolve: Resolve,
): Promise<string[]> {
  const outcomes = await Promise.allSettled(
    servers.map(async (server) => {
      const { hostname, port } = new URL(`tcp://${server}`);
      const place = { host: hostname, port: Number(port), isPlain };
      checkLiteral(policy, place);
      const isName = isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0;
      for (const { address } of isName ? await resolve(hostname) : [])
        policy.check(address, place.port, isPlain);
      return server;
    }),
  );
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  const forbidden = failures.find((error) => error instanceof ForbiddenAddressError);
  if (forbidden ?? failures.length === servers.length) throw forbidden ?? failures[0];
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}
