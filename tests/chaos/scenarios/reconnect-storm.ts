import { eventually, LoadClient, type Login, makeCertificate, makePassword } from '@iotcore/testkit/faults';
import { type Chaos, must, type Scenario } from '../scenario.ts';
import type { World } from '../world/world.ts';

/** Half of them log in by password, half by certificate, all over TLS. */
const fleet = { short: 200, full: 10_000 };
const mostSeconds = 120;

/** The data plane is killed under a fleet, which comes back all at once. */
export const reconnectStorm: Scenario = {
  id: '13',
  title: 'Reconnect storm of TLS devices after a restart of the data plane',
  short: false,
  async run(chaos) {
    const size = chaos.short ? fleet.short : fleet.full;
    const world = await chaos.world({ env: { IOT_MQTT_MAX_CONNECTIONS_PER_ADDRESS: '20000' } });
    const devices = await register(world, size);
    const clients = devices.map((login, number) => stormClient(chaos, world, login, number));
    const arrival = await measure(clients, () => startAll(clients));
    const memoryBefore = await memoryMiB(world);

    world.keepRunning();
    world.plane('mqtt').kill('SIGKILL');
    const cold = await measure(clients, async () =>
      eventually('the loss to be noticed', () => !clients[0]?.served),
    );
    const warm = await measure(clients, async () => {
      for (const client of clients) client.cut();
      await eventually('the loss to be noticed', () => !clients[0]?.served);
    });
    await world.run(5000);
    const memoryAfter = await memoryMiB(world);
    chaos.note(
      `${size} devices: first ${arrival.toFixed(0)} s, after a restart ${cold.toFixed(0)} s, after cuts only ${warm.toFixed(0)} s`,
    );
    chaos.note(
      `memory with all connected: ${memoryBefore.toFixed(0)} MiB before, ${memoryAfter.toFixed(0)} MiB after`,
    );
    must(cold <= mostSeconds, `it took ${cold.toFixed(0)} s until all were back`);
    const verdict = await world.verdict();
    for (const client of clients) client.stop();
    return verdict;
  },
};

/** Straight into the database: the API would hash each password, and that is not what is measured here. */
async function register(world: World, count: number): Promise<Login[]> {
  const password = makePassword();
  const model = await world.newDevice('storm-model');
  await world.api.addPassword({ deviceId: model.id }, password);
  const certificate = await makeCertificate({ commonName: 'storm' });
  const ids = Array.from({ length: count }, (_, number) => `storm${String(number).padStart(15, '0')}`);
  await world.sql(
    `INSERT INTO devices (id, registry_id, folder_id) SELECT id, registry_id, folder_id FROM unnest($2::text[]) AS id,
     (SELECT registry_id, folder_id FROM devices WHERE id = $1) AS model`,
    [model.id, ids],
  );
  const byPassword = ids.filter((_, number) => number % 2 === 0);
  await world.sql(
    `INSERT INTO passwords (id, hash, device_id) SELECT 'p' || id, hash, id FROM unnest($2::text[]) AS id,
     (SELECT hash FROM passwords WHERE device_id = $1 ORDER BY created_at DESC LIMIT 1) AS model`,
    [model.id, byPassword],
  );
  const certificates = await Promise.all(
    ids.map((_, number) => (number % 2 === 1 ? makeCertificate({}) : certificate)),
  );
  await world.sql(
    `INSERT INTO certificates (sha256, fingerprint, pem, not_before, not_after, device_id)
     SELECT decode(sha256, 'hex'), sha1, pem, now() - interval '1 hour', now() + interval '1 day', id
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS all_of (sha256, sha1, pem, id)`,
    ['sha256', 'sha1', 'certPem', 'id'].map((field) =>
      ids.flatMap((id, number) => {
        const one = certificates[number];
        if (number % 2 === 0 || !one) return [];
        return [field === 'id' ? id : one[field as 'sha256' | 'sha1' | 'certPem']];
      }),
    ),
  );
  return ids.map((id, number) => {
    const own = certificates[number];
    return number % 2 === 1 && own ? { id, certificate: own } : { id, username: id, password };
  });
}

/** Known to no ledger: what is counted is that it is back. */
function stormClient(chaos: Chaos, world: World, login: Login, number: number): LoadClient {
  return new LoadClient({
    name: `storm-${number}`,
    tenant: 'load',
    ledger: world.messages,
    random: chaos.random.fork(`storm ${number}`),
    port: () => world.ports.mqtts,
    caPem: world.caPem,
    keepAliveSeconds: 600,
    patienceMs: 60_000,
    backoffMs: [200, 5000],
    ...(login.certificate ? { certificate: login.certificate } : {}),
    ...(login.username ? { username: login.username } : {}),
    ...(login.password ? { password: login.password } : {}),
  });
}

/** So many at a time: this process has to do the other half of every handshake. */
async function startAll(clients: readonly LoadClient[]): Promise<void> {
  for (let first = 0; first < clients.length; first += 200) {
    const some = clients.slice(first, first + 200);
    for (const client of some) client.start();
    await eventually('these to be served', () => some.every(({ served }) => served), 120_000);
  }
}

/** Seconds until all of them are served. */
async function measure(clients: readonly LoadClient[], begin: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await begin();
  await eventually('all to be served', () => clients.every(({ served }) => served), 600_000);
  return (performance.now() - began) / 1000;
}

async function memoryMiB(world: World): Promise<number> {
  return (await world.metric('process_resident_memory_bytes')) / 2 ** 20;
}
