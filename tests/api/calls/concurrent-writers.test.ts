import { type ApiAnswer, makeCertificate, makePassword } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const registries = '/iot-devices/v1/registries';
const devices = '/iot-devices/v1/devices';

/** What may come of a call that others are in the way of. Never 5xx: the caller that loses is told why. */
const expected = new Set([200, 400, 404, 409]);

function expectNoFailure(answers: readonly ApiAnswer[]): void {
  const unexpected = answers.filter(({ status }) => !expected.has(status));
  expect(unexpected.map(({ status, body }) => ({ status, body }))).toEqual([]);
}

test('writers of one registry each succeed or are told that it is gone', async () => {
  const { api } = installation();
  const { id } = await api.createRegistry();
  const url = `${registries}/${id}`;
  const answers = await Promise.all([
    ...Array.from({ length: 10 }, (_, i) => api.call('PATCH', url, { updateMask: 'name', name: `n${i}` })),
    ...Array.from({ length: 5 }, (_, i) => api.call('POST', `${url}:${i % 2 ? 'enable' : 'disable'}`)),
    ...Array.from({ length: 5 }, () => api.call('POST', `${url}/passwords`, { password: makePassword() })),
    ...Array.from({ length: 3 }, () => api.call('DELETE', url)),
  ]);
  expectNoFailure(answers);
  expect(answers.slice(-3).filter(({ status }) => status === 200)).toHaveLength(1);
  expect((await api.call('GET', url)).status).toBe(404);
});

test('a crowd that creates, renames, aliases and deletes in one registry ends in one consistent state', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const registry = await api.createRegistry({ folderId });
  const { certPem: certificateData } = await makeCertificate();
  const all = await Promise.all(Array.from({ length: 6 }, () => api.createDevice(registry.id)));
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => {
      const url = `${devices}/${all[i % all.length]?.id}`;
      const name = `n${i % 3}`;
      const topicAliases = { [`a${i % 2}/`]: '$devices/{id}/' };
      switch (i % 6) {
        case 0:
          return api.call('POST', devices, { registryId: registry.id, name, topicAliases });
        case 1:
          return api.call('PATCH', url, { updateMask: 'topicAliases', topicAliases });
        case 2:
          return api.call('PATCH', url, { updateMask: 'name', name });
        case 3:
          return api.call('POST', `${url}/certificates`, { certificateData });
        case 4:
          return i > 30 ? api.call('DELETE', url) : api.call('GET', url);
        default:
          return api.call('DELETE', `${registries}/${registry.id}`);
      }
    }),
  );
  expectNoFailure(answers);
  const { devices: left } = await api.must('GET', `${devices}?registryId=${registry.id}`);
  const names = left.flatMap(({ name }: { name?: string }) => name ?? []);
  expect(new Set(names).size).toBe(names.length);
  const { aliases } = await api.must('GET', `${registries}/${registry.id}:listDeviceTopicAliases`);
  const owned = left.flatMap(({ topicAliases = {} }: { topicAliases?: object }) => Object.keys(topicAliases));
  expect(aliases.map(({ alias }: { alias: string }) => alias).sort()).toEqual(owned.sort());
  expect(new Set(owned).size).toBe(owned.length);
});
