import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '@iotcore/testkit/faults';
import { must, type Scenario } from '../scenario.ts';
import { watchBystanders } from '../world/bystander.ts';
import type { World } from '../world/world.ts';

const connections = { short: 1000, full: 10_000 };
/** The server gives a handshake ten seconds; then memory has this long to come back. */
const attackMs = 15_000;
const calmMs = 15_000;

/** Connections over TLS that never complete their handshake: others are served, and nothing is left of them. */
export const halfOpenTls: Scenario = {
  id: '27',
  title: 'TLS handshakes that are never completed, all at once',
  short: false,
  async run(chaos) {
    const world = await chaos.world({ perSecond: 2, devices: 4 });
    const count = chaos.short ? connections.short : connections.full;
    const before = await memoryMiB(world);
    const login = world.tenant.devices.find(({ password }) => password !== undefined);
    must(login?.password !== undefined, 'no device with a password');
    let isOver = false;
    const bystanders = watchBystanders(
      {
        port: world.ports.mqtt,
        tlsPort: world.ports.mqtts,
        caPem: world.caPem,
        username: login.id,
        password: login.password,
      },
      () => isOver,
    );
    const attacker = new Child({
      name: 'attacker',
      script: ['tests/chaos/attacks/half-open-tls.ts', String(world.ports.mqtts), String(count)],
      env: {},
    });
    chaos.cleanup(() => attacker.kill('SIGKILL'));
    await attacker.ready;
    const end = performance.now() + attackMs;
    let peak = 0;
    while (performance.now() < end) {
      peak = Math.max(peak, await memoryMiB(world));
      await sleep(500);
    }
    isOver = true;
    const { connected, newcomer } = await bystanders;
    await attacker.exited;
    await sleep(calmMs);
    const after = await memoryMiB(world);
    chaos.note(`${count} connections; the slowest ping of ${connected.length} took ${slowest(connected)} ms`);
    chaos.note(`the slowest login of ${newcomer.length} from another address took ${slowest(newcomer)} ms`);
    chaos.note(
      `memory ${before.toFixed(0)} MiB before, at most ${peak.toFixed(0)} MiB, ${after.toFixed(0)} MiB after`,
    );
    must(after - before < 64, `${(after - before).toFixed(0)} MiB were not given back`);
    return world.verdict();
  },
};

function slowest(ms: readonly number[]): string {
  return Math.max(...ms).toFixed(0);
}

async function memoryMiB(world: World): Promise<number> {
  return (await world.metric('process_resident_memory_bytes')) / 2 ** 20;
}
