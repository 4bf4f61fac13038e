import { FaultProxy } from '@iotcore/testkit/faults';
import { type Chaos, must, type Scenario } from '../scenario.ts';
import type { World } from '../world/world.ts';

/** A subscriber that reads nothing, then one that reads 1 KiB/s: the others lose nothing, memory is bounded. */
export const slowConsumers: Scenario = {
  id: '14',
  title: 'Slow (1 KiB/s) and frozen subscribers',
  short: true,
  async run(chaos) {
    const world = await chaos.world({ perSecond: 20 });
    const before = await memoryMiB(world);
    const most = Math.max(await withFrozen(chaos, world), await withSlow(chaos, world));
    chaos.note(`memory of the data plane ${before.toFixed(0)} MiB before, at most ${most.toFixed(0)} MiB`);
    // 16 MiB may queue for each, 8 MiB lie in its output, and as much in copies that are not collected yet.
    must(most - before < 200, `the memory of the data plane grew by ${(most - before).toFixed(0)} MiB`);
    return world.verdict();
  },
};

async function withFrozen(chaos: Chaos, world: World): Promise<number> {
  const options = { filters: ['$devices/#'], mayHear: world.registryTopics, keepAliveSeconds: 600 };
  const frozen = world.client({ name: 'frozen', ...options }, world.tenant.registry);
  frozen.start();
  await world.everybodyServed();
  frozen.freeze();
  const began = performance.now();
  const most = await flood(world, chaos.short ? 5000 : 180_000, () => hasCutOff(world));
  must(chaos.short || (await hasCutOff(world)), 'the frozen subscriber was never disconnected');
  chaos.note(`the frozen one was cut off after ${((performance.now() - began) / 1000).toFixed(0)} s`);
  frozen.stop();
  return most;
}

async function withSlow(chaos: Chaos, world: World): Promise<number> {
  const proxy = await FaultProxy.start(world.ports.mqtt);
  chaos.cleanup(() => proxy.close());
  const options = { filters: ['$devices/#'], mayHear: world.registryTopics };
  const slow = world.client({ name: 'slow', ...options }, world.tenant.registry, proxy.port);
  slow.start();
  await world.everybodyServed();
  proxy.set('down', { bytesPerSecond: 1024 });
  const most = await flood(world, chaos.short ? 3000 : 30_000, async () => false);
  slow.stop();
  return most;
}

/** The server's own word: whoever does not read does not see the end of its connection either. */
async function hasCutOff(world: World): Promise<boolean> {
  const rows = await world.sql(
    `SELECT 1 FROM connection_log WHERE resource_id = $1 AND message LIKE 'disconnected: too slow%'`,
    [world.tenant.registry.id],
  );
  return rows.length > 0;
}

/** Large messages on top of the load, until `isOver`; the most memory that was seen, MiB. */
async function flood(world: World, ms: number, isOver: () => Promise<boolean>): Promise<number> {
  const device = world.clientNamed('load:device-1');
  const topic = `$devices/${world.tenant.devices[1]?.id}/events`;
  const end = performance.now() + ms;
  let most = 0;
  while (performance.now() < end && !(await isOver())) {
    for (let i = 0; i < 10 && device.unacked < 20; i += 1) device.publish(topic, 65_536);
    await world.run(50);
    most = Math.max(most, await memoryMiB(world));
  }
  return most;
}

async function memoryMiB(world: World): Promise<number> {
  return (await world.metric('process_resident_memory_bytes')) / 2 ** 20;
}
