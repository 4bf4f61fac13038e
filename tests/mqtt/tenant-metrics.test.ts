/** The metrics page shows the busiest registries and brokers by themselves. */
import { connectMqtt, makePassword, patienceMs, refusalOf, sharedInstallation } from '@iotcore/testkit';
import { expect, test } from 'vitest';

// Also those that are not busy.
const installation = sharedInstallation({
  beside: sharedInstallation(),
  env: { IOT_MQTT_METRICS_TENANTS: '1000' },
});

/** The value of a metric of this registry or broker; undefined: it is not shown. */
async function read(name: string, label: string): Promise<number | undefined> {
  const page = await (await fetch(`${installation().adminUrl}/metrics`)).text();
  const line = page
    .split('\n')
    .find((text) => text.startsWith(`iotcore_tenant_${name}{`) && text.includes(label));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

test('a broker that nobody uses is not shown; one in use by its connections, messages, bytes and refused clients', async () => {
  const { api } = installation();
  const { response } = await api.must('POST', '/iot-broker/v1/brokers', { folderId: 'metrics' });
  const brokerId: string = response.id;
  const label = `broker_id="${brokerId}"`;
  expect(await read('connections', label)).toBeUndefined();

  const password = makePassword();
  await api.addPassword({ brokerId }, password);
  const login = { port: installation().mqttPort, username: brokerId, password };
  const subscriber = await connectMqtt(login);
  await subscriber.subscribe('readings');
  const publisher = await connectMqtt(login);
  const messages = 200;
  for (let number = 0; number < messages; number += 1)
    await publisher.publish('readings', 'x'.repeat(100), { qos: 1 });
  for (let number = 0; number < messages; number += 1) await subscriber.messages.next();

  expect(await read('connections', label)).toBe(2);
  expect(await read('messages_received_total', label)).toBe(messages);
  expect(await read('messages_sent_total', label)).toBe(messages);
  // A fixed header of two bytes, the length of the topic, the topic, the packet identifier, the payload.
  const bytes = messages * (2 + 2 + 'readings'.length + 2 + 100);
  expect(await read('bytes_received_total', label)).toBe(bytes);
  expect(await read('bytes_sent_total', label)).toBe(bytes);
  expect(await read('messages_dropped_total', label)).toBe(0);
  expect(await read('clients_refused_total', label)).toBe(0);
  expect(await refusalOf({ ...login, password: makePassword() })).not.toBe(0);
  expect(await read('clients_refused_total', label)).toBe(1);

  await publisher.end();
  await expect.poll(() => read('connections', label)).toBe(1);
});

test('a broker and a device that are deleted and made anew with the same IDs have none of what was counted and noted of the former ones', async () => {
  const { api, mqttPort: port } = installation();
  const { id: registryId } = await api.createRegistry();
  const { id: deviceId } = await api.createDevice(registryId);
  const { response } = await api.must('POST', '/iot-broker/v1/brokers', { folderId: 'former' });
  const brokerId: string = response.id;
  const label = `broker_id="${brokerId}"`;
  const connect = async (owner: { brokerId: string } | { deviceId: string }) => {
    const password = makePassword();
    await api.addPassword(owner, password);
    return connectMqtt({ port, username: Object.values(owner)[0] as string, password });
  };
  const former = [await connect({ brokerId }), await connect({ deviceId })] as const;
  await former[0].publish('readings', 'x', { qos: 1 });
  await former[1].subscribe(`$devices/${deviceId}/commands`);
  await former[1].publish(`$devices/${deviceId}/events`, 'x', { qos: 1 });
  expect(await read('messages_received_total', label)).toBe(1);

  await api.must('DELETE', `/iot-broker/v1/brokers/${brokerId}`);
  await api.must('DELETE', `/iot-devices/v1/devices/${deviceId}`);
  for (const session of former) await session.expectClosed();
  const { results } = await api.must('POST', '/ext/v1/import', {
    brokers: [{ id: brokerId, folderId: 'latter', name: 'latter' }],
    devices: [{ id: deviceId, registryId, name: 'latter' }],
  });
  expect(results.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['CREATED', 'CREATED']);

  await connect({ brokerId });
  await connect({ deviceId });
  expect(await read('connections', label)).toBe(1);
  expect(await read('messages_received_total', label)).toBe(0);
  expect(await read('bytes_received_total', label)).toBe(0);
  const monitoring = async () =>
    (await api.must('GET', `/iot-devices/v1/devices/${deviceId}?deviceView=FULL`)).monitoringData ?? {};
  await expect.poll(async () => (await monitoring()).lastAuthTime, { timeout: patienceMs }).toBeDefined();
  expect(await monitoring()).not.toHaveProperty('lastPubActivityTime');
  expect(await monitoring()).not.toHaveProperty('lastSubActivityTime');
});
