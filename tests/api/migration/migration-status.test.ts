/** How far a move has come: what is counted, what is listed, and to whom it is shown. */
import { openDatabase } from '@iotcore/store';
import { connectMqtt, eventually, type Json, makeCertificate, makePassword } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const status = '/ext/v1/migrationStatus';
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function switchOn(owner: string): Promise<void> {
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  await installation().api.must('PUT', `/ext/v1/${owner}/passwordAdoption`, {
    endsAt,
    networks: ['127.0.0.0/8'],
  });
}

async function logIn(username: string, password: string): Promise<void> {
  await (await connectMqtt({ ...installation().overTls, username, password })).end();
}

/** A registry with five devices: with nothing, a certificate, a password, both, and one whose password is adopted. */
async function fleet() {
  const { api } = installation();
  const folderId = newFolder();
  const registry = await api.createRegistry({ folderId, name: 'greenhouse' });
  const { certPem } = await makeCertificate();
  const { certPem: second } = await makeCertificate();
  const device = (name: string, fields = {}) => api.createDevice(registry.id, { name, ...fields });
  const bare = await device('bare');
  const certified = await device('certified', { certificates: [{ certificateData: certPem }] });
  const secret = makePassword();
  const secured = await device('secured', { password: secret });
  const both = await device('both', {
    certificates: [{ certificateData: second }],
    password: makePassword(),
  });
  const adopted = await device('adopted');
  await switchOn(`registries/${registry.id}`);
  await logIn(adopted.id, makePassword());
  await logIn(secured.id, secret);
  return { api, folderId, registry, bare, certified, secured, both, adopted };
}

const devicesOf = (registryId: string, query = '') =>
  installation().api.must('GET', `/ext/v1/registries/${registryId}/migrationDevices${query}`);
const names = (page: { devices: Json[] }) => page.devices.map(({ name }) => name);

describe('the status of a move', () => {
  test('is asked of exactly one folder, registry or broker', async () => {
    const { api } = installation();
    for (const query of ['', '?folderId=f&registryId=a', '?registryId=a&brokerId=b'])
      expectViolations(await api.call('GET', status + query), '');
    expectRefusal(await api.call('GET', `${status}?registryId=arexxxxxxxxxxxxxxxxx`), 'NOT_FOUND');
    expectRefusal(await api.call('GET', `${status}?brokerId=arexxxxxxxxxxxxxxxxx`), 'NOT_FOUND');
  });

  test('is not shown to a stranger', async () => {
    const { api } = installation();
    const registry = await api.createRegistry();
    const stranger = await createAccount(api, { folderId: newFolder(), role: 'admin' });
    expectRefusal(await stranger.call('GET', `${status}?registryId=${registry.id}`), 'NOT_FOUND');
    expectRefusal(
      await stranger.call('GET', `${status}?folderId=${registry['folderId']}`),
      'PERMISSION_DENIED',
    );
  });

  test('counts devices by what they have and whether they were seen', async () => {
    const { api, folderId, registry } = await fleet();
    const expected = {
      registryId: registry.id,
      name: 'greenhouse',
      folderId,
      devices: 5,
      seen: 2,
      notSeen: 3,
      seenLastDay: 2,
      withCertificate: 2,
      withPassword: 3,
      adopted: 1,
      withoutCredential: 1,
      hasCertificate: false,
      hasPassword: false,
      adoption: { endsAt: expect.stringMatching(/Z$/), networks: ['127.0.0.0/8'] },
    };
    await eventually('both devices to be seen', async () => {
      const { registries } = await api.must('GET', `${status}?registryId=${registry.id}`);
      return registries[0].seen === 2;
    });
    for (const query of [`registryId=${registry.id}`, `folderId=${folderId}`])
      expect(await api.must('GET', `${status}?${query}`)).toEqual({ registries: [expected], brokers: [] });
  });

  test('tells of a registry and a broker what they themselves have', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const older = await api.createRegistry({ folderId });
    const newer = await api.createRegistry({ folderId, password: makePassword() });
    const { response: broker } = await api.must('POST', '/iot-broker/v1/brokers', {
      folderId,
      name: 'plant',
    });
    await switchOn(`brokers/${broker.id}`);
    await logIn(broker.id, makePassword());
    const { registries, brokers } = await api.must('GET', `${status}?folderId=${folderId}`);
    expect(registries.map(({ registryId }: Json) => registryId)).toEqual([older.id, newer.id]);
    expect(registries[0]).toMatchObject({ devices: 0, hasPassword: false });
    expect(registries[0]).not.toHaveProperty('adoption');
    expect(registries[1]).toMatchObject({ hasPassword: true });
    expect(registries[1]).not.toHaveProperty('adoptedAt');
    expect(brokers).toEqual([
      {
        ...{ brokerId: broker.id, name: 'plant', folderId, hasCertificate: false, hasPassword: true },
        adoptedAt: expect.stringMatching(/Z$/),
        passwordId: expect.stringMatching(/^are/),
        adoption: { endsAt: expect.any(String), networks: ['127.0.0.0/8'] },
      },
    ]);
    expect((await api.must('GET', `${status}?brokerId=${broker.id}`)).brokers).toEqual(brokers);
  });

  test('shows no adoption that has ended', async () => {
    const { api } = installation();
    const registry = await api.createRegistry();
    await switchOn(`registries/${registry.id}`);
    const adoption = async () =>
      (await api.must('GET', `${status}?registryId=${registry.id}`)).registries[0].adoption;
    expect(await adoption()).toBeDefined();
    // As if the time had come.
    const database = openDatabase(installation().databaseUrl ?? '', { logger: quiet, poolSize: 1 });
    onTestFinished(() => database.close());
    const { rows } = await database.pool.query<{ endsAt: Date }>(
      'UPDATE password_adoptions SET ends_at = now() WHERE registry_id = $1 RETURNING ends_at AS "endsAt"',
      [registry.id],
    );
    expect(await adoption()).toBeUndefined();
    expect(await api.must('GET', `/ext/v1/registries/${registry.id}/passwordAdoption`)).toMatchObject({
      endsAt: rows[0]?.endsAt.toISOString(),
    });
  });
});

describe('the devices of a move', () => {
  test('are filtered by known filters only', async () => {
    const { api } = installation();
    const registry = await api.createRegistry();
    const path = `/ext/v1/registries/${registry.id}/migrationDevices`;
    expectViolations(await api.call('GET', `${path}?filter=SEEN`), 'filter');
    expectViolations(await api.call('GET', `${path}?pageSize=1001`), 'pageSize');
    expectViolations(await api.call('GET', `${path}?pageToken=x`), 'pageToken');
  });

  test('are listed oldest first, whole or by filter', async () => {
    const { registry, adopted, secured } = await fleet();
    await eventually('both devices to be seen', async () => {
      return names(await devicesOf(registry.id, '?filter=NOT_SEEN')).length === 3;
    });
    const all = await devicesOf(registry.id);
    expect(names(all)).toEqual(['bare', 'certified', 'secured', 'both', 'adopted']);
    expect(names(await devicesOf(registry.id, '?filter=NOT_SEEN'))).toEqual(['bare', 'certified', 'both']);
    expect(names(await devicesOf(registry.id, '?filter=WITHOUT_CREDENTIAL'))).toEqual(['bare']);
    const { devices } = await devicesOf(registry.id, '?filter=ADOPTED');
    const { passwords } = await installation().api.must(
      'GET',
      `/iot-devices/v1/devices/${adopted.id}/passwords`,
    );
    expect(devices).toEqual([
      {
        ...{ deviceId: adopted.id, name: 'adopted', createdAt: adopted['createdAt'] },
        ...{ hasCertificate: false, hasPassword: true, passwordId: passwords[0].id },
        firstSeenAt: expect.stringMatching(/Z$/),
        lastAuthTime: expect.stringMatching(/Z$/),
        adoptedAt: expect.stringMatching(/Z$/),
      },
    ]);
    expect(all.devices[2]).not.toHaveProperty('adoptedAt');
    expect(all.devices[2].deviceId).toBe(secured.id);
    expect(all.devices[0]).not.toHaveProperty('firstSeenAt');
  });

  test('keep the time at which they were first seen', async () => {
    const { registry, secured } = await fleet();
    const seen = () =>
      eventually('it to be seen', async () => {
        const { devices } = await devicesOf(registry.id);
        return devices.find(({ deviceId, firstSeenAt }: Json) => deviceId === secured.id && firstSeenAt);
      });
    const first = await seen();
    const secret = makePassword();
    await installation().api.addPassword({ deviceId: secured.id }, secret);
    await logIn(secured.id, secret);
    const later = await eventually('the second login', async () => {
      const device = await seen();
      return device.lastAuthTime !== first.lastAuthTime && device;
    });
    expect(later.firstSeenAt).toBe(first.firstSeenAt);
  });

  test('are paged without gap or repetition, though many were created in one moment', async () => {
    const { api, databaseUrl } = installation();
    const registry = await api.createRegistry();
    const database = openDatabase(databaseUrl, { logger: quiet, poolSize: 1 });
    await database.pool.query(
      `INSERT INTO devices (id, registry_id, folder_id, created_at)
       SELECT repeat('z', 45) || n, $1, $2,
              '2020-01-01T00:00:00Z'::timestamptz + (n / 10) * interval '1 microsecond'
       FROM generate_series(10000, 10099) AS n`,
      [registry.id, registry['folderId']],
    );
    await database.close();
    const found: string[] = [];
    let token = '';
    do {
      const page = await devicesOf(registry.id, `?filter=WITHOUT_CREDENTIAL&pageSize=7&pageToken=${token}`);
      expect((page.nextPageToken ?? '').length).toBeLessThanOrEqual(100);
      found.push(...page.devices.map(({ deviceId }: Json) => deviceId));
      token = page.nextPageToken ?? '';
    } while (token !== '');
    expect(found).toEqual(Array.from({ length: 100 }, (_, n) => `${'z'.repeat(45)}${10_000 + n}`));
  });

  test('are not shown by a page token of another filter', async () => {
    const { api } = installation();
    const registry = await api.createRegistry();
    for (const _ of [1, 2]) await api.createDevice(registry.id);
    const { nextPageToken } = await devicesOf(registry.id, '?pageSize=1');
    const path = `/ext/v1/registries/${registry.id}/migrationDevices`;
    expectViolations(
      await api.call('GET', `${path}?filter=NOT_SEEN&pageToken=${nextPageToken}`),
      'pageToken',
    );
  });
});
