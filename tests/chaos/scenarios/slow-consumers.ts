import { FaultProxy } from '@iotcore/testkit/faults';
import { must, type Scenario } from '../scenario.ts';
import type { World } from '../world/world.ts';

/** A subscriber that reads 1 KiB/s and one that reads nothing: the others lose nothing, memory is bounded. */
export const slowConsumers: Scenario = {
  id: '14',
  title: 'Slow (1 KiB/s) and frozen subscribers',
  short: false,
  async run(chaos) {
    const world = await chaos.world({ perSecond: 20 });
    const proxy = await FaultProxy.start(world.ports.mqtt);
    chaos.cleanup(() => proxy.close());
    proxy.set('down', { bytesPerSecond: 1024 });
    const { registry } = world.tenant;
    const hearing = { filters: ['$devices/#'], mayHear: world.registryTopics };
    const slow = world.client({ name: 'slow', ...hearing }, registry, proxy.port);
    const frozen = world.client({ name: 'frozen', ...hearing, patienceMs: 600_000 }, registry);
    for (const client of [slow, frozen]) client.start();
    await world.everybodyServed();
    frozen.freeze();

    const before = await memoryMiB(world);
    const most = await flood(world, chaos.short ? 5000 : 40_000);
    frozen.thaw();
    chaos.note(`memory of the data plane ${before.toFixed(0)} MiB before, at most ${most.toFixed(0)} MiB`);
    // 16 MiB may queue for each of the two, and as much lie in copies that are not collected yet.
    must(most - before < 200, `the memory of the data plane grew by ${(most - before).toFixed(0)} MiB`);
    const closed = world.messages
      .history()
      .connections.filter(({ client, end }) => client === 'frozen' && end === 'cut');
    must(chaos.short || closed.length > 0, 'the frozen subscriber was never disconnected');
    return world.verdict();
  },
};

/** Large messages on top of the load; the most memory that was seen. */
async function flood(world: World, ms: number): Promise<number> {
  const device = world.clientNamed('load:device-1');
  const topic = `$devices/${world.tenant.devices[1]?.id}/events`;
  const end = performance.now() + ms;
  let most = 0;
  while (performance.now() < end) {
    for (let i = 0; i < 5 && device.unacked < 20; i += 1) device.publish(topic, 32_768);
    await world.run(50);
    most = Math.max(most, await memoryMiB(world));
  }
  return Math.max(most, await memoryMiB(world));
}

async function memoryMiB(world: World): Promise<number> {
  return (await world.metric('process_resident_memory_bytes')) / 2 ** 20;
}
