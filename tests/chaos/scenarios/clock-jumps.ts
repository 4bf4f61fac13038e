import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, makeCertificate } from '@iotcore/testkit/faults';
import type { Fixture } from '../fixture/fixture.ts';
import { lacks, obtain } from '../fixture/tools.ts';
import { must, type Scenario } from '../scenario.ts';

const library = '/usr/lib/*/faketime/libfaketime.so.1';
const days = 86_400;

/** The wall clock of both planes jumps; the clock that only counts on does not. */
export const clockJumps: Scenario = {
  id: '12',
  title: 'Clock jumps of ±3 h and ±10 d',
  short: false,
  maxRecoverySeconds: 10,
  obstacle: async () => lacks(library, 'libfaketime'),
  async run(chaos) {
    const file = join(await chaos.folder(), 'offset');
    const jump = (seconds: number) => writeFile(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await jump(0);
    const fixture = await chaos.fixture({
      env: {
        LD_PRELOAD: obtain(library, 'libfaketime'),
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        FAKETIME_CACHE_DURATION: '1',
      },
    });
    await fixture.run(2000);
    const short = await shortLived(fixture);
    const before = fixture.messages.history().connections.length;
    for (const seconds of [3 * 3600, -3 * 3600, 10 * days, -10 * days]) {
      await jump(seconds);
      await fixture.run(chaos.short ? 2500 : 8000);
      const { connections } = fixture.messages.history();
      must(connections.length === before, `clients were disconnected by a jump of ${seconds} s`);
      const { status } = await fixture.api.call(
        'GET',
        `/iot-devices/v1/registries/${fixture.tenant.registry.id}`,
      );
      must(status === 200 || seconds < 0, `the API answered ${status} after a jump of ${seconds} s`);
      chaos.note(`${seconds} s: API ${status}`);
    }
    await jump(10 * days);
    await fixture.run(2500);
    await refusedForItsDate(fixture, short);
    await jump(0);
    await fixture.run(2500);
    return fixture.check();
  },
};

/** A device whose certificate is valid for two days. */
async function shortLived(fixture: Fixture) {
  const certificate = await makeCertificate({ notAfter: new Date(Date.now() + 2 * days * 1000) });
  const { id } = await fixture.api.createDevice(fixture.tenant.registry.id, { name: 'short-lived' });
  await fixture.api.addCertificate({ deviceId: id }, certificate.certPem);
  return { id, certificate };
}

/** Its certificate is checked by the time that it is now. */
async function refusedForItsDate(
  fixture: Fixture,
  login: Awaited<ReturnType<typeof shortLived>>,
): Promise<void> {
  const name = 'short-lived';
  const client = fixture.client({ name }, login);
  fixture.messages.revoked(name);
  client.start();
  const refusal = () => fixture.messages.history().refusals.find((one) => one.client === name);
  const { code } = await eventually('the refusal', refusal);
  client.stop();
  must(code === 5, `an expired certificate was answered with CONNACK ${code}`);
}
