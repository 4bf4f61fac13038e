/** Server reflection as grpcurl uses it: a client that has no .proto files lists the services, learns a method, and calls it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
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
import { messages, reflection, reflectionAlpha } from '@iotcore/proto';
import { repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
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

/** What a block of docs/clients.md gives to grpcurl, call by call, in a folder in which `data` is the installation's. */
async function documentedCalls(): Promise<string[][]> {
  const page = readFileSync(join(repositoryRoot, 'docs/clients.md'), 'utf8');
  const [, block = ''] = /```sh\n(grpcurl .*?)```/s.exec(page) ?? [];
  const folder = mkdtempSync('/tmp/iotcore-grpcurl-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(installation().dataDir, join(folder, 'data'));
  const script = `grpcurl() { node -p 'JSON.stringify(process.argv.slice(1))' -- "$@"; }\n${block}`;
  const { stdout } = await promisify(execFile)('bash', ['-ec', script], { cwd: folder });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('what docs/clients.md gives to grpcurl is what the server takes', async () => {
  const client = GrpcClient.connect(installation());
  const { id } = await installation().api.createRegistry({ folderId: 'default' });
  const calls = (await documentedCalls()).map((args) => {
    // grpcurl is written in Go, whose options have one hyphen and a name.
    const text = { type: 'string' } as const;
    const twoHyphens = args.map((arg) => arg.replace(/^-(?=\w\w)/, '--'));
    return parseArgs({
      args: twoHyphens,
      allowPositionals: true,
      options: { cacert: text, header: { type: 'string', short: 'H' }, data: { type: 'string', short: 'd' } },
    });
  });
  expect(calls.map(({ values, positionals: [address] }) => [values.cacert, address])).toEqual([
    ['data/ca.crt', 'localhost:8443'],
    ['data/ca.crt', 'localhost:8443'],
  ]);
  const [list, call] = calls;
  expect(list?.positionals[1]).toBe('list');
  const [service = '', method = ''] = call?.positionals[1]?.split('/') ?? [];
  const described = messages.getService(service)?.methods.find((one) => one.name === method);
  if (described === undefined) throw new Error(`there is no ${service}/${method}`);
  const request = fromJson(described.input, JSON.parse(call?.values.data ?? ''));
  const [, authorization = ''] = /^authorization: (.*)$/.exec(call?.values.header ?? '') ?? [];
  const answer = await client.call(described as DescMethodUnary, request, { authorization });
  expect(toJson(described.output, answer)).toMatchObject({
    registries: expect.arrayContaining([expect.objectContaining({ id })]),
  });
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
