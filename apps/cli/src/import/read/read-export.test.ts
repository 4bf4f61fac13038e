import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateTexts, makeCertificate } from '@iotcore/testkit';
import { makeFleet } from '@iotcore/testkit/exports';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Account, silentJournal } from '../account.ts';
import { readExport } from './read-export.ts';

const now = new Date();
const registry = { id: 'r1', folder_id: 'b1g', created_at: '2020-05-28T11:29:42Z', status: 'ACTIVE' };
const device = { id: 'd1', registry_id: 'r1', created_at: '2020-05-28T11:29:42.123456789Z', name: 'one' };

/** The bodies that would be sent, in order, and what was said about the rest. */
async function read(files: Readonly<Record<string, unknown>>, addTo: (folder: string) => void = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-reader-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    if (name.includes('/')) mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  addTo(folder);
  const account = new Account();
  const first = readExport(folder, account, now);
  const bodies = await bodiesOf(first.units, account);
  // A second reading with what the first one found gives the same but for aliases that exclude each other.
  const again = await bodiesOf(readExport(folder, silentJournal, now, first.refusals).units);
  return { bodies, again, account };
}

async function bodiesOf(units: ReturnType<typeof readExport>['units'], account?: Account) {
  const bodies: Record<string, unknown>[] = [];
  for await (const unit of units) {
    account?.plan(unit);
    bodies.push(...unit.items.map(({ body }) => body));
  }
  return bodies;
}

async function certificate() {
  const { certificates, brokers } = await makeFleet({ registries: 1, devices: 0, brokers: 1 });
  const [made] = certificates.get(brokers[0]?.id ?? '') ?? [];
  if (!made) throw new Error('the fleet has no certificate');
  return { certificate_data: made.certPem, fingerprint: made.sha1 };
}

describe('an entry is refused', () => {
  test.each([
    ['of another registry than its file', { ...device, registry_id: 'r2' }, 'registry_id'],
    ['without an ID', { ...device, id: null }, 'id'],
    ['with labels that are no object', { ...device, labels: ['a'] }, 'labels'],
    ['with a label that is no string', { ...device, labels: { a: 1 } }, 'labels'],
    ['created at no time', { ...device, created_at: '2020-05-28' }, 'created_at'],
    ['of an unknown status', { ...device, status: 'GONE' }, 'status'],
    ['that is no object', 'd1', undefined],
  ])('%s', async (_, entry, field) => {
    const { bodies, account } = await read({ 'registries.json': [registry], 'devices-r1.json': [entry] });
    expect(bodies).toHaveLength(1);
    expect(account.totals.DEVICE).toMatchObject({ read: 1, refused: 1, notSent: 0 });
    expect(account.shortfalls).toMatchObject([{ file: 'devices-r1.json', entry: 0 }]);
    expect(account.shortfalls[0]?.field).toBe(field);
  });

  test('when it is an alias, without its device', async () => {
    const aliases = [
      { device_id: 'd1', alias: '$sys/', topic_prefix: '$devices/d1/' },
      { device_id: 'd1', alias: 'good/', topic_prefix: '$devices/d1/' },
      { device_id: 'd1', alias: 'good/deeper', topic_prefix: '$devices/d1/' },
      { device_id: 'd2', alias: 'stray/', topic_prefix: '$devices/d2/' },
      { device_id: 'd1' },
    ];
    const files = { 'registries.json': [registry], 'devices-r1.json': [device], 'aliases-r1.json': aliases };
    const { again, account } = await read(files);
    expect(again[1]).toMatchObject({ id: 'd1', topicAliases: { 'good/': '$devices/d1/' } });
    expect(account.totals.DEVICE).toMatchObject({ read: 1, refused: 0, notSent: 1 });
    expect(account.shortfalls.map(({ kind }) => kind)).toEqual(
      Array(account.shortfalls.length).fill('ALIAS'),
    );
  });
});

describe('an entry is read', () => {
  test('with the names of the export or of the API, and without what nobody knows', async () => {
    const named = {
      id: 'd1',
      registryId: 'r1',
      topicAliases: { 'a/': '$devices/{id}/' },
      monitoring_data: {},
    };
    const { bodies } = await read({ 'registries.json': [registry], 'devices-r1.json': [named] });
    expect(bodies).toEqual([
      { id: 'r1', folderId: 'b1g', createdAt: '2020-05-28T11:29:42Z', status: 'ACTIVE' },
      { id: 'd1', registryId: 'r1', topicAliases: { 'a/': '$devices/d1/' } },
    ]);
  });

  test('also when the registry is not in the export: the server may have it', async () => {
    const { bodies, account } = await read({ 'devices-r1.json': [device] });
    expect(bodies).toMatchObject([{ id: 'd1' }]);
    expect(account.warnings.map(({ file }) => file)).toContain('registries.json');
  });

  test.each([
    ['as openssl prints it', (sha1: string) => sha1.toUpperCase().replaceAll(/..(?=.)/g, '$&:')],
    ['not at all', () => undefined],
  ])('with its fingerprint %s', async (_, spell) => {
    const made = await certificate();
    const entry = { ...made, fingerprint: spell(made.fingerprint) };
    const files = { 'registries.json': [registry], 'registry-certs-r1.json': [entry] };
    const { bodies, again } = await read(files);
    expect(bodies[1]).toEqual({
      registryId: 'r1',
      certificateData: made.certificate_data,
      fingerprint: made.fingerprint,
    });
    expect(again).toEqual(bodies);
  });

  test('however its PEM is written, and is sent as it stands there', async () => {
    const made = await certificate();
    for (const [, certificate_data] of certificateTexts(made.certificate_data)) {
      const files = {
        'registries.json': [registry],
        'registry-certs-r1.json': [{ ...made, certificate_data }],
      };
      const { bodies, again, account } = await read(files);
      expect(account.shortfalls).toEqual([]);
      expect(bodies[1]).toMatchObject({ certificateData: certificate_data, fingerprint: made.fingerprint });
      expect(again).toEqual(bodies);
    }
  });

  test('as the first of its chain, which is told', async () => {
    const authority = await makeCertificate({ authority: true, commonName: 'plant' });
    const { certPem, sha1 } = await makeCertificate({ issuer: authority });
    const certificate_data = certPem + authority.certPem;
    const files = { 'registries.json': [registry], 'registry-certs-r1.json': [{ certificate_data }] };
    const { bodies, again, account } = await read(files);
    expect(bodies[1]).toMatchObject({ certificateData: certificate_data, fingerprint: sha1 });
    expect(again).toEqual(bodies);
    const warnings = account.warnings.filter(({ kind }) => kind === 'CERTIFICATE');
    expect(warnings).toMatchObject([{ id: 'r1', fingerprint: sha1, entry: 0 }]);
  });

  test('twice, and counts once', async () => {
    const made = await certificate();
    const files = {
      'registries.json': [registry, registry],
      'devices-r1.json': [device, device],
      'device-certs-r1/d1.json': [made, made],
    };
    const { bodies, account } = await read(files);
    expect(bodies).toHaveLength(3);
    for (const kind of ['REGISTRY', 'DEVICE', 'CERTIFICATE'] as const) {
      expect(account.totals[kind]).toMatchObject({ read: 2, repeated: 1, refused: 0, notSent: 1 });
    }
    expect(account.withoutCertificate.size).toBe(0);
  });
});

/** Makes something under a name of the export that is no file. */
const oddities: readonly (readonly [string, string, (path: string) => void])[] = [
  ['a folder', 'folder', (path) => mkdirSync(path)],
  ['a named pipe', 'named pipe', (path) => execFileSync('mkfifo', [path])],
  ['a link to a named pipe', 'named pipe', linkToPipe],
  ['a link to a device that never ends', 'device', (path) => symlinkSync('/dev/zero', path)],
  ['a link to a device that gives nothing', 'device', (path) => symlinkSync('/dev/tty', path)],
  ['a link to itself', 'ELOOP', (path) => symlinkSync(path, path)],
];

function linkToPipe(path: string): void {
  execFileSync('mkfifo', [`${path}.pipe`]);
  symlinkSync(`${path}.pipe`, path);
}

describe.skipIf(process.platform === 'win32').each(oddities)('%s in place of a file', (_, named, make) => {
  const others = { 'registries.json': [registry], 'brokers.json': [], 'devices-r1.json': [device] };

  test.each([
    ['brokers.json', 'BROKER'],
    ['devices-r1.json', 'DEVICE'],
    ['aliases-r1.json', 'ALIAS'],
    ['registry-certs-r1.json', 'CERTIFICATE'],
    ['device-certs-r1/d1.json', 'CERTIFICATE'],
  ])('is a finding about %s, and the rest is read', async (file, kind) => {
    const files = Object.fromEntries(Object.entries(others).filter(([name]) => name !== file));
    const { bodies, again, account } = await read(files, (folder) => {
      mkdirSync(join(folder, 'device-certs-r1'));
      make(join(folder, file));
    });
    expect(account.shortfalls).toMatchObject([{ file, kind, reason: expect.stringContaining(named) }]);
    expect(account.isComplete).toBe(false);
    expect(bodies).toMatchObject(file === 'devices-r1.json' ? [{ id: 'r1' }] : [{ id: 'r1' }, { id: 'd1' }]);
    expect(again).toEqual(bodies);
  });
});

test('a file in place of a folder is a finding, and the rest is read', async () => {
  const { bodies, account } = await read({
    'registries.json': [registry],
    'devices-r1.json': [device],
    'device-certs-r1': '[]',
  });
  expect(account.shortfalls).toMatchObject([{ file: 'device-certs-r1', kind: 'CERTIFICATE' }]);
  expect(bodies).toMatchObject([{ id: 'r1' }, { id: 'd1' }]);
});

test('an alias that no database could hold is refused, and costs no other', async () => {
  const aliases = ['a\u0000/', 'b\ud800/', `${'x'.repeat(5_000)}/`, 'good/'].map((alias) => ({
    device_id: 'd1',
    alias,
    topic_prefix: '$devices/d1/',
  }));
  const files = { 'registries.json': [registry], 'devices-r1.json': [device], 'aliases-r1.json': aliases };
  const { again, account } = await read(files);
  expect(account.shortfalls.map(({ entry }) => entry)).toEqual([0, 1, 2]);
  expect(again[1]).toMatchObject({ id: 'd1', topicAliases: { 'good/': '$devices/d1/' } });
});

test('aliases are listed in any order, several for a device, and twice', async () => {
  const devices = ['d1', 'd2', 'd3'].map((id) => ({ ...device, id, name: id }));
  const alias = (id: string, name: string, to = '') => ({
    device_id: id,
    alias: `${name}/`,
    topic_prefix: `$devices/${id}/${to}`,
  });
  const aliases = [
    alias('d3', 'c'),
    alias('d1', 'a'),
    alias('gone', 'g'),
    alias('d2', 'b'),
    alias('d1', 'a2'),
    alias('d1', 'a'),
    alias('d2', 'b', 'other/'),
  ];
  const { again, account } = await read({
    'registries.json': [registry],
    'devices-r1.json': devices,
    'aliases-r1.json': aliases,
  });
  expect(again.slice(1).map(({ topicAliases }) => topicAliases)).toEqual([
    { 'a/': '$devices/d1/', 'a2/': '$devices/d1/' },
    { 'b/': '$devices/d2/' },
    { 'c/': '$devices/d3/' },
  ]);
  expect(account.shortfalls).toMatchObject([
    { entry: 6, id: 'd2', reason: expect.stringContaining('another prefix') },
    { entry: 2, id: 'gone', reason: expect.stringContaining('not in the export') },
  ]);
});

test('a list of exactly as many devices as yc shows without being told more is worth a look', async () => {
  const devices = Array.from({ length: 1_000 }, (_, at) => ({ ...device, id: `d${at}`, name: `n${at}` }));
  const { account } = await read({ 'registries.json': [registry], 'devices-r1.json': devices });
  expect(account.warnings.map(({ advice }) => advice).join()).toContain('--limit');
});
