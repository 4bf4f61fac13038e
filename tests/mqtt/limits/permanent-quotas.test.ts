/** How much one owner may have stored on permanent topics, and that what cannot be stored harms nobody else. */
import { openDatabase } from '@iotcore/store';
import { expectSilence, pathOf, sharedInstallation } from '@iotcore/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createDevice, createRegistry, type TestClient, transports } from '../support/test-client.ts';

const installation = sharedInstallation({
  env: { IOT_QUOTA_PERMANENT_TOPICS_PER_DEVICE: '5', IOT_QUOTA_PERMANENT_BYTES_PER_REGISTRY: '2000' },
});
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
let registry: TestClient;
let device: TestClient;
let stranger: TestClient;

beforeEach(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry);
  stranger = await createDevice(installation(), await createRegistry(installation()));
});

const state = (of: TestClient, rest = '') => `$devices/${of.id}/state${rest}`;

const publishByApi = (from: TestClient, topic: string, payload: string) =>
  installation().api.call('POST', `${pathOf(from.owner)}/publish`, {
    topic,
    data: Buffer.from(payload).toString('base64'),
  });

function database() {
  const opened = openDatabase(installation().databaseUrl ?? '', { logger: quiet, poolSize: 1 });
  onTestFinished(() => opened.close());
  return opened.pool;
}

describe('a device at its quota of permanent topics', () => {
  test.each(transports)(
    'is disconnected for one more, which is not stored; it may change those that it has',
    async (transport) => {
      const sender = await device.connect({}, transport);
      for (let n = 1; n <= 5; n++) await sender.publish(state(device, `/${n}`), 'x');
      await expect(sender.publish(state(device, '/6'), 'x')).rejects.toThrow();
      await sender.expectClosed();
      await device.logLine(/^disconnected: quota of permanent topics used up/);
      const again = await device.connect();
      await again.publish(state(device, '/1'), 'changed');
      await again.publish(state(device, '/2'), '');
      await again.publish(state(device, '/6'), 'in the place of another');
      const listener = await registry.connect();
      await listener.subscribe(`$devices/${device.id}/state/#`);
      const stored = await listener.messages.take(5);
      expect(stored.map(({ topic }) => topic.at(-1)).toSorted()).toEqual(['1', '3', '4', '5', '6']);
    },
  );

  test('is disconnected at QoS 0 too, and nobody hears what it sent', async () => {
    const listener = await registry.connect();
    await listener.subscribe('$devices/#');
    const sender = await device.connect();
    for (let n = 1; n <= 5; n++) await sender.publish(state(device, `/${n}`), 'x');
    await listener.messages.take(5);
    await sender.publish(state(device, '/6'), 'x', { qos: 0 });
    await sender.expectClosed();
    const sibling = await createDevice(installation(), registry);
    const other = await sibling.connect();
    await expectSilence(listener, (marker) => other.publish(state(sibling), marker));
  });

  test('is warned in its connection log before', async () => {
    const sender = await device.connect();
    for (let n = 1; n <= 4; n++) await sender.publish(state(device, `/${n}`), 'x');
    expect(await device.logLine(/at most/)).toBe('4 of at most 5 permanent topics are stored');
  });

  test('holds up neither its sibling nor its registry', async () => {
    const sibling = await createDevice(installation(), registry);
    const [full, other] = [await device.connect(), await sibling.connect()];
    for (let n = 1; n <= 5; n++) await full.publish(state(device, `/${n}`), 'x');
    await Promise.allSettled([full.publish(state(device, '/6'), 'x'), other.publish(state(sibling), 'x')]);
    await other.publish(state(sibling, '/more'), 'x');
    expect(other.connected).toBe(true);
  });

  test('is told so by the API, which publishes nothing', async () => {
    for (let n = 1; n <= 5; n++)
      expect((await publishByApi(device, state(device, `/${n}`), 'x')).status).toBe(200);
    const listener = await registry.connect();
    await listener.subscribe(state(device, '/6'));
    const { status, body } = await publishByApi(device, state(device, '/6'), 'x');
    expect([status, body.code]).toEqual([429, 8]);
    expect(body.message).toContain('quota of permanent topics');
    await listener.subscribe(`$devices/${device.id}/events`);
    await publishByApi(device, `$devices/${device.id}/events`, 'heard');
    expect(String((await listener.messages.next()).payload)).toBe('heard');
  });
});

test('a registry at its quota of bytes is told so by the API, and its devices are not concerned', async () => {
  const topic = `$registries/${registry.id}/config`;
  expect((await publishByApi(registry, topic, 'x'.repeat(1500))).status).toBe(200);
  const { status, body } = await publishByApi(registry, `${topic}/more`, 'x'.repeat(1500));
  expect([status, body.code]).toEqual([429, 8]);
  await (await device.connect()).publish(state(device), 'x'.repeat(3000));
});

test.each(transports)('a registry whose rows are locked waits alone, over %s', async (transport) => {
  const sender = await device.connect({}, transport);
  await sender.publish(state(device), 'before');
  const pool = database();
  const holder = await pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM permanent_messages WHERE registry_id = $1 FOR UPDATE', [registry.id]);
  let isStored = false;
  const waiting = sender.publish(state(device), 'meanwhile').then(() => {
    isStored = true;
  });
  const other = await stranger.connect({}, transport);
  for (let n = 0; n < 5; n++) await other.publish(state(stranger, `/${n}`), 'x');
  expect(isStored).toBe(false);
  await holder.query('ROLLBACK');
  holder.release();
  await waiting;
  expect(sender.connected).toBe(true);
});

test('one message that the database refuses is not acknowledged, and all that came with it are', async () => {
  const pool = database();
  await pool.query(
    `CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF NEW.payload = 'poison' THEN RAISE EXCEPTION 'refused'; END IF;
       RETURN NEW;
     END $$;
     CREATE TRIGGER refuse_poison BEFORE INSERT ON permanent_messages FOR EACH ROW EXECUTE FUNCTION refuse_poison()`,
  );
  onTestFinished(async () => {
    await pool.query('DROP FUNCTION refuse_poison CASCADE');
  });
  const sibling = await createDevice(installation(), registry);
  const [bad, near, far] = await Promise.all([device, sibling, stranger].map((client) => client.connect()));
  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 5 }, (_, n) => near?.publish(state(sibling, `/${n}`), 'x')),
    bad?.publish(state(device), 'poison'),
    ...Array.from({ length: 5 }, (_, n) => far?.publish(state(stranger, `/${n}`), 'x')),
  ]);
  expect(outcomes.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([5]);
  expect([near?.connected, far?.connected]).toEqual([true, true]);
  const log = await device.logLine(/^disconnected: message could not be stored/);
  expect(log).not.toContain('refused');
});
