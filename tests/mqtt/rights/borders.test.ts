/**
 * Whatever is changed and sent, in whatever order: no message crosses the border of its registry or broker. Every message
 * names where it comes from, so a foreign one gives itself away.
 */
import { type MqttSession, pathOf, sharedInstallation } from '@iotcore/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createBroker,
  createDevice,
  createRegistry,
  type TestClient,
  type TransportName,
  transports,
} from '../support/test-client.ts';

const installation = sharedInstallation();

/** A registry with two devices, or a broker: the members of one namespace, each listening to everything it can name. */
interface Realm {
  readonly name: string;
  readonly owner: TestClient;
  readonly devices: readonly TestClient[];
  readonly listeners: readonly MqttSession[];
}

const filters = [
  '#',
  '+/#',
  '$devices/#',
  'devices/#',
  '$registries/#',
  'registries/#',
  '$me/#',
  '$monitoring/#',
  'shared/#',
];

async function listen(client: TestClient, transport: TransportName): Promise<MqttSession> {
  const session = await client.connect({}, transport);
  await session.subscribe(filters);
  return session;
}

/** All of them in TLS, then all of them over plain TCP. */
function listenAll(clients: readonly TestClient[]): Promise<MqttSession[]> {
  return Promise.all(transports.flatMap((transport) => clients.map((client) => listen(client, transport))));
}

async function registryRealm(name: string): Promise<Realm> {
  const owner = await createRegistry(installation());
  const devices = [await createDevice(installation(), owner), await createDevice(installation(), owner)];
  return { name, owner, devices, listeners: await listenAll([owner, ...devices]) };
}

async function brokerRealm(name: string): Promise<Realm> {
  const owner = await createBroker(installation());
  return { name, owner, devices: [], listeners: await listenAll([owner]) };
}

const step = fc.record({
  realm: fc.nat(3),
  action: fc.constantFrom('publish', 'publish', 'publish', 'change aliases'),
  device: fc.nat(1),
  topic: fc.constantFrom(
    '$devices/{device}/events',
    'devices/{device}/state/x',
    '$devices/{device}/commands',
    '$devices/{foreign}/events',
    '$registries/{registry}/events',
    '$registries/{foreignRegistry}/events',
    '$registries/{registry}/config',
    '$me/device/events',
    '$me/registry/commands',
    'shared/events',
    'shared/commands',
    '$monitoring/{device}/json',
  ),
  byOwner: fc.boolean(),
  byApi: fc.boolean(),
  overTcp: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(
  realms: readonly Realm[],
  { realm: index, action, device: at, topic, byOwner, byApi, overTcp }: Step,
): Promise<void> {
  const realm = realms[index] as Realm;
  const other = realms[(index + 1) % 2] as Realm;
  const device = realm.devices[at];
  const { api } = installation();
  if (action === 'change aliases' && device) {
    // The same alias in every registry: it must mean each one's own device.
    const topicAliases = at === 0 ? { 'shared/': '$devices/{id}/' } : {};
    await api.must('PATCH', `/iot-devices/v1/devices/${device.id}`, {
      updateMask: 'topicAliases',
      topicAliases,
    });
    return;
  }
  const sender = byOwner || !device ? realm.owner : device;
  const written = topic
    .replace('{device}', device?.id ?? 'none')
    .replace('{registry}', realm.owner.id)
    .replace('{foreign}', other.devices[0]?.id ?? 'none')
    .replace('{foreignRegistry}', other.owner.id);
  const payload = `from ${realm.name}`;
  if (byApi) {
    await api.call('POST', `${pathOf(sender.owner)}/publish`, {
      topic: written,
      data: Buffer.from(payload).toString('base64'),
    });
    return;
  }
  const session = await sender.connect({}, overTcp ? 'TCP' : 'TLS');
  // What is not allowed closes the connection, and that is all that happens.
  await session.publish(written, payload).catch(() => {});
  await session.end();
}

test('no sequence of changes and messages delivers anything across a border', async () => {
  const realms = await Promise.all([
    registryRealm('r1'),
    registryRealm('r2'),
    brokerRealm('b1'),
    brokerRealm('b2'),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 30 }), async (steps) => {
      for (const one of steps) await take(realms, one);
    }),
    { numRuns: 4 },
  );
  let heard = 0;
  for (const realm of realms) {
    // The last message of each realm proves that everything before it has arrived.
    const last = await (realm.devices[0] ?? realm.owner).connect();
    await last.publish(
      realm.devices[0] ? `$devices/${realm.devices[0].id}/events` : 'last',
      `last of ${realm.name}`,
    );
    for (const [index, listener] of realm.listeners.entries()) {
      // Of each transport the first is the owner, which hears it.
      const hearsLast = index % (realm.listeners.length / transports.length) === 0;
      while (hearsLast || listener.messages.size > 0) {
        const { topic, payload } = await listener.messages.next();
        if (String(payload) === `last of ${realm.name}`) break;
        if (topic.startsWith('$monitoring/'))
          expect(JSON.parse(String(payload)).registry_id).toBe(realm.owner.id);
        else if (!topic.startsWith('$m')) expect(String(payload)).toBe(`from ${realm.name}`);
        if (hearsLast) heard++;
      }
    }
  }
  expect(heard).toBeGreaterThan(0);
});
