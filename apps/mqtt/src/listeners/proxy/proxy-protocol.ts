/**
 * The header that a proxy puts in front of a connection: PROXY protocol, versions 1 and 2, as HAProxy's specification
 * (doc/proxy-protocol.txt) writes it. Bytes in, header or result out: no socket, no clock.
 *
 * Of a header the client's address and port are taken, and the SHA-256 of its certificate where one field of version 2 was
 * agreed on for it. Whatever else that can carry (names, a common name) is skipped unread.
 */
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { asIPv4 } from '@iotcore/model';
import { type CertificateField, readCertificateField } from './certificate-field.ts';

export interface RemoteEnd {
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** The client as its proxy tells it. */
export type ProxiedClient = RemoteEnd & CertificateField;

export interface ProxyHeader {
  /**
   * The client. Undefined if the connection is the proxy's own (LOCAL, such as a health check) or its client has no IP
   * address (UNKNOWN, UNSPEC, a unix socket): then the proxy's address stands.
   */
  readonly client: ProxiedClient | undefined;
  /** Bytes of the header; what follows is the client's. */
  readonly bytes: number;
}

/** `incomplete`: more bytes may still make a header of it. */
export type ProxyHeaderResult = ProxyHeader | 'incomplete' | 'malformed' | 'too long';

/** The longest line of version 1, with its CR LF: two IPv6 addresses and ports. */
const maxLineBytes = 107;
/** The longest header of version 2 that is taken. Addresses need 232 bytes at most; load balancers add some hundred. */
const maxBinaryBytes = 2048;

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
/** Signature, version and command, family and protocol, length. */
const fixedBytes = 16;

const lineStart = Buffer.from('PROXY ');

/**
 * Reads the header at the beginning of what a proxy sent. Never looks further than its end.
 *
 * @param certificateField the type of the field that holds the SHA-256 of a client's certificate; undefined: none does
 */
export function readProxyHeader(received: Buffer, certificateField?: number): ProxyHeaderResult {
  if (beginsLike(received, signature)) return readBinary(received, certificateField);
  if (beginsLike(received, lineStart)) return readLine(received);
  return 'malformed';
}

function beginsLike(received: Buffer, start: Buffer): boolean {
  const bytes = Math.min(received.length, start.length);
  return received.compare(start, 0, bytes, 0, bytes) === 0;
}

// Version 1: PROXY TCP4 192.0.2.1 198.51.100.1 56324 8883 CR LF

function readLine(received: Buffer): ProxyHeaderResult {
  const line = received.subarray(0, maxLineBytes).toString('latin1');
  const end = line.indexOf('\r\n');
  if (end < 0) return received.length < maxLineBytes ? 'incomplete' : 'too long';
  const bytes = end + 2;
  const [, family, ...fields] = line.slice(0, end).split(' ');
  // Whatever follows UNKNOWN is to be ignored.
  if (family === 'UNKNOWN') return { client: undefined, bytes };
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : undefined;
  const [source = '', destination = '', sourcePort = '', destinationPort = ''] = fields;
  const isRight =
    fields.length === 4 &&
    isAddress?.(source) &&
    isAddress(destination) &&
    isPort(sourcePort) &&
    isPort(destinationPort);
  return isRight ? { client: remoteEndOf(source, Number(sourcePort)), bytes } : 'malformed';
}

function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

// Version 2: signature, version and command, family and protocol, length, addresses, further fields

const commands = { local: 0x20, proxy: 0x21 } as const;
const families = { unspecified: 0x00, tcpOverIPv4: 0x11, tcpOverIPv6: 0x21, unixStream: 0x31 } as const;
/** What the addresses of a family take: source and destination, each with its port. */
const addressBytesOf: ReadonlyMap<number, number> = new Map([
  [families.unspecified, 0],
  [families.tcpOverIPv4, 12],
  [families.tcpOverIPv6, 36],
  [families.unixStream, 216],
]);

function readBinary(received: Buffer, certificateField: number | undefined): ProxyHeaderResult {
  const [command, family] = [received[12], received[13]];
  if (command !== undefined && command !== commands.local && command !== commands.proxy) return 'malformed';
  if (received.length < fixedBytes) return 'incomplete';
  const bytes = fixedBytes + received.readUInt16BE(14);
  if (bytes > maxBinaryBytes) return 'too long';
  // Families of LOCAL are to be ignored, whatever they are.
  const addressBytes = command === commands.local ? 0 : addressBytesOf.get(family as number);
  if (addressBytes === undefined || bytes < fixedBytes + addressBytes) return 'malformed';
  if (received.length < bytes) return 'incomplete';
  const client = command === commands.local ? undefined : binaryClient(received, family as number);
  if (client === undefined || certificateField === undefined) return { client, bytes };
  const fields = received.subarray(fixedBytes + addressBytes, bytes);
  const certificate = readCertificateField(fields, certificateField);
  return certificate === 'malformed' ? certificate : { client: { ...client, ...certificate }, bytes };
}

function binaryClient(header: Buffer, family: number): RemoteEnd | undefined {
  if (family === families.tcpOverIPv4) {
    return remoteEndOf(header.subarray(16, 20).join('.'), header.readUInt16BE(24));
  }
  if (family === families.tcpOverIPv6) {
    const groups = Array.from({ length: 8 }, (_, n) => header.readUInt16BE(16 + 2 * n).toString(16));
    return remoteEndOf(groups.join(':'), header.readUInt16BE(48));
  }
  return undefined;
}

/** In the one form that the kernel writes addresses in too, so that an address is the same key wherever it comes from. */
function remoteEndOf(address: string, remotePort: number): RemoteEnd {
  const written = isIPv4(address) ? address : new SocketAddress({ address, family: 'ipv6' }).address;
  return { remoteAddress: asIPv4(written), remotePort };
}
