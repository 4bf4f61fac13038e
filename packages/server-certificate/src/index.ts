/** The certificate that a TLS listener shows to its clients, kept valid while the process runs. */
export { CertificateKeeper } from './certificate-keeper.ts';
export type { CertificatePair } from './issue-certificate.ts';
