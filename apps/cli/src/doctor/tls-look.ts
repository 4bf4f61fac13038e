/** One TLS connection, to see what is there: the chain as it is sent, and what a client that verifies would say. */
import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP } from 'node:net';
import {
  type CipherNameAndProtocol,
  type ConnectionOptions,
  connect,
  type DetailedPeerCertificate,
  rootCertificates,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { asIPv4, isInNetworks } from '@iotcore/model';
import { CliError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';

export interface TlsLook {
  /** As the server sends it, its own certificate first. */
  readonly chain: readonly X509Certificate[];
  readonly protocol: string;
  readonly cipher: string;
  /** How the key is agreed on, such as X25519. */
  readonly keyExchange: string;
  /** Why a client that trusts the authority would not go on; undefined if it would. */
  readonly trust: string | undefined;
}

const timeoutMs = 10_000;

/** How to look: each may be left out. */
export interface LookOptions {
  /** The authorities that are trusted; without it those that Node trusts. */
  readonly authorityPem?: string | undefined;
  /** Networks from which the server wants a PROXY header first. */
  readonly proxyNetworks?: readonly string[] | undefined;
}

/** @throws CliError if no handshake comes about */
export async function lookAtTls(server: URL, options: LookOptions = {}): Promise<TlsLook> {
  const { authorityPem, proxyNetworks } = options;
  // Without any authority Node adds none of its own to the chain that it shows.
  const bare = await shake(server, { ca: [] }, read, proxyNetworks);
  const ca = authorityPem === undefined ? [...rootCertificates] : [authorityPem];
  const checkTrust = ({ authorized, authorizationError }: TLSSocket) =>
    authorized ? undefined : untrusted(authorizationError, authorityPem !== undefined);
  return { ...bare, trust: await shake(server, { ca }, checkTrust, proxyNetworks) };
}

/** The cipher that is agreed on if the client knows one version of TLS only; undefined if the server refuses. */
export async function lookAtVersion(
  server: URL,
  version: SecureVersion,
): Promise<CipherNameAndProtocol | undefined> {
  // What is obsolete must be offered by us for the server to be able to refuse it.
  const ciphers = version === 'TLSv1.3' ? {} : { ciphers: 'DEFAULT@SECLEVEL=0' };
  const only = { minVersion: version, maxVersion: version, ca: [], ...ciphers };
  return shake(server, only, (socket) => socket.getCipher()).catch(() => undefined);
}

function read(socket: TLSSocket) {
  const chain: X509Certificate[] = [];
  const seen = new Set<DetailedPeerCertificate>();
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw && !seen.has(next)) {
    seen.add(next);
    chain.push(new X509Certificate(next.raw));
    next = next.issuerCertificate;
  }
  const keyExchange = socket.getEphemeralKeyInfo() as { name?: string; type?: string; size?: number } | null;
  return {
    chain,
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    keyExchange: keyExchange?.name ?? keyExchange?.type ?? '',
  };
}

function untrusted(reason: Error | string | undefined, isNamed: boolean): string {
  const code = reason instanceof Error ? ((reason as NodeJS.ErrnoException).code ?? reason.message) : reason;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is not for that name';
  const whose = isNamed ? 'the authority given' : 'the authorities that computers trust';
  return `its certificate does not verify against ${whose} (${code})`;
}

const hostOf = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '');

/** The header of a proxy that speaks for itself, as its health checks do. */
const ownHeader = 'PROXY UNKNOWN\r\n';

/** A handshake that takes any certificate, and what `look` makes of it. */
function shake<T>(
  server: URL,
  options: ConnectionOptions,
  look: (socket: TLSSocket) => T,
  proxyNetworks: readonly string[] = [],
): Promise<T> {
  const host = hostOf(server);
  return new Promise((resolve, reject) => {
    const transport = connectTcp({ host, port: Number(server.port) });
    const fail = (reason: string, cause?: Error) => {
      const message = `${server.host} does not speak TLS with us (${reason})`;
      reject(new CliError(message, exitCodes.unavailable, { cause }));
      transport.destroy();
    };
    const failed = (error: Error) => fail((error as NodeJS.ErrnoException).code ?? error.message, error);
    transport.setTimeout(timeoutMs, () => fail('no answer in time'));
    transport.once('error', failed);
    transport.once('close', () => fail('it closed the connection'));
    transport.once('connect', () => {
      if (isInNetworks(proxyNetworks, asIPv4(transport.localAddress ?? ''))) transport.write(ownHeader);
      const name = isIP(host) ? {} : { servername: host };
      const socket = connect({ socket: transport, host, ...name, rejectUnauthorized: false, ...options });
      socket.once('error', failed);
      socket.once('secureConnect', () => {
        resolve(look(socket));
        // A reset might overtake the end of the handshake, and the server would take us for a client that it failed with.
        socket.resume().end();
      });
    });
  });
}
