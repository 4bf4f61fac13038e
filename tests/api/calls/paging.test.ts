import type { ApiClient, Json } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const registries = '/iot-devices/v1/registries';

async function folderOf(count: number): Promise<{ folderId: string; ids: string[] }> {
  const { api } = installation();
  const folderId = newFolder();
  const created = await Promise.all(Array.from({ length: count }, () => api.createRegistry({ folderId })));
  return { folderId, ids: created.map(({ id }) => id).sort() };
}

async function firstPage(api: ApiClient, folderId: string): Promise<Json> {
  return api.must('GET', `${registries}?folderId=${folderId}&pageSize=1`);
}

test.each(['-1', '1001', '1.5', '1e9', 'all', '[]'])('a page of %s is refused', async (size) => {
  const { api } = installation();
  expectViolations(await api.call('GET', `${registries}?folderId=f&pageSize=${size}`), 'pageSize');
});

test('a page of devices may have 20,000', async () => {
  const { api } = installation();
  expect((await api.call('GET', '/iot-devices/v1/devices?folderId=f&pageSize=20000')).status).toBe(200);
  expectViolations(await api.call('GET', '/iot-devices/v1/devices?folderId=f&pageSize=20001'), 'pageSize');
});

describe('a page token is refused', () => {
  test.each(['x', 'null', 'AAAA', '%00', 'x'.repeat(101), '../../etc'])('when it is %s', async (token) => {
    const { folderId } = await folderOf(1);
    const path = `${registries}?folderId=${folderId}&pageToken=${token}`;
    expectViolations(await installation().api.call('GET', path), 'pageToken');
  });

  test('when any of its characters is changed', async () => {
    const { api } = installation();
    const { folderId } = await folderOf(2);
    const { nextPageToken: token } = await firstPage(api, folderId);
    for (const at of [0, 10, token.length - 2]) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      const answer = await api.call('GET', `${registries}?folderId=${folderId}&pageToken=${changed}`);
      expectViolations(answer, 'pageToken');
    }
  });

  test('in another folder, and in another list of the same folder', async () => {
    const { api } = installation();
    const [one, other] = [await folderOf(2), await folderOf(2)];
    const { nextPageToken: token } = await firstPage(api, one.folderId);
    for (const path of [
      `${registries}?folderId=${other.folderId}`,
      `/iot-devices/v1/devices?folderId=${one.folderId}`,
      `/iot-broker/v1/brokers?folderId=${one.folderId}`,
    ]) {
      expectViolations(await api.call('GET', `${path}&pageToken=${token}`), 'pageToken');
    }
  });
});

test('pages show every row once, in order, with a token but on the last', async () => {
  const { api } = installation();
  const { folderId, ids } = await folderOf(5);
  const pages: string[][] = [];
  let pageToken = '';
  do {
    const page = await api.must(
      'GET',
      `${registries}?folderId=${folderId}&pageSize=2&pageToken=${pageToken}`,
    );
    pages.push(page.registries.map(({ id }: { id: string }) => id));
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
});

test('a page that is just full is the last one', async () => {
  const { api } = installation();
  const { folderId } = await folderOf(2);
  expect(await api.must('GET', `${registries}?folderId=${folderId}&pageSize=2`)).not.toHaveProperty(
    'nextPageToken',
  );
});

test('rows that are deleted and added meanwhile make no other row be missed or repeated', async () => {
  const { api } = installation();
  const { folderId, ids } = await folderOf(6);
  const { registries: first, nextPageToken } = await api.must(
    'GET',
    `${registries}?folderId=${folderId}&pageSize=3`,
  );
  for (const id of [ids[2], ids[3]]) await api.must('DELETE', `${registries}/${id}`);
  const added = await api.createRegistry({ folderId });
  const path = `${registries}?folderId=${folderId}&pageToken=${nextPageToken}`;
  const rest = (await api.must('GET', path)).registries.map(({ id }: { id: string }) => id);
  expect(first.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 3));
  expect(rest.filter((id: string) => id !== added.id)).toEqual(ids.slice(4));
});

test('the page size may change from page to page', async () => {
  const { api } = installation();
  const { folderId, ids } = await folderOf(4);
  const { nextPageToken } = await firstPage(api, folderId);
  const path = `${registries}?folderId=${folderId}&pageSize=0&pageToken=${nextPageToken}`;
  expect((await api.must('GET', path)).registries.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1));
});
