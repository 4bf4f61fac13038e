/**
 * Certificates and keys of targets. TLS would tell what is wrong with them only when something is sent, and of authorities that are
 * none nothing at all: it would trust nobody.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';

const block =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** Undefined: it is PEM of certificates, of one at least. */
export function objectionToCertificates(pem: string): string | undefined {
  const blocks = pem.match(block) ?? [];
  if (blocks.length > 0 && blocks.every((one) => read(() => new X509Certificate(one)) !== undefined))
    return undefined;
  return 'PEM of one or more certificates.';
}

/** Undefined: it is PEM of the key that the first of the certificates is for. Nothing of the key is said. */
export function objectionToKey(key: string, certificates: string): string | undefined {
  const privateKey = read(() => createPrivateKey(key));
  if (!privateKey) return 'PEM of a private key without a passphrase.';
  const certificate = read(() => new X509Certificate(certificates));
  return certificate?.checkPrivateKey(privateKey) === false
    ? 'It is not the key of certificateData.'
    : undefined;
}

/** Undefined: OpenSSL cannot. */
function read<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
