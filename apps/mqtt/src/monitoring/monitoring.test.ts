import type { PublishRoute } from '@iotcore/engine';
import type { DeviceActivityWrite, DevicePublished } from '@iotcore/store/data-plane';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Monitoring, saveAgainAfterMs } from './monitoring.ts';

const device = { kind: 'device', id: 'd1', registryId: 'r1' } as const;
const transport = {
  secure: true,
  remoteAddress: '192.0.2.1',
  remotePort: 1,
  peerCertificate: () => undefined,
};
const second = (n: number) => new Date(n * 1000);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(heardNamespaces: string[]) {
  const told: { route: PublishRoute; message: Record<string, unknown> }[] = [];
  const written: DeviceActivityWrite[][] = [];
  const published: DevicePublished[][] = [];
  const stored = new Map();
  const state = { now: 1000, away: false, reads: 0, asked: 0 };
  const monitoring = new Monitoring({
    roundMs: 1000,
    hasSubscribers: (namespace) => {
      state.asked++;
      return heardNamespaces.includes(namespace);
    },
    publish: (route, payload) => told.push({ route, message: JSON.parse(String(payload)) }),
    write: async (activities) => {
      if (state.away) throw new Error('database away');
      written.push([...activities]);
    },
    writePublished: async (devices) => {
      if (state.away) throw new Error('database away');
      published.push([...devices]);
    },
    read: async () => {
      state.reads++;
      return stored;
    },
    now: () => state.now,
    failed: () => {},
  });
  const round = async () => {
    vi.advanceTimersByTime(1000);
    await new Promise(setImmediate);
  };
  return { monitoring, told, written, published, stored, state, round };
}

describe('monitoring', () => {
  test('computes, reads and tells nothing while nobody listens', async () => {
    const { monitoring, told, state, round } = setUp([]);
    monitoring.connected(device, transport);
    for (let n = 0; n < 100; n++) monitoring.published(device);
    expect(state.asked).toBe(0);
    await round();
    expect(told).toEqual([]);
    expect(state.reads).toBe(0);
    await monitoring.stop();
  });

  test('dates messages that are handled together once, and those after them anew', async () => {
    const { monitoring, state } = setUp([]);
    const [one, other] = ['d1', 'd2'].map((id) => monitoring.connected({ ...device, id }, transport));
    if (!one || !other) throw new Error('a device has no activity');
    state.now = 2000;
    monitoring.publishedOn(one, 5.25);
    state.now = 3000;
    monitoring.publishedOn(other, 5.25);
    expect([one.lastPubActivityTime, other.lastPubActivityTime]).toEqual([2000, 2000]);
    monitoring.publishedOn(one, 7.5);
    expect([one.lastPubActivityTime, other.lastPubActivityTime]).toEqual([3000, 2000]);
    await monitoring.stop();
  });

  test('says nothing of registries and brokers', async () => {
    const { monitoring, told, written, round } = setUp(['monitoring.full.r1']);
    for (const principal of [
      { kind: 'registry', id: 'r1' } as const,
      { kind: 'broker', id: 'b1' } as const,
    ]) {
      monitoring.connected(principal, transport);
      monitoring.published(principal);
      monitoring.disconnected(principal);
    }
    await round();
    await round();
    expect([told, written]).toEqual([[], []]);
    await monitoring.stop();
  });

  test.each(['monitoring.full.r1', 'own-monitoring.me.d1'])(
    'tells who listens in %s once a second, the last state too',
    async (namespace) => {
      const { monitoring, told, state, stored, round } = setUp([namespace]);
      stored.set('d1', {
        lastDisconnectTime: second(0.5),
        lastAuthTime: second(0.2),
        lastAuthIp: '192.0.2.9',
      });
      monitoring.connected(device, transport);
      monitoring.subscribed(device);
      for (let n = 0; n < 10; n++) {
        state.now += 10;
        monitoring.published(device);
      }
      await round();
      expect(told.map(({ message }) => message)).toEqual([
        {
          last_auth_time: '1970-01-01T00:00:01.000Z',
          last_auth_ip: '192.0.2.1',
          last_pub_activity_time: '1970-01-01T00:00:01.100Z',
          last_sub_activity_time: '1970-01-01T00:00:01.000Z',
          last_online_time: '1970-01-01T00:00:01.100Z',
          last_disconnect_time: '1970-01-01T00:00:00.500Z',
          registry_id: 'r1',
          device_id: 'd1',
        },
      ]);
      await round();
      expect(told).toHaveLength(1);
      state.now = 5000;
      monitoring.subscribed(device);
      monitoring.disconnected(device);
      await round();
      expect(told).toHaveLength(2);
      expect(told[1]?.message).toMatchObject({
        last_sub_activity_time: '1970-01-01T00:00:05.000Z',
        last_disconnect_time: '1970-01-01T00:00:05.000Z',
      });
      await monitoring.stop();
    },
  );

  test('saves every other second, keeps what could not be saved, and forgets devices that left', async () => {
    const { monitoring, written, state, round } = setUp([]);
    state.away = true;
    monitoring.connected(device, transport);
    monitoring.disconnected(device);
    await round();
    await round();
    expect(written).toEqual([]);
    expect(monitoring.devices).toBe(1);
    state.away = false;
    await round();
    await round();
    expect(written).toHaveLength(1);
    expect(written[0]?.[0]).toMatchObject({
      deviceId: 'd1',
      lastAuthIp: '192.0.2.1',
      lastAuthTime: second(1),
    });
    expect(monitoring.devices).toBe(0);
    await monitoring.stop();
  });

  test('saves a device that goes on publishing every few seconds, and that it left in the next round', async () => {
    const { monitoring, written, published, state, round } = setUp([]);
    monitoring.connected(device, transport);
    for (let seconds = 0; seconds < 20; seconds++) {
      state.now += 1000;
      monitoring.published(device);
      await round();
    }
    expect(written).toHaveLength(1);
    expect(published.length).toBeGreaterThanOrEqual(2);
    expect(published.length).toBeLessThanOrEqual(4);
    expect(published.at(-1)).toEqual([{ deviceId: 'd1', atMs: expect.any(Number) }]);
    monitoring.disconnected(device);
    await round();
    await round();
    expect(written).toHaveLength(2);
    expect(written.at(-1)?.[0]?.lastDisconnectTime).toBeDefined();
    await monitoring.stop();
  });

  test.each<[string, (monitoring: Monitoring) => void]>([
    ['subscribes', (monitoring) => monitoring.subscribed(device)],
    ['connects', (monitoring) => void monitoring.connected(device, transport)],
    ['leaves', (monitoring) => monitoring.disconnected(device)],
  ])('writes all of a device that %s, though it also publishes', async (_what, happen) => {
    const { monitoring, written, published, state, round } = setUp([]);
    monitoring.connected(device, transport);
    await round();
    await round();
    state.now += 10_000;
    happen(monitoring);
    monitoring.published(device);
    await round();
    await round();
    expect(written).toHaveLength(2);
    expect(published).toEqual([]);
    await monitoring.stop();
  });

  test('writes all of a device once the database is back, if only that it published could not be saved', async () => {
    const { monitoring, written, published, state, round } = setUp([]);
    monitoring.connected(device, transport);
    await round();
    await round();
    state.away = true;
    state.now += 10_000;
    monitoring.published(device);
    await round();
    await round();
    state.away = false;
    await round();
    await round();
    expect(published).toEqual([]);
    expect(written).toHaveLength(2);
    expect(written[1]?.[0]?.lastPubActivityTime).toEqual(new Date(state.now));
    await monitoring.stop();
  });

  test('neither saves nor tells what a deleted device did of whoever has its ID next, but what that does', async () => {
    const { monitoring, written, told, state, round } = setUp(['$monitoring/r1']);
    monitoring.connected(device, transport);
    monitoring.subscribed(device);
    monitoring.published({ ...device, id: 'd2' });
    monitoring.gone('d1');
    monitoring.gone('unknown');
    await round();
    await round();
    expect(written.flat().map(({ deviceId }) => deviceId)).toEqual(['d2']);
    expect(told.filter(({ message }) => message['device_id'] === 'd1')).toEqual([]);

    state.now = 9000;
    monitoring.connected(device, { ...transport, remoteAddress: '198.51.100.7' });
    await round();
    await round();
    expect(written.flat().find(({ deviceId }) => deviceId === 'd1')).toEqual({
      deviceId: 'd1',
      lastAuthIp: '198.51.100.7',
      lastAuthTime: second(9),
      lastOnlineTime: second(9),
    });
    await monitoring.stop();
  });

  test('begins anew when a device of another folder has the ID, before it is told that the one before is gone', async () => {
    const { monitoring, state, written, round } = setUp([]);
    state.now = 1000;
    monitoring.connected({ ...device, folderId: 'before' }, transport);
    monitoring.subscribed({ ...device, folderId: 'before' });
    state.now = 9000;
    monitoring.connected({ ...device, registryId: 'r9', folderId: 'after' }, transport);
    await round();
    await round();
    expect(written.flat()).toEqual([
      {
        ...{ deviceId: 'd1', folderId: 'after', lastAuthIp: transport.remoteAddress },
        ...{ lastAuthTime: second(9), lastOnlineTime: second(9) },
      },
    ]);
    await monitoring.stop();
  });

  test('forgets a deleted device once its session has ended', async () => {
    const { monitoring, state, round } = setUp([]);
    monitoring.connected(device, transport);
    monitoring.gone('d1');
    monitoring.disconnected(device);
    monitoring.gone('d1');
    await round();
    await round();
    await round();
    expect(monitoring.devices).toBe(0);
    expect(state.reads).toBe(0);
    await monitoring.stop();
  });

  test('saves what is left when it stops', async () => {
    const { monitoring, written } = setUp([]);
    monitoring.connected(device, transport);
    await monitoring.stop();
    expect(written).toHaveLength(1);
  });

  test('spreads what a large fleet has to save over the time until the next round, and waits no more once it stops', async () => {
    const { monitoring, written, round } = setUp([]);
    for (let n = 0; n < 1000; n++) monitoring.connected({ ...device, id: `d${n}` }, transport);
    await round();
    await round();
    await new Promise(setImmediate);
    expect(written).toHaveLength(1);
    await monitoring.stop();
    expect(new Set(written.flat().map(({ deviceId }) => deviceId)).size).toBe(1000);
    expect(written.flat()).toHaveLength(1000);
  });

  test('saves what a large fleet leaves in few statements when it stops, also what is being saved', async () => {
    const { monitoring, written, round } = setUp([]);
    const devices = 20_000;
    for (let n = 0; n < devices; n++) monitoring.connected({ ...device, id: `d${n}` }, transport);
    await round();
    await round();
    while (written.length === 0) await new Promise(setImmediate);
    for (let n = 0; n < devices; n++) monitoring.disconnected({ ...device, id: `d${n}` });
    const before = written.length;
    await monitoring.stop();
    expect(written.length - before).toBeLessThan(12);
    const left = written.flat().filter(({ lastDisconnectTime }) => lastDisconnectTime);
    expect(new Set(left.map(({ deviceId }) => deviceId)).size).toBe(devices);
  });
});

describe('a device that goes on publishing', () => {
  test.each([
    { devices: 1, seconds: 5 },
    { devices: 2_500, seconds: 5 },
    { devices: 5_000, seconds: 10 },
    { devices: 10_000, seconds: 20 },
    { devices: 1_000_000, seconds: 20 },
  ])('is saved every $seconds s where there are $devices', ({ devices, seconds }) => {
    expect(saveAgainAfterMs(devices)).toBe(1_000 * seconds);
  });
});
