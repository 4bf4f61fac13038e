/** The metrics page shows the busiest registries and brokers by themselves. */
import { connectMqtt, makePassword, refusalOf, sharedInstallation } from '@iotcore/testkit';
import { expect, test } from 'vitest';

const installation = sharedInstallation();

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
