import type { ApiClient } from '@iotcore/testkit';
import type { Fleet } from '@iotcore/testkit/exports';
import { expect } from 'vitest';
import type { Report } from './iotcore.ts';

/** What became of the entries of each kind adds up to what was read. */
export function expectAccount(report: Report): void {
  for (const { read, ...became } of Object.values<Record<string, number>>(report.totals)) {
    expect(Object.values(became).reduce((sum, count) => sum + count, 0)).toBe(read);
  }
}

/** What the API shows of a registry's devices, in one form: export pages of all of them. */
export async function exportedDevices(api: ApiClient, registryId: string) {
  const devices = [];
  let pageToken = '';
  do {
    const page = await api.must(
      'GET',
      `/ext/v1/registries/${registryId}/export?pageSize=1000&pageToken=${pageToken}`,
    );
    devices.push(...page.devices);
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  return devices;
}

/** The devices of a registry are what the fleet says, certificates byte for byte. */
export async function expectFleet(api: ApiClient, fleet: Fleet, registryId: string): Promise<void> {
  const expected = (fleet.devices.get(registryId) ?? []).map((device) => ({
    id: device.id,
    registryId,
    createdAt: device.created_at,
    name: device.name,
    ...(device.description ? { description: device.description } : {}),
    ...(device.topic_aliases ? { topicAliases: device.topic_aliases } : {}),
    ...(device.labels ? { labels: device.labels } : {}),
    status: device.status,
    certificates: (fleet.certificates.get(device.id) ?? []).map(({ certPem, sha1 }) => ({
      fingerprint: sha1,
      certificateData: certPem,
      createdAt: '2021-03-04T09:12:55.123Z',
    })),
    passwordCount: 0,
  }));
  const found = await exportedDevices(api, registryId);
  expect(byId(found)).toEqual(byId(expected));
}

interface Exported {
  readonly id: string;
  readonly certificates: readonly { readonly fingerprint: string }[];
}

function byId(devices: readonly Exported[]) {
  return new Map(
    devices.map(({ certificates, ...device }) => [
      device.id,
      { ...device, certificates: new Map(certificates.map((one) => [one.fingerprint, one])) },
    ]),
  );
}
