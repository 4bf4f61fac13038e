/**
 * An attack as a process: `attacker.ts ID PORT TLS_PORT PASSWORD`. Tells its parent when it is prepared, begins when it is told to,
 * tells when the attack is over, and ends, with all of its connections, when it is told to.
 */
import { once } from 'node:events';
import { attacks } from './attacks.ts';

const [id, port, tlsPort, password] = process.argv.slice(2) as [string, string, string, string];
const attack = attacks.find((one) => one.id === id);
if (!attack) throw new TypeError(`there is no attack '${id}'`);

const target = { port: Number(port), tlsPort: Number(tlsPort), password };
const prepared = (await attack.prepare?.(target)) ?? [];
process.send?.({ type: 'prepared' });
await once(process, 'message');
await attack.run(target, prepared);
process.send?.({ type: 'over' });
await once(process, 'message');
process.exit(0);
