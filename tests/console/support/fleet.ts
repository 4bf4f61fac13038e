import { connectMqtt, eventually, type Installation } from '@iotcore/testkit';

/** A folder with something on every screen. */
export async function makeFleet({ api, overTls }: Installation) {
  const { id: registryId, ...registry } = await api.createRegistry({
    name: 'greenhouse',
    labels: { site: 'north' },
  });
  const folderId = registry['folderId'] as string;
  const { id: deviceId } = await api
    .createDevice(registryId, {
      name: 'thermometer',
      topicAliases: { climate: '' },
    })
    .catch(() => api.createDevice(registryId, { name: 'thermometer' }));
  const broker = await api.must('POST', '/iot-broker/v1/brokers', { folderId, name: 'backend' });
  const account = await api.must('POST', '/ext/v1/serviceAccounts', {
    folderId,
    name: `reporter-${Date.now()}`,
  });
  const accountId = account.response.id as string;
  await api.must('POST', `/ext/v1/serviceAccounts/${accountId}/roleBindings`, { role: 'viewer', folderId });
  await api.must('POST', `/ext/v1/serviceAccounts/${accountId}/apiKeys`, { description: 'nightly report' });
  const password = 'Correct-Horse-7-Battery';
  await api.must('POST', `/iot-devices/v1/devices/${deviceId}/passwords`, { password });
  const refused = await connectMqtt({
    ...overTls,
    username: deviceId,
    password: 'Wrong-Horse-7-Battery',
  }).catch(() => undefined);
  await refused?.end?.();
  await eventually('the refusal', async () => {
    const found = await api.must('GET', `/ext/v1/refusedClients?folderId=${folderId}`);
    return found.refusedClients.length > 0;
  });
  const state = `$devices/${deviceId}/state`;
  await api.must('POST', `/iot-devices/v1/devices/${deviceId}/publish`, {
    topic: state,
    data: btoa('{"t":21.5}'),
  });
  const exported = await api.must('POST', '/ext/v1/exports', {
    source: { registryId },
    target: { pull: {} },
    name: 'to-analytics',
  });
  const [brokerId, exportId] = [broker.response.id as string, exported.response.id as string];
  return { folderId, registryId, deviceId, brokerId, accountId, exportId, password };
}

export type Fleet = Awaited<ReturnType<typeof makeFleet>>;
