/** Imports of what is there already, or is another's, or comes twice at once. */
import { createId } from '@iotcore/model';
import { makeCertificate } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { device, Importing, importPath, outcomesOf, registry } from '../support/importing.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const importing = new Importing(installation);
const createdAt = '2021-03-04T09:12:55Z';

describe('an ID that a resource of another kind has', () => {
  test('is refused, whosever it is, and the same way in a dry run; the others of the request come in', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const account = await createAccount(api, { folderId, role: 'admin' });
    const own = registry({ folderId });
    const theirs = registry();
    const stranger = device(theirs.id);
    const broker = { id: createId(), folderId: newFolder() };
    await importing.importAll({ registries: [own, theirs], brokers: [broker], devices: [stranger] });
    const taken = [own.id, theirs.id, stranger.id, broker.id, account.id];
    const kinds = {
      registries: { folderId, not: [own.id, theirs.id] },
      brokers: { folderId, not: [broker.id] },
      devices: { registryId: own.id, not: [stranger.id] },
    };
    for (const [collection, { not, ...parent }] of Object.entries(kinds)) {
      const entries = taken.filter((id) => !not.includes(id)).map((id) => ({ id, ...parent }));
      const fresh = { id: createId(), ...parent };
      for (const dryRun of [true, false]) {
        const body = { [collection]: [...entries, fresh], dryRun };
        const { results } = (await account.call('POST', importPath, body)).body;
        expect(outcomesOf(results)).toEqual([...entries.map(() => 'REFUSED'), 'CREATED']);
        const codes = results.map(({ code }: { code?: number }) => code);
        expect(codes).toEqual([...entries.map(() => 6), undefined]);
        const reasons = new Set(results.map(({ reason }: { reason?: string }) => reason));
        expect([...reasons]).toEqual(['This ID is taken: import it under another one.', undefined]);
      }
    }
    for (const path of [
      `/iot-devices/v1/devices/${broker.id}`,
      `/iot-broker/v1/brokers/${theirs.id}/operations`,
      `/ext/v1/devices/${theirs.id}/logs`,
    ]) {
      expectRefusal(await account.call('GET', path), 'NOT_FOUND');
    }
  });

  test('is refused to the second of two entries of one request', async () => {
    const own = registry();
    const results = await importing.importAll({
      registries: [own],
      brokers: [{ id: own.id, folderId: own.folderId }],
      devices: [device(own.id, { id: own.id })],
    });
    expect(outcomesOf(results)).toEqual(['CREATED', 'REFUSED', 'REFUSED']);
  });

  test('goes to one of two imports at the same moment', async () => {
    const own = await importing.newRegistry();
    const ids = Array.from({ length: 4 }, createId);
    const results = await Promise.all(
      ids.flatMap((id) => [
        importing.importAll({ devices: [device(own.id, { id })] }),
        importing.importAll({ brokers: [{ id, folderId: own.folderId }] }),
      ]),
    );
    expect(outcomesOf(results.flat()).sort()).toEqual([
      ...ids.map(() => 'CREATED'),
      ...ids.map(() => 'REFUSED'),
    ]);
  });
});

describe('what is there with other content', () => {
  test('is reported with its differences and stays, and is changed if overwriting was asked for', async () => {
    const { id: registryId } = await importing.newRegistry();
    const before = device(registryId, {
      name: 'one',
      labels: { a: '1', b: '2' },
      topicAliases: { x: '$devices/{id}/' },
    });
    await importing.importAll({ devices: [before] });
    const after = {
      id: before.id,
      registryId,
      createdAt,
      description: 'new',
      labels: { b: '2', a: '1' },
      topicAliases: { y: '$devices/{id}/' },
    };
    const differences = ['createdAt', 'description', 'name', 'topicAliases'];
    const [conflict] = await importing.importAll({ devices: [after] });
    expect(conflict).toMatchObject({ outcome: 'CONFLICT', reason: expect.stringContaining('overwrite') });
    expect(conflict.differences.sort()).toEqual(differences);
    expect((await importing.getDevice(before.id)).body).toMatchObject({ name: 'one' });

    const [updated] = await importing.importAll({ devices: [after], overwrite: true });
    expect([updated.outcome, updated.differences.sort()]).toEqual(['UPDATED', differences]);
    expect((await importing.getDevice(before.id)).body).toEqual({
      ...after,
      createdAt: '2021-03-04T09:12:55.000Z',
      topicAliases: { y: `$devices/${before.id}/` },
      status: 'ACTIVE',
    });
  });

  test('a registry and a broker are overwritten too, and a certificate with its text and time', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const own = registry({ folderId });
    const registryId = own.id;
    const entries = { registries: [own], brokers: [registry({ folderId })] };
    const { certPem } = await makeCertificate();
    await importing.importAll({ ...entries, certificates: [{ registryId, certificateData: certPem }] });
    const described = (entry: object) => ({ ...entry, description: 'new', logOptions: { minLevel: 'WARN' } });
    const body = {
      registries: entries.registries.map(described),
      brokers: entries.brokers.map(described),
      certificates: [{ registryId, certificateData: `before\n${certPem}`, createdAt }],
    };
    expect(outcomesOf(await importing.importAll(body))).toEqual(['CONFLICT', 'CONFLICT', 'CONFLICT']);
    expect(await importing.certificatesOf(`/iot-devices/v1/registries/${registryId}`)).toMatchObject([
      { certificateData: certPem },
    ]);
    const results = await importing.importAll({ ...body, overwrite: true });
    expect(results.map(({ outcome, differences }) => [outcome, differences])).toEqual([
      ['UPDATED', ['description', 'logOptions']],
      ['UPDATED', ['description', 'logOptions']],
      ['UPDATED', ['certificateData', 'createdAt']],
    ]);
    expect(await api.must('GET', `/iot-devices/v1/registries/${registryId}`)).toMatchObject({
      description: 'new',
    });
    expect(outcomesOf(await importing.importAll({ ...body, overwrite: true }))).toEqual(
      Array(3).fill('UNCHANGED'),
    );
  });

  test('a status and a creation time that the entry does not name stay', async () => {
    const entry = await importing.newRegistry({ status: 'DISABLED', createdAt });
    const { id, folderId } = entry;
    expect(
      outcomesOf(await importing.importAll({ registries: [{ id, folderId }], overwrite: true })),
    ).toEqual(['UNCHANGED']);
    await importing.importAll({ registries: [{ id, folderId, name: 'named' }], overwrite: true });
    expect(await installation().api.must('GET', `/iot-devices/v1/registries/${id}`)).toMatchObject({
      name: 'named',
      status: 'DISABLED',
      createdAt: '2021-03-04T09:12:55.000Z',
    });
  });

  test('nothing is moved to another folder or registry, even if overwriting was asked for', async () => {
    const [one, other] = [await importing.newRegistry(), await importing.newRegistry()];
    const own = device(one.id);
    await importing.importAll({ devices: [own] });
    const results = await importing.importAll({
      overwrite: true,
      registries: [{ id: one.id, folderId: newFolder() }],
      devices: [{ id: own.id, registryId: other.id }],
    });
    expect(results).toMatchObject([
      { outcome: 'CONFLICT', differences: ['folderId'] },
      { outcome: 'CONFLICT', differences: ['registryId'] },
    ]);
    expect((await importing.getDevice(own.id)).body.registryId).toBe(one.id);
  });
});

describe('what another resource has', () => {
  test('a name is a CONFLICT, also within one request and when overwriting', async () => {
    const { id: registryId } = await importing.newRegistry();
    const [one, two, three] = ['same', 'same', ''].map((name) => device(registryId, { name }));
    const first = await importing.importAll({ devices: [one, two, three] });
    expect(first.map(({ outcome, differences }) => [outcome, differences])).toEqual([
      ['CREATED', undefined],
      ['CONFLICT', ['name']],
      ['CREATED', undefined],
    ]);
    const renamed = { ...three, name: 'same' };
    expect(outcomesOf(await importing.importAll({ devices: [renamed], overwrite: true }))).toEqual([
      'CONFLICT',
    ]);
    expect((await importing.getDevice(String(two?.id))).status).toBe(404);
  });

  test.each(['my/', 'my/ali', 'my/alias/', 'my/alias/2'])(
    'the alias %s beside my/alias/ is a CONFLICT, stored or in the same request',
    async (alias) => {
      const { id: registryId } = await importing.newRegistry();
      const one = device(registryId, { topicAliases: { 'my/alias/': '$devices/{id}/' } });
      const other = device(registryId, {
        topicAliases: { [alias]: '$devices/{id}/', 'fine/': '$devices/{id}/' },
      });
      expect(outcomesOf(await importing.importAll({ devices: [one, other] }))).toEqual([
        'CREATED',
        'CONFLICT',
      ]);
      const [again] = await importing.importAll({ devices: [other] });
      expect(again).toMatchObject({ outcome: 'CONFLICT', differences: ['topicAliases'] });
      expect((await importing.getDevice(other.id)).status).toBe(404);
      const elsewhere = { ...other, registryId: (await importing.newRegistry()).id };
      expect(outcomesOf(await importing.importAll({ devices: [elsewhere] }))).toEqual(['CREATED']);
    },
  );

  test('an alias that one device gives up may go to another in the same request', async () => {
    const { id: registryId } = await importing.newRegistry();
    const one = device(registryId, { topicAliases: { 'a/': '$devices/{id}/', 'b/': '$devices/{id}/' } });
    const other = device(registryId);
    await importing.importAll({ devices: [one, other] });
    const swapped = [
      { ...one, topicAliases: { 'b/': '$devices/{id}/state' } },
      { ...other, topicAliases: { 'a/': '$devices/{id}/' } },
    ];
    expect(outcomesOf(await importing.importAll({ devices: swapped, overwrite: true }))).toEqual([
      'UPDATED',
      'UPDATED',
    ]);
    expect((await importing.getDevice(one.id)).body.topicAliases).toEqual({
      'b/': `$devices/${one.id}/state`,
    });
    expect((await importing.getDevice(other.id)).body.topicAliases).toEqual({
      'a/': `$devices/${other.id}/`,
    });
  });

  test('a certificate is a CONFLICT, and stays where it is', async () => {
    const { id: registryId } = await importing.newRegistry();
    const [one, other] = [device(registryId), device(registryId)];
    const { certPem: certificateData, sha1 } = await makeCertificate();
    const certificates = [one, other, one].map(({ id }) => ({ deviceId: id, certificateData }));
    const results = await importing.importAll({ overwrite: true, devices: [one, other], certificates });
    expect(outcomesOf(results).slice(2)).toEqual(['CREATED', 'CONFLICT', 'UNCHANGED']);
    expect(results[3]).toMatchObject({ id: other.id, fingerprint: sha1 });
    expect(await importing.certificatesOf(`/iot-devices/v1/devices/${other.id}`)).toEqual([]);
  });
});

test('an entry that is given twice is created once', async () => {
  const { id: registryId } = await importing.newRegistry();
  const own = device(registryId, { name: 'x' });
  const changed = { ...own, description: 'other' };
  expect(outcomesOf(await importing.importAll({ devices: [own, own, changed] }))).toEqual([
    'CREATED',
    'UNCHANGED',
    'CONFLICT',
  ]);
  expect(outcomesOf(await importing.importAll({ devices: [changed, changed], overwrite: true }))).toEqual([
    'UPDATED',
    'UNCHANGED',
  ]);
  expect((await importing.getDevice(own.id)).body.description).toBe('other');
});

test('identical imports at the same moment create each thing once, and none fails', async () => {
  const entry = registry();
  const devices = Array.from({ length: 100 }, (_, i) =>
    device(entry.id, { name: `d${i}`, topicAliases: { [`a${i}/`]: '$devices/{id}/' } }),
  );
  const all = await Promise.all(
    Array.from({ length: 6 }, () => importing.importAll({ registries: [entry], devices })),
  );
  const counts = all.flat().map(({ outcome }) => outcome);
  expect(counts.filter((outcome) => outcome === 'CREATED')).toHaveLength(101);
  expect(counts.filter((outcome) => outcome === 'UNCHANGED')).toHaveLength(505);
});

test('imports and other writers of the same names and certificates end without an error of ours', async () => {
  const { api } = installation();
  const entry = await importing.newRegistry();
  const certificate = await makeCertificate();
  const owners = Array.from({ length: 5 }, () => device(entry.id));
  await importing.importAll({ devices: owners });
  const answers = await Promise.all(
    owners.flatMap(({ id }, i) => [
      api.call('POST', '/iot-devices/v1/devices', { registryId: entry.id, name: `n${i}` }),
      api.call('POST', importPath, { devices: [device(entry.id, { name: `n${i}` })] }),
      api.call('PATCH', `/iot-devices/v1/devices/${id}`, {
        updateMask: 'topicAliases',
        topicAliases: { [`${i}/`]: '$devices/{id}/' },
      }),
      api.call('POST', importPath, {
        overwrite: true,
        devices: [{ ...device(entry.id), id, topicAliases: { [`${i}/`]: '$devices/{id}/state' } }],
      }),
      api.call('POST', `/iot-devices/v1/devices/${id}/certificates`, {
        certificateData: certificate.certPem,
      }),
      api.call('POST', importPath, {
        certificates: [{ deviceId: id, certificateData: certificate.certPem }],
      }),
    ]),
  );
  const unexpected = answers.filter(({ status }) => ![200, 409, 503].includes(status));
  expect(unexpected).toEqual([]);
  const { devices } = await api.must('GET', `/iot-devices/v1/devices?registryId=${entry.id}`);
  const names = devices.map(({ name }: { name?: string }) => name).filter(Boolean);
  expect(names.sort()).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
});
