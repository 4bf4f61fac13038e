import { createId } from '@iotcore/model';
import { connectMqtt, eventually, makeCertificate, makePassword } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { device, Importing, importPath, outcomesOf, registry } from '../support/importing.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const importing = new Importing(installation);
const createdAt = '2021-03-04T09:12:55Z';

const call = (body: unknown) => installation().api.call('POST', importPath, body);

describe('the whole request is refused', () => {
  test.each([
    ['an unknown field', { registrys: [] }, 'registrys'],
    ['what is no list', { devices: {} }, 'devices'],
    ['an overwrite that is no boolean', { overwrite: 'yes' }, 'overwrite'],
    ['1,001 entries', { devices: Array(500).fill({}), certificates: Array(501).fill({}) }, ''],
  ])('with %s', async (_, body, field) => {
    expectViolations(await call(body), field);
  });

  test('with a body over 8 MiB, and not with one just below', async () => {
    const most = 8 * 1024 * 1024;
    const bodyOf = (bytes: number) => '{"devices":[{"id":"'.padEnd(bytes - 4, 'x').concat('"}]}');
    const { api } = installation();
    const over = await api.call('POST', importPath, bodyOf(most + 1));
    expect([over.status, over.body.code]).toEqual([413, 3]);
    const within = await api.call('POST', importPath, bodyOf(most));
    expect([within.status, within.body.results[0].outcome]).toEqual([200, 'REFUSED']);
    expect(within.body.results[0].id).toBe('x'.repeat(50));
  });

  test('to an editor of the folder, who imports nothing', async () => {
    const { api } = installation();
    const mine = newFolder();
    const editor = await createAccount(api, { folderId: mine, role: 'editor' });
    const entry = registry({ folderId: mine });
    expectRefusal(await editor.call('POST', importPath, { registries: [entry] }), 'PERMISSION_DENIED');
    expectRefusal(await api.call('GET', `/iot-devices/v1/registries/${entry.id}`), 'NOT_FOUND');
  });

  test('if one of its folders is another’s, and then nothing of it is imported', async () => {
    const { api } = installation();
    const admin = await createAccount(api, { folderId: newFolder(), role: 'admin' });
    const mine = registry();
    const both = { registries: [mine, registry()] };
    expectRefusal(await admin.call('POST', importPath, both), 'PERMISSION_DENIED');
    expectRefusal(await api.call('GET', `/iot-devices/v1/registries/${mine.id}`), 'NOT_FOUND');
  });
});

test('1,000 entries are taken', async () => {
  const { id } = await importing.newRegistry();
  const results = await importing.importAll({ devices: Array.from({ length: 1000 }, () => device(id)) });
  expect(new Set(outcomesOf(results))).toEqual(new Set(['CREATED']));
  expect(results).toHaveLength(1000);
});

describe('an entry is refused, and costs the others nothing', () => {
  test.each([
    ['no object', 1, ''],
    ['null', null, ''],
    ['without an ID', { name: 'a' }, 'id: Required.'],
    ['an ID with a capital', { id: 'Are' }, 'id: 1 to 50 characters of [a-z0-9].'],
    ['an ID of 51 characters', { id: 'a'.repeat(51) }, 'id: 1 to 50'],
    ['a name with a space', { id: 'a1', name: 'no space' }, 'name: Only characters'],
    [
      'a description of 257 characters',
      { id: 'a1', description: 'x'.repeat(257) },
      'description: At most 256',
    ],
    ['a bad label', { id: 'a1', labels: { Colour: 'red' } }, 'labels'],
    ['an unknown status', { id: 'a1', status: 'SLEEPING' }, 'status'],
    ['a time that is none', { id: 'a1', createdAt: 'yesterday' }, 'createdAt: An RFC 3339 timestamp'],
    ['the year 0', { id: 'a1', createdAt: '0000-01-01T00:00:00Z' }, 'createdAt: A time of the years'],
    ['an unknown field', { id: 'a1', colour: 'red' }, 'colour: There is no such field.'],
    ['an alias of another device', { id: 'a1', topicAliases: { x: '$devices/a2/' } }, 'topicAliases.x'],
    ['an alias that begins with $', { id: 'a1', topicAliases: { $x: '$devices/a1/' } }, 'topicAliases.$x'],
    [
      'six aliases',
      { id: 'a1', topicAliases: Object.fromEntries([...'abcdef'].map((a) => [a, '$devices/a1/'])) },
      'topicAliases: At most 5',
    ],
  ])('%s', async (_, entry, reason) => {
    const { id: registryId } = await importing.newRegistry();
    const good = device(registryId);
    const bad = typeof entry === 'object' && entry !== null ? { registryId, ...entry } : entry;
    const results = await importing.importAll({ devices: [bad, good] });
    expect(results).toMatchObject([
      { kind: 'DEVICE', outcome: 'REFUSED', reason: expect.stringContaining(reason) },
      { kind: 'DEVICE', outcome: 'CREATED', id: good.id },
    ]);
    expect((await importing.getDevice(good.id)).status).toBe(200);
    expect((await importing.getDevice('a1')).status).toBe(404);
  });

  test('a device whose registry is not there', async () => {
    const [result] = await importing.importAll({ devices: [device('nowhere')] });
    expect(result).toMatchObject({
      outcome: 'REFUSED',
      reason: expect.stringContaining('no registry nowhere'),
    });
  });

  test.each([
    ['no certificate', { certificateData: 'x' }, 'certificateData: No PEM: it begins with'],
    ['no owner', { certificateData: 'x', deviceId: undefined }, 'Exactly one of'],
    ['two owners', { certificateData: 'x', brokerId: 'b1' }, 'Exactly one of'],
    [
      'a fingerprint with colons',
      { certificateData: 'x', fingerprint: 'AA:BB' },
      'fingerprint: 40 lower-case',
    ],
  ])('a certificate entry with %s', async (_, fields, reason) => {
    const { id: registryId } = await importing.newRegistry();
    const owner = device(registryId);
    const entry = { deviceId: owner.id, ...fields };
    const results = await importing.importAll({ devices: [owner], certificates: [entry] });
    expect(results).toMatchObject([
      { outcome: 'CREATED' },
      { kind: 'CERTIFICATE', outcome: 'REFUSED', reason: expect.stringContaining(reason) },
    ]);
  });

  test('a certificate that has not the fingerprint given, naming both', async () => {
    const { id: registryId } = await importing.newRegistry();
    const { certPem, sha1 } = await makeCertificate();
    const fingerprint = 'f'.repeat(40);
    const certificates = [{ registryId, certificateData: certPem, fingerprint }];
    const [result] = await importing.importAll({ certificates });
    expect(result).toMatchObject({ outcome: 'REFUSED', id: registryId, fingerprint: sha1 });
    expect(result.reason).toContain(fingerprint);
    expect(result.reason).toContain(sha1);
    expect(await importing.certificatesOf(`/iot-devices/v1/registries/${registryId}`)).toEqual([]);
  });

  test('a certificate whose owner is not there', async () => {
    const { certPem } = await makeCertificate();
    const [result] = await importing.importAll({
      certificates: [{ brokerId: 'nowhere', certificateData: certPem }],
    });
    expect(result).toMatchObject({
      outcome: 'REFUSED',
      id: 'nowhere',
      reason: expect.stringContaining('no broker'),
    });
  });
});

describe('what lies in a folder of somebody else', () => {
  test('is as if it were not there, but for its ID, which is taken', async () => {
    const { api } = installation();
    const foreign = await importing.newRegistry();
    const foreignDevice = device(foreign.id);
    await importing.importAll({ devices: [foreignDevice] });
    const folderId = newFolder();
    const admin = await createAccount(api, { folderId, role: 'admin' });
    const own = registry({ folderId });
    const { certPem: certificateData } = await makeCertificate();
    const { body } = await admin.call('POST', importPath, {
      overwrite: true,
      registries: [own, registry({ folderId, id: foreign.id, name: 'mine-now' })],
      devices: [device(foreign.id), device('nowhere'), { ...foreignDevice, registryId: own.id }],
      certificates: [
        { deviceId: foreignDevice.id, certificateData },
        { deviceId: 'nowhere', certificateData },
      ],
    });
    expect(outcomesOf(body.results)).toEqual(['CREATED', ...Array(6).fill('REFUSED')]);
    const reasons = body.results.map(({ reason = '' }) => reason.replace(foreign.id, 'nowhere'));
    expect(reasons[2 + 0]).toBe(reasons[3]);
    expect(reasons[5].replace(foreignDevice.id, 'nowhere')).toBe(reasons[6]);
    expect(await api.must('GET', `/iot-devices/v1/registries/${foreign.id}`)).not.toHaveProperty('name');
  });

  test('is named, and stays as it is, if the caller may see it', async () => {
    const { api } = installation();
    const seen = await importing.newRegistry();
    const own = newFolder();
    const roles = [
      { folderId: seen.folderId, role: 'viewer' },
      { folderId: own, role: 'admin' },
    ];
    const account = await createAccount(api, ...roles);
    const entry = device(seen.id);
    const { body } = await account.call('POST', importPath, { devices: [entry] });
    expect(body.results).toMatchObject([
      { outcome: 'REFUSED', reason: expect.stringContaining('role admin') },
    ]);
    expect((await importing.getDevice(entry.id)).status).toBe(404);
  });
});

test('everything of an export comes over: IDs, times, names, descriptions, labels, aliases, status, certificates', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const fields = { createdAt, name: 'a-name', description: 'Über', labels: { site: 'north' } };
  const disabled = {
    ...registry({ folderId }),
    ...fields,
    status: 'DISABLED',
    logOptions: { disabled: true },
  };
  const broker = { ...registry({ folderId }), ...fields, status: 'CREATING' };
  const own = device(disabled.id);
  const topicAliases = { 'temp/': `$devices/${own.id}/events/temp/`, x: '$devices/{id}/state' };
  const entry = { ...own, ...fields, topicAliases, status: 'DELETING' };
  const owners = [{ registryId: disabled.id }, { brokerId: broker.id }, { deviceId: own.id }];
  const made = await Promise.all(
    (['rsa', 'ecdsa', 'ed25519'] as const).map((key) => makeCertificate({ key, notAfter: new Date(0) })),
  );
  const certificates = made.map(({ certPem, sha1 }, i) => ({
    ...owners[i],
    certificateData: `text before\r\n${certPem}`,
    fingerprint: sha1,
    createdAt,
  }));
  const body = { registries: [disabled], brokers: [broker], devices: [entry], certificates };
  const results = await importing.importAll(body);
  expect(results.map(({ kind, id, outcome }) => [kind, id, outcome])).toEqual([
    ['REGISTRY', disabled.id, 'CREATED'],
    ['BROKER', broker.id, 'CREATED'],
    ['DEVICE', own.id, 'CREATED'],
    ['CERTIFICATE', disabled.id, 'CREATED'],
    ['CERTIFICATE', broker.id, 'CREATED'],
    ['CERTIFICATE', own.id, 'CREATED'],
  ]);
  const at = '2021-03-04T09:12:55.000Z';
  const registryPath = `/iot-devices/v1/registries/${disabled.id}`;
  expect(await api.must('GET', registryPath)).toEqual({ ...disabled, createdAt: at });
  expect(await api.must('GET', `/iot-broker/v1/brokers/${broker.id}`)).toEqual({
    ...broker,
    createdAt: at,
    status: 'ACTIVE',
  });
  expect((await importing.getDevice(own.id)).body).toEqual({
    ...entry,
    createdAt: at,
    topicAliases: { ...topicAliases, x: `$devices/${own.id}/state` },
  });
  expect(await importing.certificatesOf(registryPath)).toEqual([{ ...certificates[0], createdAt: at }]);
  expect(await importing.certificatesOf(`/iot-broker/v1/brokers/${broker.id}`)).toEqual([
    { ...certificates[1], createdAt: at },
  ]);
  expect(await importing.certificatesOf(`/iot-devices/v1/devices/${own.id}`)).toEqual([
    { ...certificates[2], createdAt: at },
  ]);

  expect(new Set(outcomesOf(await importing.importAll(body)))).toEqual(new Set(['UNCHANGED']));
  expect(new Set(outcomesOf(await importing.importAll({ ...body, overwrite: true })))).toEqual(
    new Set(['UNCHANGED']),
  );
});

test('an ID may have from 1 to 50 characters', async () => {
  const { id } = await importing.newRegistry();
  const ids = [createId().slice(-1), createId().padEnd(50, '0')];
  expect(
    outcomesOf(await importing.importAll({ devices: ids.map((own) => ({ id: own, registryId: id })) })),
  ).toEqual(['CREATED', 'CREATED']);
});

test('a dry run says what would be done, within the request too, and does nothing', async () => {
  const { api } = installation();
  const entry = registry();
  const own = device(entry.id);
  const body = { dryRun: true, registries: [entry], devices: [own, own] };
  expect(outcomesOf(await importing.importAll(body))).toEqual(['CREATED', 'CREATED', 'UNCHANGED']);
  expectRefusal(await api.call('GET', `/iot-devices/v1/registries/${entry.id}`), 'NOT_FOUND');
  const { auditEvents } = await api.must('GET', `/ext/v1/auditEvents?folderId=${entry.folderId}`);
  expect(auditEvents).toEqual([]);
});

test('an import leaves an audit event in each folder, with what became of its entries', async () => {
  const { api } = installation();
  const [one, other] = [registry(), registry()];
  await importing.importAll({
    registries: [one, other],
    devices: [device(one.id), device(one.id), device('nowhere')],
  });
  for (const [{ folderId }, created] of [
    [one, 3],
    [other, 1],
  ] as const) {
    const { auditEvents } = await api.must('GET', `/ext/v1/auditEvents?folderId=${folderId}`);
    expect(auditEvents).toMatchObject([
      { eventType: 'migration.ImportResources', code: 0, details: { created, overwrite: false } },
    ]);
  }
});

test('a live session notices: a disabled registry ends it, a new alias works', async () => {
  const { api } = installation();
  const entry = await importing.newRegistry();
  const own = device(entry.id);
  await importing.importAll({ devices: [own] });
  const password = makePassword();
  await api.addPassword({ deviceId: own.id }, password);
  const session = await connectMqtt({ ...installation().overTcp, username: own.id, password });
  expect(await session.subscribe('a/#')).toEqual([0x80]);

  const topicAliases = { 'a/': '$devices/{id}/commands/' };
  await importing.importAll({ overwrite: true, devices: [{ ...own, topicAliases }] });
  await eventually('the new alias', async () => (await session.subscribe('a/#'))[0] === 1);
  await importing.importAll({ overwrite: true, registries: [{ ...entry, status: 'DISABLED' }] });
  await session.expectClosed();
});
