/** Trust on first use, while an operator has it on: who is let in, who is not, and that nobody learns why. */
import { openDatabase } from '@iotcore/store';
import {
  eventually,
  fullTest,
  type Installation,
  makePassword,
  type Owner,
  pathOf,
  sharedInstallation,
  startInstallation,
} from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { byCertificate, createDevice, TestClient } from '../support/test-client.ts';

const installation = sharedInstallation();

interface Rule {
  readonly endsAt?: Date;
  readonly networks?: readonly string[];
  readonly attemptsPerMinute?: number;
}

function adoptionPath(owner: Owner): string {
  const kind = 'brokerId' in owner ? 'brokers' : 'registries';
  return `/ext/v1/${kind}/${Object.values(owner)[0]}/passwordAdoption`;
}

/** Switches adoption on, as widely as the tests of this file need. */
async function switchOn(owner: Owner, rule: Rule = {}, on: Installation = installation()): Promise<void> {
  const endsAt = rule.endsAt ?? new Date(Date.now() + 3_600_000);
  await on.api.must('PUT', adoptionPath(owner), {
    attemptsPerMinute: 10_000,
    ...rule,
    endsAt: endsAt.toISOString(),
  });
}

/** A registry, its adoption on if a rule is given, that knows no password. */
async function newRegistry(rule?: Rule, on: Installation = installation()): Promise<TestClient> {
  const { id } = await on.api.createRegistry();
  if (rule) await switchOn({ registryId: id }, rule, on);
  return new TestClient(on, id, { registryId: id }, makePassword());
}

/** A device that knows its password, while the server knows none. */
async function newDevice(registry: TestClient, on: Installation = installation()): Promise<TestClient> {
  const { id } = await on.api.createDevice(registry.id);
  return new TestClient(on, id, { deviceId: id }, makePassword());
}

/** The device on another node. */
const at = (node: Installation, { id, owner, password }: TestClient) =>
  new TestClient(node, id, owner, password);

/** Which address of this machine to connect from. */
const from = (localAddress: string) => ({ more: { localAddress } as object });

async function passwordIds(client: TestClient): Promise<string[]> {
  const { passwords } = await installation().api.must('GET', `${pathOf(client.owner)}/passwords`);
  return passwords.map(({ id }: { id: string }) => id);
}

async function expectNotAdopted(
  client: TestClient,
  more: Parameters<TestClient['refusal']>[0] = {},
): Promise<void> {
  expect(await client.refusal(more)).toBe(4);
  expect(await passwordIds(client)).toEqual([]);
}

/** Whether each was let in; a refusal is the one of a wrong password. */
async function race(clients: readonly TestClient[]): Promise<boolean[]> {
  const outcomes = await Promise.allSettled(clients.map((client) => client.connect()));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 4 });
  return outcomes.map(({ status }) => status === 'fulfilled');
}

describe('a first password is refused as any wrong one', () => {
  test('while adoption is off, on another registry, or on a broker only', async () => {
    await newRegistry({});
    const registry = await newRegistry();
    const { response: broker } = await installation().api.must('POST', '/iot-broker/v1/brokers', {
      folderId: 'f',
    });
    await switchOn({ brokerId: broker.id });
    await expectNotAdopted(await newDevice(registry));
    await expectNotAdopted(registry);
  });

  test('once adoption is switched off, at once', async () => {
    const registry = await newRegistry({});
    await installation().api.must('DELETE', adoptionPath(registry.owner));
    await expectNotAdopted(await newDevice(registry));
  });

  test('from the end on, which comes by itself; what was adopted before stays', async () => {
    const registry = await newRegistry();
    const early = await newDevice(registry);
    await switchOn(registry.owner);
    // As if the time had come: nobody is told.
    const database = openDatabase(installation().databaseUrl ?? '', { logger: quiet });
    onTestFinished(() => database.close());
    await database.pool.query('UPDATE password_adoptions SET ends_at = now() WHERE registry_id = $1', [
      registry.id,
    ]);
    await expectNotAdopted(early);
    const endsAt = new Date(Date.now() + 3_600_000);
    await switchOn(registry.owner, { endsAt });
    await early.connect();
    await installation().api.must('DELETE', adoptionPath(registry.owner));
    await early.connect();
  });

  test('from an address outside the networks, with the reason in the log alone', async () => {
    const registry = await newRegistry({ networks: ['198.51.100.0/24', '127.0.0.2/32'] });
    const device = await newDevice(registry);
    await expectNotAdopted(device);
    await device.logLine(
      /^connection refused: password not adopted: address outside the allowed networks, address: "127\.0\.0\.1:/,
    );
    await device.connect(from('127.0.0.2'));
    await device.connect();
  });

  test('when it is empty, missing, or longer than any password may be', async () => {
    const device = await newDevice(await newRegistry({}));
    await expectNotAdopted(device, { password: '' });
    await expectNotAdopted(device, { password: undefined as never });
    await expectNotAdopted(device, { password: 'x'.repeat(1025) });
    await device.logLine(/password not adopted: it is empty/);
    await device.logLine(/password not adopted: it is too long/);
  });

  test('beyond the attempts of its address in a minute; other addresses are not held up', async () => {
    const registry = await newRegistry({ attemptsPerMinute: 1 });
    await (await newDevice(registry)).connect();
    const second = await newDevice(registry);
    await expectNotAdopted(second);
    await second.logLine(/password not adopted: too many first connections from this address/);
    await second.connect(from('127.0.0.3'));
  });

  test('in a disabled registry', async () => {
    const registry = await newRegistry({});
    const device = await newDevice(registry);
    await installation().api.must('POST', `${pathOf(registry.owner)}:disable`);
    await expectNotAdopted(device);
    await expectNotAdopted(registry);
    await installation().api.must('POST', `${pathOf(registry.owner)}:enable`);
    await device.connect();
  });

  test('by an owner that has a password already: only that one counts', async () => {
    const registry = await newRegistry({});
    const device = await createDevice(installation(), registry);
    expect(await device.refusal({ password: makePassword() })).toBe(4);
    expect(await passwordIds(device)).toHaveLength(1);
    await device.connect();
  });

  test('by an ID that nobody has', async () => {
    await newRegistry({});
    const nobody = new TestClient(installation(), 'arexxxxxxxxxxxxxxxxx', { deviceId: 'x' }, makePassword());
    expect(await nobody.refusal()).toBe(4);
  });
});

describe('a first password is adopted', () => {
  test('for a device, its registry and a broker; from then on only it counts', async () => {
    const registry = await newRegistry({});
    const { response } = await installation().api.must('POST', '/iot-broker/v1/brokers', { folderId: 'f' });
    const broker = new TestClient(installation(), response.id, { brokerId: response.id }, makePassword());
    await switchOn(broker.owner);
    for (const client of [await newDevice(registry), registry, broker]) {
      await client.connect({ clientId: 'first' });
      expect(await client.refusal({ password: makePassword() })).toBe(4);
      expect(await passwordIds(client)).toHaveLength(1);
      await client.connect({}, 'TCP');
    }
  });

  test('and the log, the audit trail, the operations and the metrics tell of it, without the password', async () => {
    const { api, adminUrl } = installation();
    const registry = await newRegistry({});
    const device = await newDevice(registry);
    await device.connect({ clientId: 'first' });
    const [passwordId] = await passwordIds(device);
    await device.logLine(/clientID: "first"/);
    const [adopted, connected] = await device.log();
    expect(adopted).toBe(`password adopted, password: "${passwordId}", address: "127.0.0.1"`);
    expect(connected).toContain(`connected, password: "${passwordId}"`);

    const { auditEvents } = await api.must('GET', `/ext/v1/auditEvents?resourceId=${device.id}`);
    expect(auditEvents[0]).toMatchObject({
      eventType: 'devices.AdoptDevicePassword',
      remoteIp: '127.0.0.1',
      details: { deviceId: device.id, passwordId, anew: false },
      code: 0,
    });
    const { operations } = await api.must('GET', `${pathOf(device.owner)}/operations`);
    expect(operations[0]).toMatchObject({ description: 'Adopt device password', metadata: { passwordId } });
    expect(await api.must('GET', `/operations/${operations[0].id}`)).toEqual(operations[0]);
    expect(await (await fetch(`${adminUrl}/metrics`)).text()).toMatch(
      /iotcore_mqtt_passwords_adopted_total\{strength="strong"\} \d+/,
    );
    for (const text of [JSON.stringify([auditEvents, operations]), installation().logs()])
      expect(text).not.toContain(device.password);
  });

  test('although it is weak, with a warning in the log and the audit trail', async () => {
    const device = await newDevice(await newRegistry({}));
    await device.connect({ password: '1234' });
    await device.logLine(/^password adopted, .*, weak: "At least 14 characters\."$/);
    const { entries } = await installation().api.must('GET', `/ext/v1/devices/${device.id}/logs`);
    const warning = entries.find(({ message }: { message: string }) =>
      message.startsWith('password adopted'),
    );
    expect(warning.level).toBe('WARN');
    const { auditEvents } = await installation().api.must(
      'GET',
      `/ext/v1/auditEvents?resourceId=${device.id}`,
    );
    expect(auditEvents[0].details.weakness).toBe('At least 14 characters.');
  });

  test('byte for byte, although it is no text', async () => {
    const device = await newDevice(await newRegistry({}));
    const password = Buffer.from([0, 0xff, 0xc0, 0x80, 1]);
    await device.connect({ password });
    expect(await device.refusal({ password: Buffer.from([0, 0xff, 0xc0, 0x80, 2]) })).toBe(4);
    await device.connect({ password });
  });

  test('for a device that has a certificate too, whatever certificate lies beside the password', async () => {
    const registry = await newRegistry({});
    const device = await newDevice(registry);
    const sibling = await newDevice(registry);
    const certificate = await device.addCertificate();
    await device.connect(byCertificate(certificate));
    expect(await passwordIds(device)).toEqual([]);
    await device.connect({ certificate: await sibling.addCertificate() });
    await device.connect(byCertificate(certificate));
    expect(await device.refusal({ certificate, password: makePassword() })).toBe(4);
  });

  test('anew, once the operator has rejected it: its sessions end, the next first connection counts', async () => {
    const { api } = installation();
    const device = await newDevice(await newRegistry({}));
    const intruder = await device.connect({ password: makePassword() });
    expect(await device.refusal()).toBe(4);
    const [rejected] = await passwordIds(device);
    await api.must('DELETE', `${pathOf(device.owner)}/passwords/${rejected}`);
    await intruder.expectClosed();
    await device.connect();
    await device.logLine(/^password adopted anew, /);
    const { auditEvents } = await api.must('GET', `/ext/v1/auditEvents?resourceId=${device.id}`);
    expect(auditEvents[0].details.anew).toBe(true);
  });
});

describe('of two first connections at once', () => {
  const rounds = Array.from({ length: 6 });

  test('with different passwords exactly one is adopted, and the other refused, every time', async () => {
    const registry = await newRegistry({});
    for (const _ of rounds) {
      const device = await newDevice(registry);
      const rivals = [device, new TestClient(installation(), device.id, device.owner, makePassword())];
      const outcome = await race(rivals);
      expect(outcome.toSorted()).toEqual([false, true]);
      expect(await race(rivals)).toEqual(outcome);
      expect(await passwordIds(device)).toHaveLength(1);
    }
  });

  test('with the same password both are let in by one password, every time', async () => {
    const registry = await newRegistry({});
    for (const _ of rounds) {
      const device = await newDevice(registry);
      expect(await race([device, device])).toEqual([true, true]);
      expect(await passwordIds(device)).toHaveLength(1);
    }
  });

  fullTest('to two servers the same holds, every time', async () => {
    const second = await startInstallation({ programs: ['mqtt'], database: installation().databaseUrl });
    const registry = await newRegistry({});
    for (const _ of rounds) {
      const device = await newDevice(registry);
      const rival = new TestClient(second, device.id, device.owner, makePassword());
      expect((await race([device, rival])).toSorted()).toEqual([false, true]);
      expect(await passwordIds(device)).toHaveLength(1);
      const other = await newDevice(registry);
      expect(await race([other, at(second, other)])).toEqual([true, true]);
      expect(await passwordIds(other)).toHaveLength(1);
    }
  });
});

test('a storm of first connections is adopted, while clients that are connected already are served', async () => {
  const registry = await newRegistry({});
  const speaker = await createDevice(installation(), registry);
  const session = await speaker.connect();
  let isServed = false;
  let adopted = 0;
  // Ten come at a time, and the next after them, until the speaker has been served.
  const storm = Array.from({ length: 10 }, async () => {
    for (let n = 0; n < 5 || !isServed; n++) {
      await (await newDevice(registry)).connect();
      adopted++;
    }
  });
  const speaking = async () => {
    try {
      await eventually('the storm to begin', () => adopted > 0);
      for (let n = 0; n < 20; n++) await session.publish(`$devices/${speaker.id}/events`, 'x');
    } finally {
      isServed = true;
    }
  };
  await Promise.all([...storm, speaking()]);
  expect(adopted).toBeGreaterThanOrEqual(50);
});

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
