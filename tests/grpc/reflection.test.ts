/** Server reflection as grpcurl uses it: a client that has no .proto files lists the services, learns a method, and calls it. */
import {
  create,
  createFileRegistry,
  type DescMethodUnary,
  fromBinary,
  fromJson,
  toJson,
} from '@bufbuild/protobuf';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { reflection, reflectionAlpha } from '@iotcore/proto';
import { sharedInstallation } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { GrpcClient } from './support/client.ts';

const installation = sharedInstallation();
const name = 'yandex.cloud.iot.devices.v1.RegistryService';
const { serverReflectionInfo } = reflection.ServerReflection.method;
const inAlpha = reflectionAlpha.ServerReflection.method.serverReflectionInfo;

test('a method is found, described with all that its messages need, and called', async () => {
  const client = GrpcClient.connect(installation());
  const [listed, described] = await client.stream(serverReflectionInfo, [
    { messageRequest: { case: 'listServices', value: '' } },
    { messageRequest: { case: 'fileContainingSymbol', value: name } },
  ]);
  const { messageResponse: services } = listed ?? {};
  if (services?.case !== 'listServicesResponse') throw new Error('no services');
  expect(services.value.service.map((service) => service.name)).toContain(name);

  if (described?.messageResponse.case !== 'fileDescriptorResponse') throw new Error('no files');
  const files = described.messageResponse.value.fileDescriptorProto.map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
  const file = importsFirst(files);
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file }));
  const method = registry.getService(name)?.method['list'] as DescMethodUnary | undefined;
  if (!method) throw new Error('the service has no List');
  const { id, folderId } = await installation().api.createRegistry({ folderId: 'reflection' });
  const answer = await client.call(method, fromJson(method.input, { folder_id: String(folderId) }));
  expect(toJson(method.output, answer)).toMatchObject({ registries: [{ id }] });
});

test('both versions answer alike, and what is not there is an error within the stream', async () => {
  const client = GrpcClient.connect(installation());
  const requests = [
    { messageRequest: { case: 'fileContainingSymbol', value: 'no.such.Service' } },
    { messageRequest: { case: 'fileByFilename', value: 'no/such.proto' } },
    { messageRequest: { case: 'allExtensionNumbersOfType', value: 'google.protobuf.Any' } },
    { messageRequest: { case: 'fileContainingSymbol', value: `${name}.List` } },
  ] as const;
  const answers = await client.stream(serverReflectionInfo, requests);
  expect(answers.map(({ messageResponse }) => messageResponse.case)).toEqual([
    'errorResponse',
    'errorResponse',
    'errorResponse',
    'fileDescriptorResponse',
  ]);
  const cases = (await client.stream(inAlpha, requests)).map(({ messageResponse }) => messageResponse.case);
  expect(cases).toEqual(answers.map(({ messageResponse }) => messageResponse.case));
});

/** Every file after those that it imports; all of these must be among them. */
function importsFirst(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const ordered = new Set<FileDescriptorProto>();
  const add = (name: string): void => {
    const file = byName.get(name);
    if (!file) throw new Error(`${name} is missing`);
    file.dependency.forEach(add);
    ordered.add(file);
  };
  for (const { name } of files) add(name);
  return [...ordered];
}
