import { createId } from '@iotcore/model';
import type { ApiAnswer, Json } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const registries = '/iot-devices/v1/registries';
const devices = '/iot-devices/v1/devices';

/** More than the administrator makes in all tests of this file. */
const callsPerSecond = 300;

const installation = watchedInstallation({
  programs: ['api'],
  env: {
    IOT_API_CALLS_PER_SECOND: String(callsPerSecond),
    // The second takes a day, as the minute does: all calls of a test are made within it, however slow the machine.
    IOT_INTERNAL_API_RATE_WINDOW_MS: '86400000',
    IOT_API_TRUSTED_PROXIES: '127.0.0.1/32',
    IOT_QUOTA_REGISTRIES_PER_FOLDER: '3',
    IOT_QUOTA_DEVICES_PER_FOLDER: '4',
    IOT_QUOTA_BROKERS_PER_FOLDER: '0',
  },
});

describe('rates', () => {
  test('a caller beyond its rate is told when to come back; others are served', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const [greedy, modest] = [
      await createAccount(api, { folderId, role: 'viewer' }),
      await createAccount(api, { folderId, role: 'viewer' }),
    ];
    const path = `${registries}?folderId=${folderId}`;
    const answers = await Promise.all(
      Array.from({ length: callsPerSecond + 20 }, () => greedy.call('GET', path)),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(20);
    for (const answer of refused) {
      expectRefusal(answer, 'RESOURCE_EXHAUSTED');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await modest.call('GET', path)).status).toBe(200);
  });

  test('an address that keeps trying bad credentials is slowed down, and good ones from there are not', async () => {
    const { api } = installation();
    const headers = { authorization: 'Bearer abc' };
    const calls = Array.from({ length: 200 }, () =>
      api.call('GET', `${registries}?folderId=f`, undefined, { token: null, headers }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([...Array(120).fill(401), ...Array(80).fill(429)]);
    const good = await createAccount(api, { folderId: 'f', role: 'viewer' });
    expect((await good.call('GET', `${registries}?folderId=f`)).status).toBe(200);
  });
});

describe('guesses', () => {
  /** Guesses more often than an address may in a minute; what else the last answer could have been. */
  async function guessTooOften(from: string): Promise<ApiAnswer> {
    const { api } = installation();
    const headers = { authorization: 'Api-Key iotcore_nobody', 'x-forwarded-for': from };
    const guess = () => api.call('GET', `${registries}?folderId=f`, undefined, { token: null, headers });
    const answers: ApiAnswer[] = [];
    for (let round = 0; round < 11; round++)
      answers.push(...(await Promise.all(Array.from({ length: 11 }, guess))));
    const last = answers.filter(({ status }) => status !== 401);
    expect(last).toHaveLength(1);
    return last[0] as ApiAnswer;
  }

  const exchange = (from: string) => {
    const headers = { 'x-forwarded-for': from };
    return installation().api.call('POST', '/iam/v1/tokens', { jwt: 'x' }, { token: null, headers });
  };

  test('beyond 120 a minute are refused with 429, and those at the exchange of tokens count with them', async () => {
    expectRefusal(await guessTooOften('203.0.113.1'), 'RESOURCE_EXHAUSTED');
    expectRefusal(await exchange('203.0.113.1'), 'RESOURCE_EXHAUSTED');
    expectRefusal(await exchange('203.0.113.2'), 'UNAUTHENTICATED');
  });

  test('of a client that a trusted proxy names harm no other client of that proxy, whatever it claims to be', async () => {
    await guessTooOften('192.0.2.1, 198.51.100.1');
    expectRefusal(await exchange('192.0.2.2, 198.51.100.1'), 'RESOURCE_EXHAUSTED');
    expectRefusal(await exchange('192.0.2.1'), 'UNAUTHENTICATED');
  });

  test('from one IPv6 network count together', async () => {
    await guessTooOften('2a00:1:2:3::1');
    expectRefusal(await exchange('2a00:1:2:3:ffff::'), 'RESOURCE_EXHAUSTED');
    expectRefusal(await exchange('2a00:1:2:4::1'), 'UNAUTHENTICATED');
  });

  test('the audit trail names the client that a trusted proxy names', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const headers = { 'x-forwarded-for': '6.6.6.6, 203.0.113.9, 127.0.0.1' };
    await api.call('POST', registries, { folderId }, { headers });
    const [event] = (await api.must('GET', `/ext/v1/auditEvents?folderId=${folderId}`)).auditEvents;
    expect(event.remoteIp).toBe('203.0.113.9');
  });
});

describe('quotas', () => {
  test('of registries are exact, also among many at the same moment, and one that goes makes room', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.call('POST', registries, { folderId })),
    );
    const made = answers.filter(({ status }) => status === 200);
    expect(made).toHaveLength(3);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectRefusal(answer, 'RESOURCE_EXHAUSTED');
      expect(answer.headers.get('retry-after')).toBeNull();
    }
    expect((await api.call('POST', registries, { folderId: newFolder() })).status).toBe(200);
    await api.must('DELETE', `${registries}/${made[0]?.body.response.id}`);
    expect((await api.call('POST', registries, { folderId })).status).toBe(200);
  });

  test('hold for imports too, exactly, and what is there already needs no room', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const registryId = createId();
    const ids = Array.from({ length: 6 }, () => createId());
    const body = {
      registries: [{ id: registryId, folderId }],
      brokers: [{ id: createId(), folderId }],
      devices: ids.map((id) => ({ id, registryId })),
    };
    const both = await Promise.all([
      api.must('POST', '/ext/v1/import', body),
      api.must('POST', '/ext/v1/import', body),
    ]);
    const outcomes = both.map(({ results }) => results.map(({ outcome }: Json) => outcome));
    const [refused, fourTimes] = [['REFUSED', 'REFUSED'], (outcome: string) => Array(4).fill(outcome)];
    expect(outcomes.sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['CREATED', 'REFUSED', ...fourTimes('CREATED'), ...refused],
      ['UNCHANGED', 'REFUSED', ...fourTimes('UNCHANGED'), ...refused],
    ]);
    expect((await api.call('POST', devices, { registryId })).status).toBe(429);
    expect((await api.must('GET', `${devices}?folderId=${folderId}`)).devices).toHaveLength(4);
  });

  test('of devices count those of all registries of the folder', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const [one, other] = [await api.createRegistry({ folderId }), await api.createRegistry({ folderId })];
    const calls = Array.from({ length: 10 }, (_, i) =>
      api.call('POST', devices, { registryId: i % 2 === 0 ? one.id : other.id }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 200, 200, 200, ...Array(6).fill(429)]);
    expect((await api.must('GET', `${devices}?folderId=${folderId}`)).devices).toHaveLength(4);
  });

  test('of nothing allow nothing', async () => {
    const { api } = installation();
    expectRefusal(
      await api.call('POST', '/iot-broker/v1/brokers', { folderId: newFolder() }),
      'RESOURCE_EXHAUSTED',
    );
  });
});
