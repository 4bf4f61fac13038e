import { freePorts, startListening } from '../process.ts';
import type { Broker } from './broker.ts';
export const exp = (id: string, env: Record<string, string>, flags: string[] = []): Broker => ({
  id,
  title: id,
  share: 1,
  version: async () => 'exp',
  async start({ certFile, keyFile }) {
    const [port, tlsPort] = (await freePorts(2)) as [number, number];
    const program = new URL('engine-server.ts', import.meta.url).pathname;
    const child = await startListening(
      process.execPath,
      [...flags, program, 'native', String(port), String(tlsPort), certFile, keyFile],
      [port, tlsPort],
      { ...process.env, ...env },
    );
    return { ...child, port, tlsPort };
  },
});
export const engineExp = exp('engine-exp', { EXP: '1', PACE: '0.5' });
export const exps = [
  exp('raw', { EXP: '1' }),
  exp('p05', { EXP: '1', PACE: '0.5' }),
  exp('p1', { EXP: '1', PACE: '1' }),
  exp('p1s', { EXP: '1', PACE: '1' }, ['--max-semi-space-size=32']),
  exp('p0s', { EXP: '1' }, ['--max-semi-space-size=32']),
  exp('p2s', { EXP: '1', PACE: '2' }, ['--max-semi-space-size=64']),
];
