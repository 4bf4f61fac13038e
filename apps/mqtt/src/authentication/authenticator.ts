import { createHash } from 'node:crypto';
import type { ConnectRequest, Transport } from '@iotcore/engine';
import { type AuthenticationResult, refusals, refuse } from './authentication-result.ts';
import { type CertificateLoginParts, logInByCertificate } from './certificate-login.ts';
import { logInByPassword, type PasswordLoginParts } from './password-login.ts';

export interface AuthenticatorParts {
  readonly password: PasswordLoginParts;
  readonly certificate: CertificateLoginParts;
  /** Told when credentials could not be checked; the client only learns that it may come again. */
  failed(error: unknown): void;
}

export type Credentials = Pick<ConnectRequest, 'username' | 'password' | 'transport'>;

/**
 * Authenticates a client. In this order: by a user name with a password, whatever certificate lies beside it; without a password a
 * certificate; else nobody. An empty password is a wrong one, never none.
 */
export async function authenticate(
  parts: AuthenticatorParts,
  credentials: Credentials,
): Promise<AuthenticationResult> {
  const { username, password, transport } = credentials;
  try {
    if (username !== undefined && password !== undefined) {
      return await logInByPassword(parts.password, username, password, transport.remoteAddress);
    }
    const certificate = certificateOf(transport);
    if (certificate !== undefined) return await logInByCertificate(parts.certificate, certificate, username);
    return refuse(username === undefined ? refusals.noCredentials : refusals.noPassword);
  } catch (error) {
    parts.failed(error);
    return refuse(refusals.unchecked);
  }
}

/** SHA-256 of the certificate that the client has shown, here or to a trusted proxy. */
function certificateOf({ peerCertificate, certificateSha256 }: Transport): string | undefined {
  const der = peerCertificate();
  return der ? createHash('sha256').update(der).digest('hex') : certificateSha256;
}
