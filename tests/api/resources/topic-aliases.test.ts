import type { Resource } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const devices = '/iot-devices/v1/devices';

async function newDevice(registryId?: string): Promise<Resource & { readonly url: string }> {
  const { api } = installation();
  const device = await api.createDevice(registryId ?? (await api.createRegistry()).id);
  return { ...device, url: `${devices}/${device.id}` };
}

const setAliases = (url: string, topicAliases: object) =>
  installation().api.call('PATCH', url, { updateMask: 'topicAliases', topicAliases });

describe('a device refuses', () => {
  test.each([
    ['an alias that begins with $', { $x: '$devices/{id}/' }, 'topicAliases.$x'],
    ['an alias that begins with devices/', { 'devices/x': '$devices/{id}/' }, 'topicAliases.devices/x'],
    ['an empty alias', { '': '$devices/{id}/' }, 'topicAliases.'],
    ['an alias with a wildcard', { 'a/+': '$devices/{id}/' }, 'topicAliases.a/+'],
    ['a prefix of another device', { a: '$devices/are00000000000000000/' }, 'topicAliases.a'],
    [
      'a prefix that begins with its ID but is none of its own',
      { a: '$devices/{id}0/events' },
      'topicAliases.a',
    ],
    ['a prefix of the registry', { a: '$registries/{id}/events' }, 'topicAliases.a'],
    ['a prefix of no topic', { a: '$devices/{id}/nonsense' }, 'topicAliases.a'],
    ['a prefix with a wildcard', { a: '$devices/{id}/events/#' }, 'topicAliases.a'],
    ['a prefix that is no string', { a: 1 }, 'topicAliases.a'],
  ])('%s', async (_, aliases, field) => {
    const { url } = await newDevice();
    expectViolations(await setAliases(url, aliases), field);
    expect(await installation().api.must('GET', url)).not.toHaveProperty('topicAliases');
  });

  test('more than five', async () => {
    const { url } = await newDevice();
    const aliases = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((alias) => [alias, '$devices/{id}/']),
    );
    expectViolations(await setAliases(url, aliases), 'topicAliases');
  });

  test('an alias that begins another of its own', async () => {
    const { url } = await newDevice();
    const answer = await setAliases(url, { my: '$devices/{id}/', 'my/': '$devices/{id}/events' });
    expectViolations(answer, 'topicAliases.my', 'topicAliases.my/');
  });

  test.each(['my/', 'my/ali', 'my/alias/2/', 'my/alias/'])(
    'the alias %s beside my/alias/ of another device of the registry',
    async (alias) => {
      const one = await newDevice();
      const other = await newDevice(String(one['registryId']));
      expect((await setAliases(one.url, { 'my/alias/': '$devices/{id}/' })).status).toBe(200);
      expectRefusal(await setAliases(other.url, { [alias]: '$devices/{id}/' }), 'ALREADY_EXISTS');
      expect(await installation().api.must('GET', other.url)).not.toHaveProperty('topicAliases');
    },
  );
});

test.each(['my/alias1/', 'my/alias2/', 'my/ali/'])('my/alias/ allows %s beside it', async (alias) => {
  const one = await newDevice();
  const other = await newDevice(String(one['registryId']));
  await setAliases(one.url, { 'my/alias/': '$devices/{id}/' });
  expect((await setAliases(other.url, { [alias]: '$devices/{id}/' })).status).toBe(200);
});

test('two registries may have one alias', async () => {
  for (const { url } of [await newDevice(), await newDevice()]) {
    expect((await setAliases(url, { temp: '$devices/{id}/events/t' })).status).toBe(200);
  }
});

test('of many devices that take conflicting aliases at the same moment, one wins', async () => {
  const { api } = installation();
  const { id: registryId } = await api.createRegistry();
  const all = await Promise.all(Array.from({ length: 8 }, () => newDevice(registryId)));
  const answers = await Promise.all(
    all.map(({ url }, i) => setAliases(url, { [`a/${'b/'.repeat(i)}`]: '$devices/{id}/' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
});

test('an update replaces all aliases, and may take back its own', async () => {
  const { url, id } = await newDevice();
  await setAliases(url, { 'a/': '$devices/{id}/', b: '$devices/{id}/state' });
  const answer = await setAliases(url, { 'a/': `$devices/${id}/events/`, 'c/': '$devices/{id}' });
  expect(answer.body.response.topicAliases).toEqual({
    'a/': `$devices/${id}/events/`,
    'c/': `$devices/${id}`,
  });
});

test('a registry lists the aliases of all its devices in pages that miss none and repeat none', async () => {
  const { api } = installation();
  const { id: registryId } = await api.createRegistry();
  const all = await Promise.all(Array.from({ length: 4 }, () => newDevice(registryId)));
  const expected: string[] = [];
  for (const [i, { url, id }] of all.entries()) {
    const aliases = Object.fromEntries(
      Array.from({ length: i + 1 }, (_, k) => [`d${i}/a${k}`, '$devices/{id}/']),
    );
    await setAliases(url, aliases);
    expected.push(...Object.keys(aliases).map((alias) => `${id} ${alias} $devices/${id}/`));
  }
  const listed: string[] = [];
  let pageToken = '';
  do {
    const path = `/iot-devices/v1/registries/${registryId}:listDeviceTopicAliases?pageSize=3&pageToken=${pageToken}`;
    const page = await api.must('GET', path);
    expect(page.aliases.length).toBeLessThanOrEqual(3);
    for (const { deviceId, alias, topicPrefix } of page.aliases)
      listed.push(`${deviceId} ${alias} ${topicPrefix}`);
    pageToken = page.nextPageToken ?? '';
    expect(pageToken.length).toBeLessThanOrEqual(100);
  } while (pageToken !== '');
  expect(listed.toSorted()).toEqual(expected.toSorted());
  expect(listed.map((line) => line.split(' ')[0])).toEqual(
    listed.map((line) => line.split(' ')[0]).toSorted(),
  );
});
