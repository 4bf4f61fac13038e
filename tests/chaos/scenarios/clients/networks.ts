import { eventually, FaultProxy } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { type Chaos, must, mustTake, type Scenario } from '../../scenario.ts';

async function proxyTo(chaos: Chaos, port: number): Promise<FaultProxy> {
  const proxy = await FaultProxy.start(port);
  chaos.cleanup(() => proxy.close());
  return proxy;
}

/** The cable is pulled: no FIN, no RST. The server notices by its keep alive, and the will fires once. */
export const halfOpen: Scenario = {
  id: '15',
  title: 'Half-open TCP: the link is gone, and nobody says so',
  short: false,
  async run(chaos) {
    const fixture = await chaos.fixture();
    let slowest = 0;
    for (let round = 0; round < (chaos.short ? 1 : 4); round += 1) {
      slowest = Math.max(slowest, await pullCable(chaos, fixture, round));
    }
    await takeOver(chaos, fixture);
    chaos.note(`keep alive 2 s: the will came after ${slowest.toFixed(1)} s at most`);
    return fixture.check();
  },
};

/** Seconds until the will came. */
async function pullCable(chaos: Chaos, fixture: Fixture, round: number): Promise<number> {
  const name = `half-open-${round}`;
  const login = await fixture.newDevice(name);
  const proxy = await proxyTo(chaos, fixture.ports.mqtt);
  const willTopic = `$devices/${login.id}/events/will`;
  fixture.messages.alsoHears('load:registry', willTopic);
  const client = fixture.client({ name, keepAliveSeconds: 2, willTopic }, login, proxy.port);
  client.start();
  await eventually('the device to be served', () => client.served);
  await fixture.run(chaos.random.integer(0, 2000));
  proxy.setBoth({ stalled: true });
  const began = performance.now();
  const wills = () => fixture.messages.history().received.filter(({ topic }) => topic === willTopic);
  await eventually('the will', () => wills().length > 0, 10_000);
  const seconds = (performance.now() - began) / 1000;
  // 1.5 times the keep alive [MQTT-3.1.2-24], after the last packet: up to one ping ago. And a wheel that turns once a second.
  mustTake(seconds, 4.5, 'the will came after');
  client.stop();
  await fixture.run(1500);
  must(wills().length === 1, `the will came ${wills().length} times`);
  return seconds;
}

/** The device comes back by another way while the server still believes in its old connection [MQTT-3.1.4-2]. */
async function takeOver(chaos: Chaos, fixture: Fixture): Promise<void> {
  const login = await fixture.newDevice('taken-over');
  const proxy = await proxyTo(chaos, fixture.ports.mqtt);
  const clientId = 'the-same';
  const old = fixture.client({ name: 'taken-over:old', clientId, keepAliveSeconds: 600 }, login, proxy.port);
  old.start();
  await eventually('the device to be served', () => old.served);
  proxy.setBoth({ stalled: true });
  const again = fixture.client({ name: 'taken-over:new', clientId }, login);
  const began = performance.now();
  again.start();
  await eventually('the device to be served again', () => again.served, 2000);
  chaos.note(`taken over in ${(performance.now() - began).toFixed(0)} ms`);
  again.publish(`$devices/${login.id}/events`);
  fixture.messages.alsoHears('load:registry', `$devices/${login.id}/events`);
  await eventually('its acknowledgement', () => again.unacked === 0, 2000);
  old.stop();
}

/** The connection is cut after every single byte from PUBLISH to PUBACK. */
export const cutEverywhere: Scenario = {
  id: '16',
  title: 'Connection cut after every byte of PUBLISH…PUBACK',
  short: true,
  async run(chaos) {
    const fixture = await chaos.fixture({ devices: 4 });
    const login = await fixture.newDevice('cut');
    const topic = `$devices/${login.id}/events`;
    fixture.messages.alsoHears('load:registry', topic);
    const proxy = await proxyTo(chaos, fixture.ports.mqtt);
    const client = fixture.client({ name: 'cut', backoffMs: [5, 20] }, login, proxy.port);
    client.start();
    const cuts =
      (await sweep(fixture, proxy, 'up', topic, chaos)) + (await sweep(fixture, proxy, 'down', topic, chaos));
    proxy.heal();
    await eventually('the last acknowledgement', () => client.unacked === 0);
    chaos.note(`${cuts} offsets`);
    return fixture.check();
  },
};

/** One message for each offset in the connection's bytes: from its CONNECT or CONNACK to after its PUBLISH or PUBACK. */
async function sweep(
  fixture: Fixture,
  proxy: FaultProxy,
  direction: 'up' | 'down',
  topic: string,
  chaos: Chaos,
) {
  const client = fixture.clientNamed('cut');
  const last = direction === 'up' ? 230 : 12;
  const step = chaos.short ? 20 : 1;
  let cuts = 0;
  for (let offset = 1; offset <= last; offset += step) {
    proxy.set(direction, { cutAfterBytes: offset });
    proxy.cutAll();
    const sequence = client.publish(topic);
    await fixture.run(30);
    proxy.heal();
    cuts += 1;
    must(sequence > 0, 'nothing was published');
    await eventually('the acknowledgement', () => client.unacked === 0);
  }
  return cuts;
}

/** All clients on a link of 40 kB/s with 50 to 250 ms of delay that stalls now and then. */
export const thinLink: Scenario = {
  id: '17',
  title: 'Thin, laggy, bursty link',
  short: false,
  async run(chaos) {
    const links: FaultProxy[] = [];
    const fixture = await chaos.fixture({
      via: async (port) => {
        for (let count = 0; count < 4; count += 1) links.push(await proxyTo(chaos, port));
        return () => chaos.random.pick(links).port;
      },
    });
    const random = chaos.random.fork('link');
    const delayMs = () => random.integer(50, 250);
    for (const link of links) link.setBoth({ delayMs, bytesPerSecond: 40_000 });
    const end = performance.now() + (chaos.short ? 5000 : 45_000);
    while (performance.now() < end) {
      const link = random.pick(links);
      link.set(random.pick(['up', 'down']), { stalled: true });
      await fixture.run(random.integer(200, 2000));
      link.setBoth({ stalled: false });
      await fixture.run(random.integer(200, 1000));
    }
    return fixture.check();
  },
};
