import { create, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { messages, serviceFiles } from './index.ts';

function message(name: string): DescMessage {
  const found = messages.getMessage(name);
  if (!found) throw new Error(`there is no message ${name}`);
  return found;
}

/** Name and number of each field. */
const fieldsOf = (name: string) =>
  Object.fromEntries(message(name).fields.map((field) => [field.name, field.number]));

describe('the wire form', () => {
  test('does not use the field numbers that the old service reserved', () => {
    for (const owner of ['devices.v1.AddRegistry', 'devices.v1.AddDevice', 'broker.v1.AddBroker']) {
      const fields = fieldsOf(`yandex.cloud.iot.${owner}CertificateRequest`);
      expect(Object.values(fields)).not.toContain(2);
      expect(fields['certificate_data']).toBe(3);
    }
    expect(fieldsOf('yandex.cloud.iot.devices.v1.AddDataStreamExportRequest')).not.toHaveProperty('3');
  });

  test('numbers the labels of a device differently in the resource and in both of its requests', () => {
    const prefix = 'yandex.cloud.iot.devices.v1';
    expect(fieldsOf(`${prefix}.Device`)['labels']).toBe(9);
    expect(fieldsOf(`${prefix}.CreateDeviceRequest`)['labels']).toBe(7);
    expect(fieldsOf(`${prefix}.UpdateDeviceRequest`)['labels']).toBe(6);
  });

  test('gives the registries of a list field 1 and the token of the next page field 2', () => {
    const list = message('yandex.cloud.iot.devices.v1.ListRegistriesResponse');
    const registry = { id: 'are1', name: 'r', labels: { a: '' } };
    const bytes = toBinary(list, create(list, { registries: [registry], nextPageToken: 'n' } as never));
    expect(Buffer.from(bytes).toString('hex')).toBe('0a100a0461726531220172320' + '50a0161120012016e');
    expect(fromBinary(list, bytes)).toMatchObject({ nextPageToken: 'n' });
  });
});

test('every service of the specification is there, each with its methods', () => {
  const methods = serviceFiles.flatMap(({ services }) =>
    services.map(({ typeName, methods }) => `${typeName}: ${methods.length}`),
  );
  expect(methods).toEqual([
    'yandex.cloud.iot.devices.v1.RegistryService: 19',
    'yandex.cloud.iot.devices.v1.RegistryDataService: 1',
    'yandex.cloud.iot.devices.v1.DeviceService: 13',
    'yandex.cloud.iot.devices.v1.DeviceDataService: 1',
    'yandex.cloud.iot.broker.v1.BrokerService: 12',
    'yandex.cloud.iot.broker.v1.BrokerDataService: 1',
    'yandex.cloud.operation.OperationService: 2',
    'yandex.cloud.iam.v1.IamTokenService: 3',
    'yandex.cloud.endpoint.ApiEndpointService: 2',
    'yandex.cloud.resourcemanager.v1.FolderService: 2',
    'yandex.cloud.resourcemanager.v1.CloudService: 2',
    'grpc.health.v1.Health: 2',
    'grpc.reflection.v1.ServerReflection: 1',
    'grpc.reflection.v1alpha.ServerReflection: 1',
  ]);
});
