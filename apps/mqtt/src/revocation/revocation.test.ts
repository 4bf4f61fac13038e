import type { CertificateIdentity, PasswordIdentity } from '@iotcore/store/data-plane';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Client, Credential } from '../clients/client.ts';
import { LiveClients } from '../clients/live-clients.ts';
import { Revoker } from './revoker.ts';

const certificateOf = (id: string): Credential => ({
  kind: 'certificate',
  sha256: `sha256-${id}`,
  fingerprint: 'f',
});
const passwordOf = (id: string): Credential => ({ kind: 'password', id: `p-${id}` });
const device = (id: string, registryId: string, credential: Credential): Client => ({
  principal: { kind: 'device', id, registryId },
  credential,
});

/** Devices d1 (password) and d2 (certificate) in r1, and r1 itself, all with live sessions. */
function setUp() {
  const clients = new LiveClients();
  const d1 = device('d1', 'r1', passwordOf('d1'));
  const d2 = device('d2', 'r1', certificateOf('d2'));
  const r1: Client = { principal: { kind: 'registry', id: 'r1' }, credential: passwordOf('r1') };
  for (const client of [d1, d2, r1]) clients.add(client);
  const owners = new Map<string, PasswordIdentity>(
    [d1, d2, r1].map(({ principal, credential }) => [
      principal.id,
      {
        principal,
        disabled: false,
        passwords: credential.kind === 'password' ? [{ id: credential.id, hash: '' }] : [],
      },
    ]),
  );
  const certificates = new Map<string, CertificateIdentity>([
    ['sha256-d2', { principal: d2.principal, disabled: false, sha256: 'sha256-d2' } as CertificateIdentity],
  ]);
  const ended: string[] = [];
  const looks: (readonly string[])[] = [];
  let failures = 0;
  let next = Promise.withResolvers<void>();
  const revoker = new Revoker({
    clients,
    end: (doomed, reason) => {
      for (const client of doomed) {
        ended.push(`${client.principal.id}: ${reason.code}`);
        clients.remove(client);
      }
    },
    findOwners: async (ids) => {
      looks.push(ids);
      next.resolve();
      next = Promise.withResolvers();
      if (failures-- > 0) throw new Error('database away');
      return new Map(ids.flatMap((id) => (owners.has(id) ? [[id, owners.get(id) as PasswordIdentity]] : [])));
    },
    findCertificates: async (sha256s) =>
      new Map(
        sha256s.flatMap((key) =>
          certificates.has(key) ? [[key, certificates.get(key) as CertificateIdentity]] : [],
        ),
      ),
    failed: () => {},
  });
  onTestFinished(() => revoker.stop());
  const settled = () => expect.poll(() => looks.length).toBeGreaterThan(0);
  return {
    ...{ clients, owners, certificates, ended, looks, revoker, d1, settled },
    failTimes: (times: number) => {
      failures = times;
    },
    look: () => next.promise,
  };
}

describe('a change', () => {
  test('of what nobody rests on looks at nothing and ends nothing', async () => {
    const { revoker, looks, ended } = setUp();
    revoker.subjectChanged('password:p-other');
    revoker.subjectChanged('device:d9');
    await new Promise(setImmediate);
    expect(looks).toEqual([]);
    expect(ended).toEqual([]);
  });

  test('that leaves everything valid ends nothing', async () => {
    const { revoker, ended, settled } = setUp();
    revoker.subjectChanged('registry:r1');
    await settled();
    expect(ended).toEqual([]);
  });

  test('of a deleted password ends the sessions opened with it and no other', async () => {
    const { revoker, owners, ended, d1 } = setUp();
    owners.set('d1', { principal: d1.principal, disabled: false, passwords: [{ id: 'another', hash: '' }] });
    revoker.subjectChanged('password:p-d1');
    await expect.poll(() => ended).toEqual(['d1: password deleted']);
  });

  test('of a deleted certificate ends the sessions opened with it', async () => {
    const { revoker, certificates, ended } = setUp();
    certificates.clear();
    revoker.subjectChanged('certificate:sha256-d2');
    await expect.poll(() => ended).toEqual(['d2: certificate deleted']);
  });

  test('of a deleted device names the device, though its password went with it', async () => {
    const { revoker, owners, ended } = setUp();
    owners.delete('d1');
    revoker.subjectChanged('password:p-d1');
    revoker.subjectChanged('device:d1');
    await expect.poll(() => ended).toEqual(['d1: device deleted']);
  });

  test('of a device whose ID and credential another folder has by now ends its session', async () => {
    const { revoker, owners, ended, d1 } = setUp();
    const principal = { ...d1.principal, folderId: 'another' };
    owners.set('d1', { ...(owners.get('d1') as PasswordIdentity), principal });
    revoker.subjectChanged('device:d1');
    await expect.poll(() => ended).toEqual(['d1: device deleted']);
  });

  test('of a device that was disabled itself ends its sessions, and those of no other', async () => {
    const { revoker, owners, ended } = setUp();
    for (const [id, owner] of owners) if (id === 'd1') owners.set(id, { ...owner, blocked: true });
    revoker.everythingChanged();
    await expect.poll(() => ended).toEqual(['d1: disabled by an operator']);
  });

  test('of a disabled registry ends its sessions and those of its devices', async () => {
    const { revoker, owners, ended } = setUp();
    for (const [id, owner] of owners) owners.set(id, { ...owner, disabled: true });
    revoker.subjectChanged('registry:r1');
    await expect
      .poll(() => ended.toSorted())
      .toEqual(['d1: registry disabled', 'd2: registry disabled', 'r1: registry disabled']);
  });

  test('that comes while the database is away takes effect once it is back, and nobody is thrown out before', async () => {
    const { revoker, owners, ended, failTimes, look } = setUp();
    failTimes(1);
    owners.delete('d1');
    const first = look();
    revoker.subjectChanged('device:d1');
    await first;
    expect(ended).toEqual([]);
    await expect.poll(() => ended).toEqual(['d1: device deleted']);
  });
});

describe('missed changes', () => {
  test('are made up for by looking at every live client, in batches', async () => {
    const { revoker, clients, ended, looks } = setUp();
    for (let n = 0; n < 1200; n++) clients.add(device(`x${n}`, 'r9', passwordOf(`x${n}`)));
    revoker.everythingChanged();
    await expect.poll(() => ended.length).toBe(1200);
    expect(looks.length).toBe(3);
    expect(clients.size).toBe(3);
  });
});

describe('LiveClients', () => {
  test('forgets a client that left under all its subjects', () => {
    const clients = new LiveClients();
    const client = device('d1', 'r1', passwordOf('d1'));
    clients.add(client);
    expect(clients.restingOn('registry:r1').size).toBe(1);
    clients.remove(client);
    clients.remove(client);
    expect(clients.size).toBe(0);
    for (const subject of ['registry:r1', 'device:d1', 'password:p-d1'] as const) {
      expect(clients.restingOn(subject).size).toBe(0);
    }
  });
});
