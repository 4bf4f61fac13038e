/** What an operator keeps out: devices and brokers that are disabled, and address ranges until a time. */
import { eventually, pathOf, refusalOf, sharedInstallation } from '@iotcore/testkit';
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
const later = '2999-01-01T00:00:00Z';

describe('disabling', () => {
  test('a device or broker ends its sessions, and keeps it out by password and certificate until it is enabled', async () => {
    const registry = await createRegistry(installation());
    const sibling = await (await createDevice(installation(), registry)).connect();
    for (const client of [await createDevice(installation(), registry), await createBroker(installation())]) {
      const certificate = await client.addCertificate();
      const session = await client.connect();
      const { api } = installation();
      await api.must('POST', `${extensionOf(client)}:disable`, { note: 'lost' });
      await session.closed;
      expect(await client.refusal()).toBe(5);
      expect(await client.refusal(byCertificate(certificate))).toBe(5);
      // Whoever does not know the password learns nothing of it.
      expect(await client.refusal({ password: 'Wrong-Password-1' })).toBe(4);
      const listed = await api.must('GET', '/ext/v1/disabledResources');
      expect(listed.disabledResources).toContainEqual(
        expect.objectContaining({ resourceId: client.id, note: 'lost' }),
      );
      await api.must('POST', `${extensionOf(client)}:enable`);
      await (await client.connect()).end();
      expect((await api.call('POST', `${extensionOf(client)}:enable`)).body.code, 'twice').toBe(5);
    }
    await sibling.subscribe('$me/device/commands');
  });

  test('a device keeps the API from publishing as it', async () => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const { api } = installation();
    await api.must('POST', `${extensionOf(device)}:disable`, {});
    const body = { topic: `$devices/${device.id}/events`, data: 'eA==' };
    const refused = await api.call('POST', `/iot-devices/v1/devices/${device.id}/publish`, body);
    expect([refused.status, refused.body.code]).toEqual([400, 9]);
  });

  test.each(['2020-01-01T00:00:00Z', 'soon'])('until %s is refused, and disables nothing', async (endsAt) => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const refused = await installation().api.call('POST', `${extensionOf(device)}:disable`, { endsAt });
    expect(refused.body.code).toBe(3);
    await (await device.connect()).end();
  });
});

describe('an address range', () => {
  const from = (localAddress: string) => ({ ...installation().overTls, more: { localAddress } as object });

  test('that is blocked is out at once and new connections are closed, others stay; it is in again when unblocked', async () => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const inside = await device.connect(from('127.0.19.5'));
    const outside = await device.connect(from('127.0.20.5'));
    const options = { env: envOf(installation()) };
    const blocked = await iotcore(
      ['block', 'add', '127.0.19.0/24', '--until', '1h', '--note', 'test'],
      options,
    );
    expect(blocked.status, blocked.stderr).toBe(0);
    await inside.closed;
    for (let times = 0; times < 2; times++)
      await expect(refusalOf(device.login(from('127.0.19.6')))).rejects.toThrow();
    const knocked = await eventually('both knocks', async () => {
      const refused = await iotcore(
        ['refused', 'list', '--address', '127.0.19.6', '--format', 'json'],
        options,
      );
      const found = JSON.parse(refused.stdout);
      return found[0]?.count === 2 ? found : undefined;
    });
    expect(knocked).toMatchObject([{ address: '127.0.19.6', tls: true, reason: 'address blocked' }]);
    await outside.publish(`$devices/${device.id}/events`, 'still served');
    const listed = await iotcore(['block', 'list'], options);
    expect(listed.stdout).toContain('127.0.19.0/24');
    expect((await iotcore(['block', 'remove', '127.0.19.0/24'], options)).status).toBe(0);
    await expect
      .poll(() =>
        device.connect(from('127.0.19.5')).then(
          () => 'in',
          () => 'out',
        ),
      )
      .toBe('in');
  });

  test.each([
    [{ network: '192.0.2.0/24' }],
    [{ network: '192.0.2.0/24', endsAt: '2020-01-01T00:00:00Z' }],
    [{ network: '192.0.2.7', endsAt: later }],
    [{ network: 'everybody', endsAt: later }],
  ])('%j is refused', async (body) => {
    expect((await installation().api.call('POST', '/ext/v1/networkBlocks', body)).body.code).toBe(3);
  });
});
