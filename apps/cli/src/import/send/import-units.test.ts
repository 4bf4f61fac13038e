import type { ImportResult } from '@iotcore/sdk';
import { describe, expect, test } from 'vitest';
import { ApiRefusal } from '../../errors.ts';
import { Account } from '../account.ts';
import type { Item, Unit } from '../finding.ts';
import { type ImportBody, importUnits } from './import-units.ts';

const place = { file: 'devices-r.json', entry: 0 };
const registry = (id: string): Unit => ({ items: [{ kind: 'REGISTRY', id, body: { id }, place }] });
const device = (id: string, certificates = 0): Unit => ({
  registryId: 'r',
  items: [
    { kind: 'DEVICE', id, body: { id, registryId: 'r' }, place },
    ...Array.from({ length: certificates }, (_, at): Item => {
      const fingerprint = `${id}-${at}`;
      return {
        kind: 'CERTIFICATE',
        id,
        fingerprint,
        body: { deviceId: id, certificateData: 'x'.repeat(900) },
        place,
      };
    }),
  ],
});

/** A server that creates everything, unless a request holds one of these. */
function fakeServer(poison: readonly string[] = []) {
  const requests: ImportBody[] = [];
  const send = async (body: ImportBody): Promise<ImportResult[]> => {
    requests.push(body);
    const all = [body.registries, body.brokers, body.devices, body.certificates].flatMap(
      (list) => list ?? [],
    );
    if (all.some((entry) => poison.includes(String((entry as { id?: string }).id)))) {
      throw new ApiRefusal({ code: 3, message: 'no', details: [] });
    }
    return all.map(() => ({ kind: 'DEVICE', id: '', outcome: 'CREATED' }));
  };
  return { requests, send };
}

async function importAll(
  units: readonly Unit[],
  server: ReturnType<typeof fakeServer>,
  dryRun = false,
  account = new Account(),
) {
  for (const unit of units) {
    for (const { kind } of unit.items) account.read(kind);
    account.plan(unit);
  }
  async function* all() {
    yield* units;
  }
  const { signal } = new AbortController();
  const options = { send: server.send, account, dryRun, parallel: 3, signal, progress() {} };
  await importUnits(all(), options);
  return account;
}

describe('an import', () => {
  test('loses the one entry that fails a whole request, and no other', async () => {
    const server = fakeServer(['d13']);
    const units = Array.from({ length: 40 }, (_, at) => device(`d${at}`, 1));
    const account = await importAll(units, server);
    expect(account.totals.DEVICE).toMatchObject({ read: 40, created: 39, refused: 1, notSent: 0 });
    expect(account.totals.CERTIFICATE).toMatchObject({ read: 40, created: 40 });
    expect(account.shortfalls).toMatchObject([{ id: 'd13', outcome: 'REFUSED', reason: 'no' }]);
  });

  test('ends with what is no fault of an entry, and says what was not sent', async () => {
    const account = new Account();
    const failing = { requests: [], send: () => Promise.reject(new Error('away')) };
    await expect(importAll([registry('r'), device('d')], failing, false, account)).rejects.toThrow('away');
    expect(account.isComplete).toBe(false);
    expect(account.totals.DEVICE).toMatchObject({ read: 1, notSent: 1 });
  });

  test('sends registries before devices, and at most 1,000 entries at a time', async () => {
    const server = fakeServer();
    const units = [
      registry('r'),
      registry('s'),
      ...Array.from({ length: 1_200 }, (_, at) => device(`d${at}`, 1)),
    ];
    const account = await importAll(units, server);
    expect(account.isComplete).toBe(true);
    const [first, ...rest] = server.requests;
    expect(first).toMatchObject({ registries: [{ id: 'r' }, { id: 's' }], devices: [] });
    const sizes = rest.map(({ devices = [], certificates = [] }) => [devices.length, certificates.length]);
    expect(sizes).toEqual([
      [500, 500],
      [500, 500],
      [200, 200],
    ]);
  });

  test('sends a device with its certificates, however many', async () => {
    const server = fakeServer();
    const account = await importAll([device('one', 3), device('rich', 2_500)], server);
    expect(account.totals.CERTIFICATE).toMatchObject({ read: 2_503, created: 2_503 });
    expect(server.requests.map(({ devices = [] }) => devices.length)).toEqual([1, 1, 0, 0]);
  });

  test('that writes nothing brings the registry along with each request', async () => {
    const server = fakeServer();
    const account = await importAll([registry('r'), device('d', 1)], server, true);
    expect(server.requests[1]).toMatchObject({ registries: [{ id: 'r' }], devices: [{ id: 'd' }] });
    expect(account.totals.REGISTRY).toMatchObject({ read: 1, created: 1 });
    expect(account.isComplete).toBe(true);
  });
});
