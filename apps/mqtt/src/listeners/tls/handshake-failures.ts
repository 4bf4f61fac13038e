/** Why no TLS session came about, in the words of `refusalRule`. */
import type { ConnectClaim } from '@iotcore/engine';
import { connectClaim, foreignProtocol } from '@iotcore/engine/codec';

export interface HandshakeFailure {
  readonly reason: string;
  /** The code of Node or OpenSSL, where there is one. */
  readonly code?: string;
  /** What a CONNECT says that came without TLS. */
  readonly claim?: ConnectClaim | undefined;
}

/** The first that matches. OpenSSL names an alert after the version that first had it: `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA`. */
const reasonsByCode: readonly (readonly [RegExp, string])[] = [
  [/TIMEOUT/, 'TLS handshake too slow'],
  [
    /ALERT_(UNKNOWN_CA|(BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_\w+|ACCESS_DENIED)$/,
    'client does not trust the server certificate',
  ],
  [
    /NO_SHARED_\w+|NO_SUITABLE_\w+|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|ALERT_(PROTOCOL_VERSION|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY)|INAPPROPRIATE_FALLBACK/,
    'no common TLS version or cipher',
  ],
  [
    /^(ECONNRESET|ECONNABORTED|EPIPE)$|ALERT_(USER_CANCELL?ED|CLOSE_NOTIFY)/,
    'client ended the TLS handshake',
  ],
];

/** By the code of the error that ended a handshake. */
export function handshakeFailure(code: string): HandshakeFailure {
  const [, reason] = reasonsByCode.find(([pattern]) => pattern.test(code)) ?? [];
  return { reason: reason ?? 'TLS handshake failed', code };
}

export const handshakeTooSlow: HandshakeFailure = { reason: 'TLS handshake too slow' };

/** The first byte of every TLS connection: a record of the handshake. */
const handshakeRecord = 0x16;

/** What came instead of TLS; undefined if it may be TLS. */
export function withoutTls(first: Buffer): HandshakeFailure | undefined {
  if (first[0] === handshakeRecord) return undefined;
  const claim = connectClaim(first);
  if (claim) return { reason: 'MQTT without TLS on the TLS port', claim };
  return { reason: foreignProtocol(first)?.code ?? 'no TLS on the TLS port' };
}
