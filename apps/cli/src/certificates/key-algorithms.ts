/** RSA is what every TLS stack knows; ECDSA makes smaller certificates, and handshakes that cost a small device less. */
export const keyAlgorithms = ['rsa-2048', 'rsa-4096', 'ecdsa-p256', 'ecdsa-p384'] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];
