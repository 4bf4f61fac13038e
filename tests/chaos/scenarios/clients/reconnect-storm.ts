import { type CheckResult, makePassword } from '@iotcore/testkit/faults';
import { buildFleet, Fleet, type FleetClient } from '../../../../bench/load/fleet-loader.ts';
import { addCertificates, makeCertificates } from '../../../../bench/storm/credentials.ts';
import type { Fixture } from '../../fixture/fixture.ts';
import { lacks } from '../../fixture/tools.ts';
import { must, mustTake, type Scenario } from '../../scenario.ts';

/** Half of them log in by password, half by certificate, all over TLS. */
const fleetSize = { short: 200, full: 10_000 };
/** Until all are back, seconds. */
const mostSeconds = 120;

/** The data plane is killed under a fleet, which comes back all at once. */
export const reconnectStorm: Scenario = {
  id: '13',
  title: 'Reconnect storm of TLS devices after a restart of the data plane',
  short: false,
  maxRecoverySeconds: mostSeconds,
  obstacle: async () => lacks('/usr/bin/gcc', 'gcc') ?? lacks('/usr/include/openssl/ssl.h', 'libssl-dev'),
  async run(chaos) {
    const size = chaos.short ? fleetSize.short : fleetSize.full;
    const fixture = await chaos.fixture();
    const folder = await chaos.folder();
    const clients = await register(fixture, size);
    const program = await buildFleet(folder);
    const fleet = await Fleet.start({ program, folder, port: fixture.ports.mqtts, clients });
    chaos.cleanup(() => fleet.stop());
    const first = await fleet.up();
    const memoryBefore = await memoryMiB(fixture);

    const calls = probeApi(fixture);
    const cold = await killUnder(fixture, fleet);
    chaos.note(`${size} devices: connected in ${first.seconds.toFixed(0)} s at first`);
    chaos.note(
      `all back ${cold.seconds.toFixed(0)} s after the kill: ${cold.unreachable} attempts while nobody listened, ${cold.failed} unanswered, ${cold.refused} told to try again`,
    );
    const warm = await fleet.cut();
    chaos.note(`all back ${warm.seconds.toFixed(1)} s after a cut`);
    chaos.note(await calls.end());
    await fixture.run(5000);
    chaos.note(
      `memory with all connected ${memoryBefore.toFixed(0)} MiB before, ${(await memoryMiB(fixture)).toFixed(0)} MiB after`,
    );
    mustTake(cold.seconds, mostSeconds, 'all were back after');
    return checkStorm(fixture, fleet);
  },
};

async function killUnder(fixture: Fixture, fleet: Fleet) {
  fixture.keepRunning();
  const heal = fixture.messages.fault();
  fixture.plane('mqtt').kill('SIGKILL');
  heal();
  const up = await fleet.up();
  await fixture.everybodyServed();
  return up;
}

async function checkStorm(fixture: Fixture, fleet: Fleet): Promise<CheckResult> {
  const result = await fixture.check();
  await fleet.stop();
  return result;
}

/** A client of the API that calls five times a second, and must notice nothing. */
function probeApi(fixture: Fixture) {
  const millis: number[] = [];
  const failures: string[] = [];
  const call = async () => {
    const began = performance.now();
    const path = `/iot-devices/v1/registries/${fixture.tenant.registry.id}`;
    const status = await fixture.api.call('GET', path).then(({ status }) => status, String);
    millis.push(performance.now() - began);
    if (status !== 200) failures.push(String(status));
  };
  const timer = setInterval(() => void call(), 200);
  return {
    async end(): Promise<string> {
      clearInterval(timer);
      must(failures.length === 0, `calls of the API failed meanwhile: ${failures[0]}`);
      millis.sort((a, b) => a - b);
      const at = (fraction: number) => (millis[Math.floor((millis.length - 1) * fraction)] ?? 0).toFixed(0);
      return `${millis.length} calls of the API meanwhile, all answered: median ${at(0.5)} ms, p99 ${at(0.99)} ms`;
    },
  };
}

/** Written directly to the database: the API would hash each password, which is not measured here. */
async function register(fixture: Fixture, count: number): Promise<FleetClient[]> {
  const password = makePassword();
  const model = await fixture.newDevice('storm-model');
  await fixture.api.addPassword({ deviceId: model.id }, password);
  const ids = Array.from({ length: count }, (_, number) => `storm${String(number).padStart(15, '0')}`);
  await fixture.sql(
    `INSERT INTO devices (id, registry_id, folder_id) SELECT id, registry_id, folder_id FROM unnest($2::text[]) AS id,
     (SELECT registry_id, folder_id FROM devices WHERE id = $1) AS model`,
    [model.id, ids],
  );
  const byPassword = ids.slice(0, Math.ceil(count / 2));
  await fixture.sql(
    `INSERT INTO passwords (id, hash, device_id) SELECT 'p' || id, hash, id FROM unnest($2::text[]) AS id,
     (SELECT hash FROM passwords WHERE device_id = $1 ORDER BY created_at DESC LIMIT 1) AS model`,
    [model.id, byPassword],
  );
  const certificates = await makeCertificates(ids.slice(byPassword.length));
  await addCertificates((text, values) => fixture.sql(text, values), certificates);
  return ids.map((id): FleetClient => {
    const topic = `$devices/${id}/events`;
    const certificate = certificates.get(id);
    return certificate
      ? { kind: 'certificate', certPem: certificate.certPem, keyPem: certificate.keyPem, topic }
      : { kind: 'password', user: id, password, topic };
  });
}

async function memoryMiB(fixture: Fixture): Promise<number> {
  return (await fixture.metric('process_resident_memory_bytes')) / 2 ** 20;
}
