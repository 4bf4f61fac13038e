/**
 * MQTT over TLS. A client certificate is asked for and never required; there is no authority to check it against, so
 * `authorized` says nothing. The certificate is read from the socket when it is asked for: after a resumed session there may
 * be none, or one that was removed since.
 */
import { constants } from 'node:crypto';
import { createSecureContext, createServer, type SecureContextOptions, type Server } from 'node:tls';
import type { Secret } from '@iotcore/process';
import type { CertificatePair } from '@iotcore/server-certificate';
import { type Accept, type Listener, type ListenOptions, listen } from '../tcp-listener.ts';
import { lookAtFirstBytes, type NoBytes } from './first-bytes.ts';
import {
  type HandshakeFailure,
  handshakeFailure,
  handshakeTooSlow,
  withoutTls,
} from './handshake-failures.ts';
import type { HandshakeSlots } from './handshake-slots.ts';
import { Handshaking } from './handshaking.ts';
import { keepTicketKeys, randomTicketKeys, ticketKeysLifetimeMs } from './ticket-keys.ts';

export interface TlsListener extends Listener {
  /** New connections see this certificate from now on; open ones stay. */
  replaceCertificate(pair: CertificatePair): void;
  /** Makes the session tickets that were given out so far worth nothing: their owners make a full handshake. */
  rotateTicketKeys(): void;
}

export interface TlsListenOptions extends ListenOptions {
  readonly certificate: CertificatePair;
  /** Of all processes that share the port; undefined: this one is alone. */
  readonly ticketSecret?: Secret | undefined;
  readonly handshakeSlots: HandshakeSlots;
  /** A stalled handshake holds a socket and nothing else, but not for longer than a CONNECT may take. */
  readonly handshakeTimeoutMs: number;
  /** Not told of a client that leaves without a word. */
  handshakeFailed(failure: HandshakeFailure, remoteAddress: string): void;
}

const ticketLifetimeSeconds = ticketKeysLifetimeMs / 1000;

/** TLS 1.3, and of 1.2 what has forward secrecy and authenticated encryption; AES-CCM is what bare small devices have. */
const cipherSuites = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_CCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-CCM',
].join(':');

/**
 * Groups for the key exchange, the first are what OpenSSL has by itself. Over TLS 1.2 they are also the curves that the
 * key of a client's certificate may be on: without the last ones, certificates that the API takes could not log in.
 * A client gets none that it does not name itself, and no attacker between can take the better ones out of its list.
 */
const groups = [
  'X25519MLKEM768',
  'X25519',
  'P-256',
  'X448',
  'P-384',
  'P-521',
  'brainpoolP256r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
  'secp256k1',
  'secp224r1',
]
  .filter(isKnownGroup)
  .join(':');

/** MQTT over TLS. @throws StartupError if the port is taken */
export async function listenTls(options: TlsListenOptions, accept: Accept): Promise<TlsListener> {
  const underWay = new Handshaking();
  const handshakes = createHandshakes(options, underWay);
  handshakes.on('secureConnection', (socket) => {
    const client = underWay.end(socket);
    if (!client) {
      socket.destroy();
      return;
    }
    accept(socket, {
      secure: true,
      ...client,
      peerCertificate: () => socket.getPeerX509Certificate()?.raw,
    });
  });
  const forgetTicketKeys = keepTicketKeys(options.ticketSecret, (keys) => handshakes.setTicketKeys(keys));
  // A plain server accepts and counts; the TLS server only makes the handshake on the sockets it is handed.
  const listener = await listen(options, {
    reserve: (client) => options.handshakeSlots.take(client.remoteAddress),
    take(socket, client, ended) {
      lookAtFirstBytes(socket, options.handshakeTimeoutMs, (first) => {
        const failure = whyNoTls(first);
        if (failure !== undefined) {
          ended();
          socket.destroy();
          if (failure !== 'gone') options.handshakeFailed(failure, client.remoteAddress);
          return;
        }
        underWay.begin(socket, { client, ended });
        handshakes.emit('connection', socket);
      });
    },
  });
  return {
    ...listener,
    rotateTicketKeys: () => handshakes.setTicketKeys(randomTicketKeys()),
    replaceCertificate: (certificate) => handshakes.setSecureContext(secureContext(certificate)),
    close: async () => {
      forgetTicketKeys();
      await listener.close();
    },
  };
}

/** Undefined: it may be TLS. */
function whyNoTls(first: Buffer | NoBytes): HandshakeFailure | 'gone' | undefined {
  if (first === 'gone') return first;
  return first === 'late' ? handshakeTooSlow : withoutTls(first);
}

function createHandshakes(
  { certificate, handshakeFailed, handshakeTimeoutMs }: TlsListenOptions,
  underWay: Handshaking,
): Server {
  const server = createServer({
    ...secureContext(certificate),
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: handshakeTimeoutMs,
    sessionTimeout: ticketLifetimeSeconds,
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const client = underWay.end(socket);
    // After a time-out the socket is still open; no one else would close it.
    socket.destroy();
    // Told of already: a handshake may fail, and its socket afterwards.
    if (client) handshakeFailed(handshakeFailure(error.code ?? 'unknown'), client.remoteAddress);
  });
  return server;
}

/** Which ones OpenSSL knows depends on its version, so on that of Node. */
function isKnownGroup(name: string): boolean {
  try {
    createSecureContext({ ecdhCurve: name });
    return true;
  } catch {
    return false;
  }
}

function secureContext({ certificatePem, privateKeyPem }: CertificatePair): SecureContextOptions {
  return {
    cert: certificatePem,
    key: privateKeyPem,
    minVersion: 'TLSv1.2',
    ciphers: cipherSuites,
    ecdhCurve: groups,
    // TLS 1.2 renegotiation lets a client spend the server's time at will, and no client needs it.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  };
}
