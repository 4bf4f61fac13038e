import { join } from 'node:path';
import { output } from '../process.ts';
import type { Workplace } from './broker.ts';

/** A server certificate in `folder`, the same for all brokers. */
export async function workplace(folder: string): Promise<Workplace> {
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  const subject = ['-subj', '/CN=localhost', '-days', '2'];
  await output('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', keyFile, '-out', certFile, ...subject],
  ]);
  return { folder, certFile, keyFile };
}
