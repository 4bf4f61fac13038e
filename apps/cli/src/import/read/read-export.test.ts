import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
async function read(files: Readonly<Record<string, unknown>>) {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-reader-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    if (name.includes('/')) mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const account = new Account();
  const first = readExport(folder, account, now);
  const bodies = await bodiesOf(first.units, account);
  // Whoever reads again with what the first reading found gets the same but for aliases that exclude each other.
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

test('a list of exactly as many devices as yc shows without being told more is worth a look', async () => {
  const devices = Array.from({ length: 1_000 }, (_, at) => ({ ...device, id: `d${at}`, name: `n${at}` }));
  const { account } = await read({ 'registries.json': [registry], 'devices-r1.json': devices });
  expect(account.warnings.map(({ advice }) => advice).join()).toContain('--limit');
});
