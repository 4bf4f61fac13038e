import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { device, messages, operations } from '@iotcore/proto';
import { expect, test } from 'vitest';
import { writeMessage } from './output.ts';

const { output: Devices } = device.DeviceService.method.list;
const { output: Operation } = operations.OperationService.method.get;

test('a list of thousands is written in parts, and read as one', async () => {
  const list = Array.from({ length: 2345 }, (_, n) => ({
    id: `are${n}`,
    createdAt: '2026-11-22T15:38:28.412Z',
    status: 'ACTIVE',
    labels: { a: '' },
  }));
  const bytes = await writeMessage(Devices, { devices: list, nextPageToken: 'next' });
  const read = fromBinary(Devices, bytes);
  expect(read.nextPageToken).toBe('next');
  expect(read.devices.map(({ id }) => id)).toEqual(list.map(({ id }) => id));
  expect(read.devices[2344]).toMatchObject({
    status: 2,
    labels: { a: '' },
    createdAt: { nanos: 412_000_000 },
  });
});

test('fields that gRPC does not have are left out', async () => {
  expect(await writeMessage(Devices, { devices: [], surprise: 1 })).toHaveLength(0);
});

test('an operation that no client knows goes out as a Struct', async () => {
  const bytes = await writeMessage(Operation, {
    id: 'o',
    done: true,
    metadata: { '@type': 'type.googleapis.com/iotcore.ext.v1.ImportResourcesMetadata', count: 3 },
    response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
  });
  const { metadata, result } = fromBinary(Operation, bytes);
  expect(metadata?.typeUrl).toBe('type.googleapis.com/google.protobuf.Struct');
  expect(metadata && anyUnpack(metadata, messages)).toMatchObject({ $typeName: 'google.protobuf.Struct' });
  expect(result).toMatchObject({
    case: 'response',
    value: { typeUrl: 'type.googleapis.com/google.protobuf.Empty' },
  });
});
