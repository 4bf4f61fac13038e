/**
 * Makes an export out of an API: the old service's own, or any that speaks the same. Certificates are asked for device by
 * device, as that API has no other way; files that are there already are not asked for again, so that a fetch which was
 * broken off goes on where it was.
 */
import * as sdk from '@iotcore/sdk';
import { answer, everyPage } from '../../calls.ts';
import { fileNames } from '../read/files/export-folder.ts';
import { withRetries } from '../retry.ts';
import type { ExportWriter } from './export-writer.ts';
import { Pace } from './rate-limit.ts';

export interface FetchOptions {
  /** Of registries and devices. */
  readonly devicesEndpoint: string;
  readonly brokersEndpoint: string;
  readonly token: string;
  readonly folderId: string;
  readonly requestsPerSecond: number;
  readonly retryForMs: number;
  readonly signal: AbortSignal;
  note(text: string): void;
  progress(text: string): void;
}

/** Devices whose certificates are asked for at the same time; the pace decides how fast. */
const parallel = 8;
const devicesPerPage = 1_000;
const callTimeoutMs = 60_000;

export async function fetchExport(writer: ExportWriter, options: FetchOptions): Promise<void> {
  const call = callerOf(options);
  const client = clientOf(options.devicesEndpoint, options.token);
  const { folderId } = options;
  const registries = await collect(async (page) => {
    const found = await call(() => sdk.listRegistries({ client, query: { folderId, ...page } }));
    return { items: found.registries, nextPageToken: found.nextPageToken };
  });
  writer.put(fileNames.registries, registries);
  await fetchBrokers(writer, options, call);
  for (const { id, name } of registries) {
    options.note(`Registry ${name || id}`);
    await fetchRegistry(id, writer, client, options, call);
  }
}

type Caller = <T>(request: () => Call<T>) => Promise<T>;
type Call<T> = Parameters<typeof answer<T>>[0];

/** Makes a call at its turn, again while the API is away or asks to wait. */
function callerOf({ requestsPerSecond, retryForMs, signal, note }: FetchOptions): Caller {
  const pace = new Pace(requestsPerSecond, signal);
  const retry = {
    patienceMs: retryForMs,
    signal,
    waiting: (reason: string) => note(`The source ${reason}: trying again.`),
  };
  return (request) =>
    answer(
      withRetries(async () => {
        await pace.wait();
        return request();
      }, retry),
    );
}

function clientOf(baseUrl: string, token: string): sdk.Client {
  return sdk.createClient({
    baseUrl,
    auth: ({ type }) => (type === 'http' ? token : undefined),
    fetch: (request) => fetch(request, { signal: AbortSignal.timeout(callTimeoutMs) }),
  });
}

async function fetchBrokers(writer: ExportWriter, options: FetchOptions, call: Caller): Promise<void> {
  const client = clientOf(options.brokersEndpoint, options.token);
  const brokers = await collect(async (page) => {
    const query = { folderId: options.folderId, ...page };
    const found = await call(() => sdk.listBrokers({ client, query }));
    return { items: found.brokers, nextPageToken: found.nextPageToken };
  });
  writer.put(fileNames.brokers, brokers);
  for (const { id: brokerId } of brokers) {
    const { certificates } = await call(() => sdk.listBrokerCertificates({ client, path: { brokerId } }));
    writer.put(fileNames.brokerCertificates(brokerId), certificates);
  }
}

async function fetchRegistry(
  registryId: string,
  writer: ExportWriter,
  client: sdk.Client,
  { progress }: FetchOptions,
  call: Caller,
): Promise<void> {
  const path = { registryId };
  const { certificates } = await call(() => sdk.listRegistryCertificates({ client, path }));
  writer.put(fileNames.registryCertificates(registryId), certificates);
  await writer.stream(
    fileNames.aliases(registryId),
    everyPage(async (page) => {
      const found = await call(() => sdk.listDeviceTopicAliases({ client, path, query: page }));
      return { items: found.aliases, nextPageToken: found.nextPageToken };
    }),
  );
  const folder = fileNames.deviceCertificates(registryId);
  writer.makeFolder(folder);
  let count = 0;
  const underWay = new Set<Promise<void>>();
  const fetchCertificates = async (deviceId: string) => {
    const file = `${folder}/${deviceId}.json`;
    if (!writer.has(file)) {
      const found = await call(() => sdk.listDeviceCertificates({ client, path: { deviceId } }));
      writer.put(file, found.certificates);
    }
    count += 1;
    progress(`${count} devices`);
  };
  async function* devices() {
    const all = everyPage(
      async (page) => {
        const found = await call(() => sdk.listDevices({ client, query: { registryId, ...page } }));
        return { items: found.devices, nextPageToken: found.nextPageToken };
      },
      { pageSize: devicesPerPage },
    );
    for await (const device of all) {
      yield device;
      while (underWay.size >= parallel) await Promise.race(underWay);
      const one = fetchCertificates(device.id).finally(() => underWay.delete(one));
      underWay.add(one);
    }
    await Promise.all(underWay);
  }
  try {
    await writer.stream(fileNames.devices(registryId), devices());
  } finally {
    await Promise.allSettled(underWay);
  }
}

async function collect<T>(ask: Parameters<typeof everyPage<T>>[0]): Promise<T[]> {
  const items: T[] = [];
  for await (const item of everyPage(ask)) items.push(item);
  return items;
}
