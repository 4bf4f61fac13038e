/** Writes a fleet as the folder of files that the old service's command line leaves. */

import { once } from 'node:events';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeriesCertificate } from '../certificates/certificate-series.ts';
import type { Fleet, FleetDevice } from './fleet.ts';

export async function writeExport(folder: string, fleet: Fleet): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const put = (name: string, entries: readonly object[]) => writeFileSync(join(folder, name), json(entries));
  put('registries.json', fleet.registries);
  put('brokers.json', fleet.brokers);
  for (const { id } of fleet.brokers)
    put(`broker-certs-${id}.json`, certificateEntries('broker_id', id, fleet));
  for (const { id } of fleet.registries) {
    const devices = fleet.devices.get(id) ?? [];
    put(`registry-certs-${id}.json`, certificateEntries('registry_id', id, fleet));
    put(`aliases-${id}.json`, devices.flatMap(aliasEntries));
    await putStreamed(join(folder, `devices-${id}.json`), devices);
    mkdirSync(join(folder, `device-certs-${id}`), { recursive: true });
    for (const device of devices) {
      const entries = certificateEntries('device_id', device.id, fleet);
      put(join(`device-certs-${id}`, `${device.id}.json`), entries);
    }
  }
}

export function certificateEntry(field: string, id: string, certificate: SeriesCertificate) {
  return {
    [field]: id,
    fingerprint: certificate.sha1,
    certificate_data: certificate.certPem,
    created_at: '2021-03-04T09:12:55.123Z',
  };
}

function certificateEntries(field: string, id: string, fleet: Fleet): object[] {
  return (fleet.certificates.get(id) ?? []).map((certificate) => certificateEntry(field, id, certificate));
}

function aliasEntries({ id, topic_aliases: aliases = {} }: FleetDevice): object[] {
  return Object.entries(aliases).map(([alias, prefix]) => ({ device_id: id, topic_prefix: prefix, alias }));
}

async function putStreamed(path: string, entries: readonly object[]): Promise<void> {
  const file = createWriteStream(path);
  let separator = '[\n';
  for (const entry of entries) {
    if (!file.write(`${separator}${JSON.stringify(entry, null, 2)}`)) await once(file, 'drain');
    separator = ',\n';
  }
  file.end(entries.length === 0 ? '[]\n' : '\n]\n');
  await once(file, 'close');
}

const json = (entries: readonly object[]) => `${JSON.stringify(entries, null, 2)}\n`;
