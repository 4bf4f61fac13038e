import { connectMqtt, eventually, makePassword } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

test('a device shows when and from where it was seen, in its full view only', async () => {
  const { api, overTcp } = installation();
  const password = makePassword();
  const registry = await api.createRegistry();
  const device = await api.createDevice(registry.id, { name: 'pump', password });
  const url = `/iot-devices/v1/devices/${device.id}`;
  expect(await api.must('GET', `${url}?deviceView=FULL`)).not.toHaveProperty('monitoringData');

  const session = await connectMqtt({ ...overTcp, username: device.id, password });
  await session.subscribe(`$devices/${device.id}/commands`);
  await session.publish(`$devices/${device.id}/events`, 'x');
  await session.end();
  const data = await eventually('all of it', async () => {
    const { monitoringData } = await api.must('GET', `${url}?deviceView=FULL`);
    return monitoringData?.lastDisconnectTime && monitoringData;
  });
  expect(data).toEqual({
    lastAuthIp: '127.0.0.1',
    lastAuthTime: expect.stringMatching(/Z$/),
    lastPubActivityTime: expect.stringMatching(/Z$/),
    lastSubActivityTime: expect.stringMatching(/Z$/),
    lastOnlineTime: expect.stringMatching(/Z$/),
    lastDisconnectTime: expect.stringMatching(/Z$/),
  });
  for (const query of ['', '?deviceView=BASIC']) {
    expect(await api.must('GET', url + query)).not.toHaveProperty('monitoringData');
  }
  const byName = `/iot-devices/v1/devices:getByName?registryId=${registry.id}&deviceName=pump&deviceView=FULL`;
  expect((await api.must('GET', byName)).monitoringData).toEqual(data);
  const list = await api.must('GET', `/iot-devices/v1/devices?registryId=${registry.id}&deviceView=FULL`);
  expect(list.devices[0].monitoringData).toEqual(data);
});
