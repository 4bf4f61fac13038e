/**
 * Signs certificates of clients and of tests, with keys of any kind; those of servers are made by node-forge, in
 * packages/server-certificate (docs/dependencies.md says why there are two). Its library changes globals, so no server loads
 * this file.
 */
// @peculiar/x509 resolves its parts by decorators, which need this polyfill to be there first.
import 'reflect-metadata';
import { type webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface CertificateRequest {
  /** Hexadecimal. */
  readonly serialNumber: string;
  readonly commonName: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Of whom it is about. */
  readonly publicKey: webcrypto.CryptoKey;
  readonly signingKey: webcrypto.CryptoKey;
  /** Default SHA-256. Ed25519 takes none. */
  readonly hash?: 'SHA-256' | 'SHA-384';
  /** PEM of the certificate that `signingKey` belongs to; default: it signs itself. */
  readonly issuer?: string | undefined;
  /** May it sign others? Default false. */
  readonly authority?: boolean | undefined;
  /** Is it for clients alone? Default: for whatever its keys can do. */
  readonly forClients?: boolean | undefined;
  /** DNS names and IP addresses of a server. */
  readonly names?: readonly string[] | undefined;
}

export async function signCertificate(request: CertificateRequest): Promise<X509Certificate> {
  const { serialNumber, commonName, notBefore, notAfter, publicKey, signingKey } = request;
  const subject = [{ CN: [commonName] }];
  const signed = await x509.X509CertificateGenerator.create({
    ...{ serialNumber, subject, notBefore, notAfter, publicKey, signingKey },
    issuer: request.issuer === undefined ? subject : new x509.X509Certificate(request.issuer).subject,
    signingAlgorithm: { name: signingKey.algorithm.name, hash: request.hash ?? 'SHA-256' },
    extensions: extensionsOf(request),
  });
  return new X509Certificate(Buffer.from(signed.rawData));
}

function extensionsOf({
  authority = false,
  forClients = false,
  names,
}: CertificateRequest): x509.Extension[] {
  const alternative = names?.map((value) => ({
    type: isAddress(value) ? ('ip' as const) : ('dns' as const),
    value,
  }));
  return [
    new x509.BasicConstraintsExtension(authority, undefined, true),
    ...(forClients
      ? [
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        ]
      : []),
    ...(alternative ? [new x509.SubjectAlternativeNameExtension(alternative)] : []),
  ];
}

const isAddress = (name: string) => /^[\d.]+$|:/.test(name);
