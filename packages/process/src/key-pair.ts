import { createPrivateKey, X509Certificate } from 'node:crypto';

interface KeyPair {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** What is wrong with a certificate and its key, if anything. */
export function keyPairProblem({ certificatePem, privateKeyPem }: KeyPair): string | undefined {
  try {
    const matches = new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(privateKeyPem));
    return matches ? undefined : 'the key is not the key of the certificate';
  } catch {
    return 'not a certificate and its key in PEM form';
  }
}
