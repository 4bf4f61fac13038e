import { findFreePort, withMemorySettings } from '@iotcore/process';
import { startListening } from '../process.ts';
import type { Broker } from './broker.ts';

/** One of our engines alone, behind the simplest host that gives the same rights: the rest of the data plane is not measured. */
export function engineAlone(engine: 'native' | 'aedes'): Broker {
  return {
    id: `engine-${engine}`,
    title: `${engine} engine alone`,
    share: engine === 'native' ? 1 : 0.1,
    version: async () => 'this revision',
    async start({ certFile, keyFile }) {
      const [port, tlsPort] = [await findFreePort(), await findFreePort()];
      const program = new URL('engine-server.ts', import.meta.url).pathname;
      const args = [program, engine, String(port), String(tlsPort), certFile, keyFile];
      const env = withMemorySettings(process.env);
      const child = await startListening(process.execPath, args, [port, tlsPort], env);
      return { ...child, port, tlsPort };
    },
  };
}
