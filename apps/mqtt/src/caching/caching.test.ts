import { describe, expect, test } from 'vitest';
import { BatchLoader } from './batch-loader.ts';
import { patiently } from './patient-load.ts';
import { RecentChanges } from './recent-changes.ts';

describe('BatchLoader', () => {
  test('asks for the keys of one tick at once, each one once', async () => {
    const asked: (readonly string[])[] = [];
    const loader = new BatchLoader<string, string>(async (keys) => {
      asked.push(keys);
      return new Map(keys.filter((key) => key !== 'absent').map((key) => [key, `value of ${key}`]));
    });
    const answers = await Promise.all(['a', 'b', 'a', 'absent'].map((key) => loader.load(key)));
    expect(answers).toEqual(['value of a', 'value of b', 'value of a', undefined]);
    expect(asked).toEqual([['a', 'b', 'absent']]);
  });

  test('does not answer from a query that was under way before it was asked', async () => {
    let now = 'old';
    const first = Promise.withResolvers<void>();
    const loader = new BatchLoader<string, string>(async (keys) => {
      const read = now;
      if (read === 'old') await first.promise;
      return new Map(keys.map((key) => [key, read]));
    });
    const before = loader.load('a');
    await new Promise(setImmediate);
    now = 'new';
    const after = loader.load('a');
    expect(await after).toBe('new');
    first.resolve();
    expect(await before).toBe('old');
  });

  test('runs a bounded number of queries of a bounded size, and answers everybody', async () => {
    let running = 0;
    let most = 0;
    const loader = new BatchLoader<number, number>(async (keys) => {
      expect(keys.length).toBeLessThanOrEqual(100);
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return new Map(keys.map((key) => [key, key]));
    });
    const keys = Array.from({ length: 1234 }, (_, n) => n);
    expect(await Promise.all(keys.map((key) => loader.load(key)))).toEqual(keys);
    expect(most).toBeLessThanOrEqual(4);
  });

  test('answers an asker with one key soon, though another has thousands', async () => {
    const batches: (readonly string[])[] = [];
    const loader = new BatchLoader<string, string>(async (keys) => {
      batches.push(keys);
      await new Promise(setImmediate);
      return new Map(keys.map((key) => [key, key]));
    });
    const flood = Array.from({ length: 9_999 }, (_, n) => loader.load(`flood ${n}`, 'greedy'));
    const one = loader.load('flood 1', 'modest');
    expect(await one).toBe('flood 1');
    expect(batches.length).toBeLessThanOrEqual(4);
    await Promise.all(flood);
    expect(batches).toHaveLength(100);
  });

  test('rejects what a failed query was asked for, and goes on', async () => {
    let fails = true;
    const loader = new BatchLoader<string, string>(async (keys) => {
      if (fails) throw new Error('away');
      return new Map(keys.map((key) => [key, key]));
    });
    await expect(loader.load('a')).rejects.toThrow('away');
    fails = false;
    expect(await loader.load('a')).toBe('a');
  });
});

describe('RecentChanges', () => {
  test('tells what was touched after a mark, and nothing else', () => {
    const changes = new RecentChanges();
    changes.touch('before');
    const mark = changes.mark();
    changes.touch('after');
    expect(changes.touchedSince(mark, ['before', 'other'])).toBe(false);
    expect(changes.touchedSince(mark, ['other', 'after'])).toBe(true);
    expect(changes.touchedSince(changes.mark(), ['after'])).toBe(false);
  });

  test('holds everything for touched when anything may have been', () => {
    const changes = new RecentChanges();
    const mark = changes.mark();
    changes.touchAll();
    expect(changes.touchedSince(mark, ['anything'])).toBe(true);
    expect(changes.touchedSince(changes.mark(), ['anything'])).toBe(false);
  });

  test('would rather say yes than forget, once it has let go of the oldest', () => {
    const changes = new RecentChanges();
    const mark = changes.mark();
    for (let n = 0; n <= 50_000; n++) changes.touch(`key ${n}`);
    expect(changes.touchedSince(mark, ['key 0'])).toBe(true);
    expect(changes.touchedSince(changes.mark(), ['key 0'])).toBe(false);
  });
});

describe('a patient look-up', () => {
  const away = new Error('away');
  const isAway = (error: unknown) => error === away;

  test('fails at once for any other reason', async () => {
    await expect(patiently(isAway, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  test('waits for the database', async () => {
    let tries = 0;
    const load = async () => {
      if (++tries < 3) throw away;
      return 'found';
    };
    expect(await patiently(isAway, load)).toBe('found');
    expect(tries).toBe(3);
  });
});
