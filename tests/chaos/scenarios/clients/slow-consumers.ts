import { FaultProxy } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { type Chaos, must, type Scenario } from '../../scenario.ts';

/** A subscriber that reads nothing, then one that reads 1 KiB/s: the others lose nothing, memory is bounded. */
export const slowConsumers: Scenario = {
  id: '14',
  title: 'Slow (1 KiB/s) and frozen subscribers',
  short: true,
  async run(chaos) {
    const fixture = await chaos.fixture({ perSecond: 20 });
    const before = await memoryMiB(fixture);
    const most = Math.max(await withFrozen(chaos, fixture), await withSlow(chaos, fixture));
    chaos.note(`memory of the data plane ${before.toFixed(0)} MiB before, at most ${most.toFixed(0)} MiB`);
    // 16 MiB may queue for each, 8 MiB lie in its output, and as much in copies that are not collected yet.
    must(most - before < 200, `the memory of the data plane grew by ${(most - before).toFixed(0)} MiB`);
    return fixture.check();
  },
};

async function withFrozen(chaos: Chaos, fixture: Fixture): Promise<number> {
  const options = { filters: ['$devices/#'], mayHear: fixture.registryTopics, keepAliveSeconds: 600 };
  const frozen = fixture.client({ name: 'frozen', ...options }, fixture.tenant.registry);
  frozen.start();
  await fixture.everybodyServed();
  frozen.freeze();
  const began = performance.now();
  const most = await flood(fixture, chaos.short ? 5000 : 180_000, () => hasCutOff(fixture));
  must(chaos.short || (await hasCutOff(fixture)), 'the frozen subscriber was never disconnected');
  chaos.note(`the frozen one was cut off after ${((performance.now() - began) / 1000).toFixed(0)} s`);
  frozen.stop();
  return most;
}

async function withSlow(chaos: Chaos, fixture: Fixture): Promise<number> {
  const proxy = await FaultProxy.start(fixture.ports.mqtt);
  chaos.cleanup(() => proxy.close());
  const options = { filters: ['$devices/#'], mayHear: fixture.registryTopics };
  const slow = fixture.client({ name: 'slow', ...options }, fixture.tenant.registry, proxy.port);
  slow.start();
  await fixture.everybodyServed();
  proxy.set('down', { bytesPerSecond: 1024 });
  const most = await flood(fixture, chaos.short ? 3000 : 30_000, async () => false);
  slow.stop();
  return most;
}

/** Asks the server: a client that does not read does not see the end of its connection either. */
async function hasCutOff(fixture: Fixture): Promise<boolean> {
  const rows = await fixture.sql(
    `SELECT 1 FROM connection_log WHERE resource_id = $1 AND message LIKE 'disconnected: too slow%'`,
    [fixture.tenant.registry.id],
  );
  return rows.length > 0;
}

/** Large messages on top of the load, until `isOver`; the most memory that was seen, MiB. */
async function flood(fixture: Fixture, ms: number, isOver: () => Promise<boolean>): Promise<number> {
  const device = fixture.clientNamed('load:device-1');
  const topic = `$devices/${fixture.tenant.devices[1]?.id}/events`;
  const end = performance.now() + ms;
  let most = 0;
  while (performance.now() < end && !(await isOver())) {
    for (let i = 0; i < 10 && device.unacked < 20; i += 1) device.publish(topic, 65_536);
    await fixture.run(50);
    most = Math.max(most, await memoryMiB(fixture));
  }
  return most;
}

async function memoryMiB(fixture: Fixture): Promise<number> {
  return (await fixture.metric('process_resident_memory_bytes')) / 2 ** 20;
}
