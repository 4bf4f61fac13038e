/**
 * The fleet comes back: devices, registries and brokers of an export connect with what they always had, and only another host
 * and authority, and find everything where it was.
 */
import { connectMqtt, eventually, type MqttOptions, refusalOf, sharedInstallation } from '@iotcore/testkit';
import { type Fleet, makeFleet, writeExport } from '@iotcore/testkit/exports';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectAccount } from './support/account.ts';
import { temporaryFolder } from './support/folders.ts';
import { iotcore, migrate } from './support/iotcore.ts';

const installation = sharedInstallation();

/** Ten registries with four devices each: RSA, ECDSA, one of each, and a password that no export shows. */
let fleet: Fleet;

beforeAll(async () => {
  fleet = await makeFleet({ registries: 10, devices: 40, brokers: 1 });
});

const passwordOf = (id: string) => `Firmware-${id}`;

/** What is burnt into the firmware of a device, and the host and authority that were changed. */
function login(id: string, which = 0): MqttOptions {
  const certificate = fleet.certificates.get(id)?.[which];
  const own = certificate ? { certificate } : { username: id, password: passwordOf(id) };
  return { ...installation().overTls, ...own };
}

/** A registry and its four devices. */
function household(at: number) {
  const registry = fleet.registries[at];
  const [rsa, ecdsa, both, byPassword] = fleet.devices.get(registry?.id ?? '') ?? [];
  if (!registry || !rsa || !ecdsa || !both || !byPassword) throw new Error('the fleet is smaller than that');
  return { registry, rsa, ecdsa, both, byPassword };
}

test('is refused before it was imported, and is all there afterwards', async () => {
  const { rsa, byPassword } = household(0);
  expect(await refusalOf(login(rsa.id))).toBe(5);
  expect(await refusalOf(login(byPassword.id))).toBe(4);
  const folder = await temporaryFolder();
  await writeExport(folder, fleet);
  const { status, report } = await migrate(installation(), folder);
  expect(status).toBe(0);
  expectAccount(report);
  expect(report.totals.devices).toMatchObject({ read: 40, created: 40 });
  expect(report.devices_without_credentials).toHaveLength(10);
});

describe('with its certificates', () => {
  test('a device tells its registry, which tells it what to do', async () => {
    const { registry, rsa, ecdsa, both } = household(1);
    const backEnd = await connectMqtt(login(registry.id));
    expect(await backEnd.subscribe(['$devices/+/events/#', '$me/registry/events'])).toEqual([1, 1]);
    for (const [id, which] of [
      [rsa.id, 0],
      [ecdsa.id, 0],
      [both.id, 0],
      [both.id, 1],
    ] as const) {
      const device = await connectMqtt(login(id, which));
      await device.publish(`$devices/${id}/events/level`, `${which}`);
      expect(await backEnd.messages.next()).toMatchObject({ topic: `$devices/${id}/events/level` });
      await device.publish('$me/registry/events', id);
      expect(await backEnd.messages.next()).toMatchObject({ topic: '$me/registry/events' });
      expect(await device.subscribe('$me/device/commands')).toEqual([1]);
      await backEnd.publish(`$devices/${id}/commands`, 'open');
      expect(await device.messages.next()).toMatchObject({ topic: '$me/device/commands' });
      await device.end();
    }
  });

  test('a device goes by its aliases, and so does its registry', async () => {
    const { registry, rsa } = household(2);
    const [alias = ''] = Object.keys(rsa.topic_aliases ?? {});
    const backEnd = await connectMqtt(login(registry.id));
    expect(await backEnd.subscribe(`${alias}events`)).toEqual([1]);
    const device = await connectMqtt(login(rsa.id));
    await device.publish(`${alias}events`, 'seven');
    const heard = await backEnd.messages.next();
    expect([heard.topic, heard.payload.toString()]).toEqual([`${alias}events`, 'seven']);
  });

  test('a device finds the configuration that was left while it was away', async () => {
    const { registry, ecdsa } = household(3);
    const backEnd = await connectMqtt(login(registry.id));
    await backEnd.publish(`$devices/${ecdsa.id}/config`, 'every minute');
    const device = await connectMqtt(login(ecdsa.id));
    await device.subscribe('$me/device/config');
    const found = await device.messages.next();
    expect(found).toMatchObject({ topic: '$me/device/config', retain: true });
    expect(found.payload.toString()).toBe('every minute');
  });

  test('a device of a registry that was disabled is refused, as it was', async () => {
    const { registry, rsa } = household(9);
    expect(registry.status).toBe('DISABLED');
    expect(await refusalOf(login(rsa.id))).toBe(5);
  });

  test('the clients of a broker hear each other', async () => {
    const id = fleet.brokers[0]?.id ?? '';
    const one = await connectMqtt(login(id));
    const other = await connectMqtt(login(id));
    await one.subscribe('hall/+/level');
    await other.publish('hall/7/level', '3');
    expect(await one.messages.next()).toMatchObject({ topic: 'hall/7/level' });
  });
});

describe('with its passwords', () => {
  test('a device is refused until they are adopted; from then on only its own counts', async () => {
    const { registry, byPassword } = household(4);
    expect(await refusalOf(login(byPassword.id))).toBe(4);
    await adopt(registry.id);
    const device = await connectMqtt(login(byPassword.id));
    await device.publish(`$devices/${byPassword.id}/events`, 'here');
    expect(await refusalOf({ ...login(byPassword.id), password: 'Somebody-Else-1' })).toBe(4);
    await device.end();
    await connectMqtt(login(byPassword.id));
  });

  test('every device of the fleet has been seen, and none is without credentials', async () => {
    const { api } = installation();
    const active = fleet.registries.filter(({ status }) => status === 'ACTIVE');
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    for (const { id } of active) {
      await api.must('PUT', `/ext/v1/registries/${id}/passwordAdoption`, {
        endsAt,
        networks: ['127.0.0.0/8'],
      });
      for (const device of fleet.devices.get(id) ?? []) await (await connectMqtt(login(device.id))).end();
    }
    const folderId = fleet.registries[0]?.folder_id;
    await eventually('the whole fleet seen', async () => {
      const status = await api.must('GET', `/ext/v1/migrationStatus?folderId=${folderId}`);
      const found = status.registries.filter(({ registryId }: { registryId: string }) =>
        active.some(({ id }) => id === registryId),
      );
      expect(found).toHaveLength(active.length);
      for (const registry of found) {
        expect(registry).toMatchObject({ devices: 4, seen: 4, notSeen: 0, adopted: 1, withoutCredential: 0 });
      }
      return true;
    });
  });
});

async function adopt(registryId: string): Promise<void> {
  const { status, stderr } = await iotcore(
    installation(),
    ...['migrate', 'adoption', 'on', '--registry-id', registryId, '--until', '1d'],
    ...['--networks', '127.0.0.0/8', '--yes'],
  );
  expect(stderr).toContain('trust on first use');
  expect(status).toBe(0);
}
