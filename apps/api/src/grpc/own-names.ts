/** By which names and addresses clients reach this server, as far as it can know. */
import { X509Certificate } from 'node:crypto';

/** `setting`: IOT_GRPC_ADDRESS, host:port. `certificatePem`: what the TLS port shows now. */
export function ownNames(setting: string | undefined, certificatePem: string | undefined): string[] {
  const named = setting === undefined ? [] : [setting.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')];
  return [...named, ...(certificatePem === undefined ? [] : namesIn(certificatePem))];
}

/** `DNS:localhost, IP Address:127.0.0.1` */
function namesIn(certificatePem: string): string[] {
  const { subjectAltName = '' } = new X509Certificate(certificatePem);
  return [...subjectAltName.matchAll(/(?:DNS|IP Address):([^\s,"]+)/g)].map(([, name = '']) => name);
}
