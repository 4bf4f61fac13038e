/** Who is connected, since when and from where, over the API and `iotcore`; and how an operator ends it. */
import { eventually, pathOf, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { envOf, iotcore } from '../../cli/support/iotcore.ts';
import {
  byCertificate,
  createBroker,
  createDevice,
  createRegistry,
  type TestClient,
} from '../support/test-client.ts';

const installation = sharedInstallation();
const extensionOf = ({ owner }: TestClient) => pathOf(owner).replace(/^\/iot-\w+/, '/ext');

interface Session {
  readonly clientId: string;
  readonly address: string;
  readonly tls: boolean;
  readonly connectedAt: string;
}

async function sessionsOf(client: TestClient): Promise<readonly Session[]> {
  return (await installation().api.must('GET', `${extensionOf(client)}/sessions`)).sessions;
}

const has = (client: TestClient, count: number) =>
  eventually(`${count} sessions`, async () => (await sessionsOf(client)).length === count);

describe('the sessions', () => {
  test('of a device say with which password, or which certificate, each was opened', async () => {
    const registry = await createRegistry(installation());
    const device = await createDevice(installation(), registry);
    const certificate = await device.addCertificate();
    const path = pathOf(device.owner);
    const { passwords } = await installation().api.must('GET', `${path}/passwords`);
    const { certificates } = await installation().api.must('GET', `${path}/certificates`);
    await device.connect({ clientId: 'by-password' });
    await device.connect({ ...byCertificate(certificate), clientId: 'by-certificate' });
    await has(device, 2);
    const byPassword = { clientId: 'by-password', passwordId: passwords[0].id };
    const certificateFingerprint = certificates[0].fingerprint;
    const sessions = await sessionsOf(device);
    expect(sessions).toMatchObject([byPassword, { clientId: 'by-certificate', certificateFingerprint }]);
    expect(sessions[0]).not.toHaveProperty('certificateFingerprint');
    expect(sessions[1]).not.toHaveProperty('passwordId');
  });

  test('of a registry, device or broker are listed while they are live, each with its client ID and address', async () => {
    const registry = await createRegistry(installation());
    const clients = [
      registry,
      await createDevice(installation(), registry),
      await createBroker(installation()),
    ];
    for (const client of clients) {
      const first = await client.connect({ clientId: 'first' });
      await client.connect({ clientId: 'second' }, 'TCP');
      await has(client, 2);
      expect(await sessionsOf(client)).toEqual([
        expect.objectContaining({ clientId: 'first', address: '127.0.0.1', tls: true }),
        expect.objectContaining({ clientId: 'second', address: '127.0.0.1', tls: false }),
      ]);
      await first.end();
      await has(client, 1);
    }
  });

  test('end when an operator says so, those of a registry without those of its devices; the client may come back', async () => {
    const registry = await createRegistry(installation());
    const device = await createDevice(installation(), registry);
    const [ofRegistry, ofDevice] = [await registry.connect(), await device.connect()];
    await installation().api.must('POST', `${extensionOf(registry)}:disconnect`);
    await ofRegistry.closed;
    await ofDevice.publish(`$devices/${device.id}/events`, 'still there');
    const ended = await iotcore(['device', 'disconnect', device.id], { env: envOf(installation()) });
    expect(ended.status, ended.stderr).toBe(0);
    await ofDevice.closed;
    expect(await device.logLine(/^disconnected: disconnected by an operator/)).toBeDefined();
    await device.connect();
  });
});

describe('a device list', () => {
  test('shows who is online, who was never seen, and who was not since', async () => {
    const registry = await createRegistry(installation());
    const [online, gone, never] = [
      await createDevice(installation(), registry),
      await createDevice(installation(), registry),
      await createDevice(installation(), registry),
    ];
    const session = await online.connect();
    await (await gone.connect()).end();
    await has(online, 1);
    await has(gone, 0);
    const find = async (query: Record<string, string>) => {
      const search = new URLSearchParams({ registryId: registry.id, ...query });
      const { devices } = await installation().api.must('GET', `/ext/v1/devices?${search}`);
      return devices.map(({ id }: { id: string }) => id);
    };
    expect(await find({ presence: 'ONLINE' })).toEqual([online.id]);
    // Activity is saved a moment later.
    await eventually('the first logins', async () => (await find({ presence: 'NEVER_SEEN' })).length === 1);
    expect(await find({ presence: 'NEVER_SEEN' })).toEqual([never.id]);
    expect((await find({})).toSorted()).toEqual([online.id, gone.id, never.id].toSorted());
    expect(await find({ notSeenSince: '2999-01-01T00:00:00Z' })).toEqual([gone.id]);
    expect(await find({ notSeenSince: '2020-01-01T00:00:00Z' })).toEqual([]);
    const listed = await iotcore(['device', 'list', '--registry-id', registry.id, '--online'], {
      env: envOf(installation()),
    });
    expect(listed.stdout).toContain(online.id);
    expect(listed.stdout).not.toContain(gone.id);
    await session.end();
    await has(online, 0);
    expect(await find({ presence: 'ONLINE' })).toEqual([]);
  });

  test.each([
    { presence: 'ONLINE', label: 'a=b' },
    { presence: 'AWAY' },
    { label: 'a' },
    { namePrefix: '' },
    { notSeenSince: 'yesterday' },
  ])('refuses %j', async (query) => {
    const registry = await createRegistry(installation());
    const search = new URLSearchParams({ registryId: registry.id, ...query } as Record<string, string>);
    expect((await installation().api.call('GET', `/ext/v1/devices?${search}`)).body.code).toBe(3);
  });
});
