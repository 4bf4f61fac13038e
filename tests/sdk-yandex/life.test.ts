/** The official Node SDK of the old service, unchanged: it lives the life of a registry, of a device and of a broker. */
import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { BadRequestSchema, StatusSchema } from '@iotcore/proto';
import { connectMqtt, makeCertificate, makePassword, sharedInstallation } from '@iotcore/testkit';
import { errors } from '@yandex-cloud/nodejs-sdk';
import { broker, brokerDataService, brokerService } from '@yandex-cloud/nodejs-sdk/iot-broker-v1';
import {
  device,
  deviceDataService,
  deviceService,
  registry,
  registryDataService,
  registryService,
} from '@yandex-cloud/nodejs-sdk/iot-devices-v1';
import { expect, test } from 'vitest';
import { Empty, openSdk, typeUrl } from './support/sdk.ts';

const installation = sharedInstallation();
const folderId = 'sdk-yandex';
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** What the SDK throws. */
async function apiError(call: Promise<unknown>): Promise<errors.ApiError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(errors.ApiError);
  return error as errors.ApiError;
}

async function newRegistry(sdk: ReturnType<typeof openSdk>): Promise<string> {
  const request = registryService.CreateRegistryRequest.fromPartial({ folderId });
  const created = await sdk.registries.create(request);
  const { metadata } = await sdk.finished(created, registryService.CreateRegistryMetadata, registry.Registry);
  return metadata.registryId;
}

test('a call that is refused says why and which it was, with details', async () => {
  const sdk = openSdk(installation());
  let details: Uint8Array | undefined;
  const request = registryService.CreateRegistryRequest.fromPartial({
    name: 'bad name',
    certificates: [{ certificateData: 'x' }],
  });
  const refused = await apiError(
    sdk.registries.create(request, {
      onTrailer: (trailer) => {
        details = trailer.get('grpc-status-details-bin');
      },
    }),
  );
  expect(refused.message).toContain('INVALID_ARGUMENT: Invalid request: folder_id: Required. name: ');
  expect(refused.requestId).toMatch(uuid);
  const violations = fromBinary(StatusSchema, details ?? new Uint8Array()).details.flatMap(
    (any) => anyUnpack(any, BadRequestSchema)?.fieldViolations ?? [],
  );
  expect(violations.map(({ field }) => field)).toEqual(
    expect.arrayContaining(['folder_id', 'name', 'certificates[0].certificate_data']),
  );
});

test('a bad token is refused, and a resource that is not there is not found', async () => {
  const request = registryService.GetRegistryRequest.fromPartial({ registryId: 'are00000000000000000' });
  const stranger = openSdk(installation(), 't1.bad.token');
  expect((await apiError(stranger.registries.get(request))).message).toContain('UNAUTHENTICATED');
  const notFound = await apiError(openSdk(installation()).registries.get(request));
  expect(notFound.message).toContain('NOT_FOUND: Registry not found.');
});

test('a registry is created, changed, given credentials, listed and deleted', async () => {
  const sdk = openSdk(installation());
  const { certPem: certificateData } = await makeCertificate();
  const created = await sdk.finished(
    await sdk.registries.create(
      registryService.CreateRegistryRequest.fromPartial({
        folderId,
        name: 'greenhouse',
        description: 'North',
        labels: { site: 'north', empty: '' },
        certificates: [{ certificateData }],
        password: makePassword(),
        logOptions: { folderId, minLevel: 4 },
      }),
    ),
    registryService.CreateRegistryMetadata,
    registry.Registry,
  );
  expect(created.operation.metadata?.typeUrl).toBe(typeUrl('devices.v1.CreateRegistryMetadata'));
  expect(created.operation.response?.typeUrl).toBe(typeUrl('devices.v1.Registry'));
  const { registryId } = created.metadata;
  const get = () => sdk.registries.get(registryService.GetRegistryRequest.fromPartial({ registryId }));
  expect(await get()).toEqual(created.response);
  expect(created.response).toMatchObject({
    id: registryId,
    folderId,
    name: 'greenhouse',
    description: 'North',
    labels: { site: 'north', empty: '' },
    status: registry.Registry_Status.ACTIVE,
    logOptions: { folderId, minLevel: 4 },
  });
  expect(created.response.createdAt?.getTime()).toBeGreaterThan(Date.now() - 600_000);
  const byName = registryService.GetByNameRegistryRequest.fromPartial({
    folderId,
    registryName: 'greenhouse',
  });
  expect(await sdk.registries.getByName(byName)).toEqual(created.response);

  const updated = await sdk.finished(
    await sdk.registries.update(
      registryService.UpdateRegistryRequest.fromPartial({
        registryId,
        updateMask: { paths: ['description', 'log_options'] },
        name: 'ignored',
        description: 'South',
      }),
    ),
    registryService.UpdateRegistryMetadata,
    registry.Registry,
  );
  expect(updated.response).toMatchObject({ name: 'greenhouse', description: 'South' });
  expect(updated.response.logOptions).toBeUndefined();

  const password = await sdk.finished(
    await sdk.registries.addPassword(
      registryService.AddRegistryPasswordRequest.fromPartial({ registryId, password: makePassword() }),
    ),
    registryService.AddRegistryPasswordMetadata,
    registry.RegistryPassword,
  );
  const listPasswords = async () =>
    (await sdk.registries.listPasswords({ registryId } as registryService.ListRegistryPasswordsRequest))
      .passwords;
  expect(await listPasswords()).toHaveLength(2);
  await sdk.finished(
    await sdk.registries.deletePassword(
      registryService.DeleteRegistryPasswordRequest.fromPartial({
        registryId,
        passwordId: password.metadata.passwordId,
      }),
    ),
    registryService.DeleteRegistryPasswordMetadata,
    Empty,
  );
  expect(await listPasswords()).not.toContainEqual(password.response);

  const listed = await sdk.registries.listCertificates(
    registryService.ListRegistryCertificatesRequest.fromPartial({ registryId }),
  );
  expect(listed.certificates).toEqual([expect.objectContaining({ registryId, certificateData })]);
  const [{ fingerprint } = { fingerprint: '' }] = listed.certificates;
  await sdk.finished(
    await sdk.registries.deleteCertificate(
      registryService.DeleteRegistryCertificateRequest.fromPartial({ registryId, fingerprint }),
    ),
    registryService.DeleteRegistryCertificateMetadata,
    Empty,
  );

  await sdk.registries.disable(registryService.DisableRegistryRequest.fromPartial({ registryId }));
  expect((await get()).status).toBe(registry.Registry_Status.DISABLED);
  await sdk.registries.enable(registryService.EnableRegistryRequest.fromPartial({ registryId }));
  const { operations } = await sdk.registries.listOperations(
    registryService.ListRegistryOperationsRequest.fromPartial({ registryId }),
  );
  expect(operations.map(({ description }) => description)).toEqual([
    'Enable registry',
    'Disable registry',
    'Delete registry certificate',
    'Delete registry password',
    'Add registry password',
    'Update registry',
    'Create registry',
  ]);

  await sdk.finished(
    await sdk.registries.delete(registryService.DeleteRegistryRequest.fromPartial({ registryId })),
    registryService.DeleteRegistryMetadata,
    Empty,
  );
  expect((await apiError(get())).message).toContain('NOT_FOUND');
});

test('a device is created with an alias, published for, and deleted', async () => {
  const sdk = openSdk(installation());
  const registryId = await newRegistry(sdk);
  const { certPem: certificateData } = await makeCertificate();
  const password = makePassword();
  const created = await sdk.finished(
    await sdk.devices.create(
      deviceService.CreateDeviceRequest.fromPartial({
        registryId,
        name: 'pump',
        topicAliases: { 'pump/events': '$devices/{id}/events' },
        certificates: [{ certificateData }],
        password,
        labels: { empty: '' },
      }),
    ),
    deviceService.CreateDeviceMetadata,
    device.Device,
  );
  const { deviceId } = created.metadata;
  expect(created.response).toMatchObject({
    id: deviceId,
    registryId,
    name: 'pump',
    topicAliases: { 'pump/events': `$devices/${deviceId}/events` },
    labels: { empty: '' },
    status: device.Device_Status.ACTIVE,
  });
  const { aliases } = await sdk.registries.listDeviceTopicAliases(
    registryService.ListDeviceTopicAliasesRequest.fromPartial({ registryId }),
  );
  expect(aliases).toEqual([{ deviceId, alias: 'pump/events', topicPrefix: `$devices/${deviceId}/events` }]);

  const session = await connectMqtt({ ...installation().overTls, username: deviceId, password });
  await session.subscribe(`$devices/${deviceId}/commands`);
  await sdk.registryData.publish(
    registryDataService.PublishRegistryDataRequest.fromPartial({
      registryId,
      topic: `$devices/${deviceId}/commands`,
      data: Buffer.from([0, 255, 10]),
    }),
  );
  expect((await session.messages.next()).payload).toEqual(Buffer.from([0, 255, 10]));
  await session.subscribe(`$devices/${deviceId}/events`);
  await sdk.deviceData.publish(
    deviceDataService.PublishDeviceDataRequest.fromPartial({
      deviceId,
      topic: 'pump/events',
      data: Buffer.from('on'),
    }),
  );

  const full = deviceService.GetDeviceRequest.fromPartial({ deviceId, deviceView: device.DeviceView.FULL });
  // What a device did is written down some time after it.
  await expect.poll(async () => (await sdk.devices.get(full)).monitoringData?.lastAuthIp).toBe('127.0.0.1');
  await sdk.devices.delete(deviceService.DeleteDeviceRequest.fromPartial({ deviceId }));
  const get = sdk.devices.get(deviceService.GetDeviceRequest.fromPartial({ deviceId }));
  expect((await apiError(get)).message).toContain('NOT_FOUND');
});

test('a list of devices is walked page by page, by registry and by folder', async () => {
  const sdk = openSdk(installation());
  const registryId = await newRegistry(sdk);
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    const created = await sdk.devices.create(deviceService.CreateDeviceRequest.fromPartial({ registryId }));
    ids.push(
      (await sdk.finished(created, deviceService.CreateDeviceMetadata, device.Device)).metadata.deviceId,
    );
  }
  const walk = async (of: { registryId: string } | { folderId: string }) => {
    const found: string[] = [];
    let pages = 0;
    for (let pageToken = ''; pages === 0 || pageToken !== ''; pages += 1) {
      const request = deviceService.ListDevicesRequest.fromPartial({ ...of, pageSize: 2, pageToken });
      const page = await sdk.devices.list(request);
      found.push(...page.devices.map(({ id }) => id));
      pageToken = page.nextPageToken;
    }
    return { found, pages };
  };
  expect(await walk({ registryId })).toEqual({ found: ids.toSorted(), pages: 3 });
  expect((await walk({ folderId })).found).toEqual(expect.arrayContaining(ids));
});

test('a broker is created, published for, and deleted', async () => {
  const sdk = openSdk(installation());
  const password = makePassword();
  const created = await sdk.finished(
    await sdk.brokers.create(
      brokerService.CreateBrokerRequest.fromPartial({ folderId, name: 'hall', password }),
    ),
    brokerService.CreateBrokerMetadata,
    broker.Broker,
  );
  expect(created.operation.response?.typeUrl).toBe(typeUrl('broker.v1.Broker'));
  const { brokerId } = created.metadata;
  const { brokers } = await sdk.brokers.list(brokerService.ListBrokersRequest.fromPartial({ folderId }));
  expect(brokers).toContainEqual(created.response);
  const session = await connectMqtt({ ...installation().overTls, username: brokerId, password });
  await session.subscribe('hall/#');
  await sdk.brokerData.publish(
    brokerDataService.PublishBrokerDataRequest.fromPartial({
      brokerId,
      topic: 'hall/lamp',
      data: Buffer.from('on'),
    }),
  );
  expect(await session.messages.next()).toMatchObject({ topic: 'hall/lamp', payload: Buffer.from('on') });
  await sdk.brokers.delete(brokerService.DeleteBrokerRequest.fromPartial({ brokerId }));
  const get = sdk.brokers.get(brokerService.GetBrokerRequest.fromPartial({ brokerId }));
  expect((await apiError(get)).message).toContain('NOT_FOUND');
});
