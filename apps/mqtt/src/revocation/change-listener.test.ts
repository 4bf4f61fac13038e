import type { Change } from '@iotcore/store';
import { describe, expect, test } from 'vitest';
import { RecentChanges } from '../caching/recent-changes.ts';
import { type Asker, DeviceDirectory } from '../directory/device-directory.ts';
import { createChangeListener } from './change-listener.ts';
import type { Revoker } from './revoker.ts';

/** A tenant that may look up as much as it likes. */
const asker: Asker = { key: 'registry:r1', lookUp: (load) => load() };

function setUp() {
  const told: string[] = [];
  const changes = new RecentChanges();
  const directory = new DeviceDirectory(changes, async (id) => ({
    id,
    registryId: 'r1',
    aliases: new Map(),
  }));
  const listener = createChangeListener({
    changes,
    directory,
    caches: [{ forget: (subject) => told.push(`forget ${subject}`), clear: () => told.push('clear') }],
    revoker: {
      subjectChanged: (subject: string) => told.push(`revoke ${subject}`),
      everythingChanged: () => told.push('revoke everything'),
    } as unknown as Revoker,
    signingKeysChanged: () => told.push('signing keys'),
    networkBlocksChanged: () => told.push('network blocks'),
    disconnect: (subject) => told.push(`disconnect ${subject}`),
    exportsChanged: () => told.push('exports'),
    gone: (id) => told.push(`gone ${id}`),
  });
  return { told, changes, directory, listener };
}

describe('a change that was told', () => {
  test.each(['registry', 'broker', 'password', 'certificate', 'device'] as const)(
    'of a %s is noted, forgotten by caches and looked at for revocation',
    (kind) => {
      const { told, changes, listener } = setUp();
      const mark = changes.mark();
      listener.changed([{ kind, key: 'x' }]);
      expect(told).toEqual([`forget ${kind}:x`, `revoke ${kind}:x`]);
      expect(changes.touchedSince(mark, [`${kind}:x`])).toBe(true);
    },
  );

  test('that something is gone has only what is kept of a registry, device or broker forgotten', () => {
    const { told, listener } = setUp();
    listener.changed([
      { kind: 'password', key: 'x', gone: true },
      { kind: 'certificate', key: 'x', gone: true },
      { kind: 'alias', key: 'x', gone: true },
      { kind: 'registry', key: 'r1' },
    ]);
    expect(told.filter((what) => what.startsWith('gone'))).toEqual([]);
    for (const kind of ['registry', 'device', 'broker'] as const)
      listener.changed([{ kind, key: `of ${kind}`, gone: true }]);
    expect(told.filter((what) => what.startsWith('gone'))).toEqual([
      'gone of registry',
      'gone of device',
      'gone of broker',
    ]);
  });

  test('that sessions are to end is passed on, and touches nothing', () => {
    const { told, listener } = setUp();
    listener.changed([{ kind: 'disconnect', key: 'device:x' }]);
    expect(told).toEqual(['disconnect device:x']);
  });

  test('of a network block has the blocks read again, and touches nobody', () => {
    const { told, listener } = setUp();
    listener.changed([{ kind: 'network-block', key: 'x' }]);
    expect(told).toEqual(['network blocks']);
  });

  test.each(['alias', 'device'] as const)(
    'of a device (%s) makes what was derived from it stale',
    async (kind) => {
      const { directory, listener } = setUp();
      const known = await directory.get('d1', asker);
      const other = await directory.get('d2', asker);
      listener.changed([{ kind, key: 'd1' }]);
      expect(known?.basis.stale).toBe(true);
      expect(other?.basis.stale).toBe(false);
      expect(await directory.get('d1', asker)).not.toBe(known);
    },
  );

  test('of an export is told to the directory of exports', () => {
    const { told, listener } = setUp();
    listener.changed([{ kind: 'export', key: 'x' }]);
    expect(told).toEqual(['exports']);
  });

  test('of an account is nothing to the data plane, of a signing key only to the door of the API', () => {
    const { told, listener } = setUp();
    listener.changed([
      { kind: 'account', key: 'x' },
      { kind: 'signing-key', key: 'k' },
    ] satisfies Change[]);
    expect(told).toEqual(['signing keys']);
  });
});

describe('missed changes', () => {
  test('make everything that is remembered doubtful', async () => {
    const { told, changes, directory, listener } = setUp();
    const known = await directory.get('d1', asker);
    const mark = changes.mark();
    listener.missed();
    expect(known?.basis.stale).toBe(true);
    expect(directory.size).toBe(0);
    expect(changes.touchedSince(mark, ['password:anything'])).toBe(true);
    expect(told).toEqual(['clear', 'signing keys', 'network blocks', 'exports', 'revoke everything']);
  });
});

describe('a device that changes while it is looked up', () => {
  test('is good for those that asked before, and looked up again for the next', async () => {
    const changes = new RecentChanges();
    let loads = 0;
    const directory = new DeviceDirectory(changes, async (id) => {
      if (++loads === 1) changes.touch('alias:d1');
      return { id, registryId: 'r1', aliases: new Map() };
    });
    const first = await directory.get('d1', asker);
    expect(first?.basis.stale).toBe(true);
    const second = await directory.get('d1', asker);
    expect(second?.basis.stale).toBe(false);
    expect(directory.get('d1', asker)).toBe(second);
    expect(loads).toBe(2);
  });
});

describe('what was read of a device when it logged in', () => {
  test('is not kept if the device has changed since', () => {
    const { changes, directory, listener } = setUp();
    const mark = changes.mark();
    listener.changed([{ kind: 'alias', key: 'd1' }]);
    directory.learn({ id: 'd1', registryId: 'r1', aliases: new Map() }, mark);
    expect(directory.size).toBe(0);
  });

  test('is found without a look-up, until the device changes', () => {
    const { changes, directory, listener } = setUp();
    const facts = { id: 'd1', registryId: 'r1', aliases: new Map([['lamp/', '$devices/d1/']]) };
    directory.learn(facts, changes.mark());
    const known = directory.get('d1', asker);
    expect(known).toMatchObject({ facts, basis: { stale: false } });
    listener.changed([{ kind: 'alias', key: 'd1' }]);
    expect(known).toMatchObject({ basis: { stale: true } });
    expect(directory.size).toBe(0);
  });
});
