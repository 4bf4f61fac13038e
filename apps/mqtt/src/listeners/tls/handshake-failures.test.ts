import { expect, test } from 'vitest';
import { handshakeFailure, withoutTls } from './handshake-failures.ts';

test.each([
  ['ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS handshake too slow'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'client does not trust the server certificate'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'client does not trust the server certificate'],
  ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'client does not trust the server certificate'],
  ['ERR_SSL_NO_SHARED_CIPHER', 'no common TLS version or cipher'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'no common TLS version or cipher'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'no common TLS version or cipher'],
  ['ECONNRESET', 'client ended the TLS handshake'],
  ['ERR_SSL_BAD_SIGNATURE', 'TLS handshake failed'],
  ['unknown', 'TLS handshake failed'],
])('a handshake that ends with %s is told as "%s"', (code, reason) => {
  expect(handshakeFailure(code)).toEqual({ reason, code });
});

test('what comes to the TLS port without TLS is told by its protocol, and by the ID that it claims', () => {
  const connect = Buffer.from('101400044d5154540482003c000263310002643100000000', 'hex').subarray(0, 20);
  expect(withoutTls(connect)).toEqual({
    reason: 'MQTT without TLS on the TLS port',
    claim: { clientId: 'c1', username: 'd1' },
  });
  expect(withoutTls(Buffer.from('GET / HTTP/1.1\r\n'))).toEqual({ reason: 'HTTP instead of MQTT' });
  expect(withoutTls(Buffer.from('PROXY TCP4 '))).toEqual({ reason: 'unexpected PROXY header' });
  expect(withoutTls(Buffer.from([0]))).toEqual({ reason: 'no TLS on the TLS port' });
  expect(withoutTls(Buffer.from([0x16]))).toBeUndefined();
});
