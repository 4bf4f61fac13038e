import { readFile } from 'node:fs/promises';
import { findFreePort } from '@iotcore/process';
import { startListening } from '../process.ts';
import type { Broker } from './broker.ts';

/** The npm package as its README starts it, with the same rights. */
export const aedes: Broker = {
  id: 'aedes',
  title: 'aedes',
  share: 0.1,
  version: async () => {
    const manifest = new URL('../../node_modules/aedes/package.json', import.meta.url);
    return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
  },
  async start({ certFile, keyFile }) {
    const [port, tlsPort] = [await findFreePort(), await findFreePort()];
    const program = new URL('aedes-server.ts', import.meta.url).pathname;
    const args = [program, String(port), String(tlsPort), certFile, keyFile];
    const child = await startListening(process.execPath, args, [port, tlsPort]);
    return { ...child, port, tlsPort };
  },
};
