import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Qos } from '../../port.ts';
import { Router } from './router.ts';

interface Reader {
  readonly name: string;
}
const reader = (name: string): Reader => ({ name });

function heard(router: Router<Reader>, namespace: string, topic: string): Record<string, Qos> {
  const { atQos0, atQos1 } = router.receivers(namespace, topic);
  return Object.fromEntries([...atQos0.map((r) => [r.name, 0]), ...atQos1.map((r) => [r.name, 1])]);
}

/** Section 4.7 by its letter, one rule a line. */
function matches(filter: string, topic: string): boolean {
  if (/^[+#]/.test(filter) && topic.startsWith('$')) return false; // [MQTT-4.7.2-1]
  const rest = (f: readonly string[], t: readonly string[]): boolean => {
    if (f.length === 0) return t.length === 0;
    if (f[0] === '#') return true; // this level, the level above, and all below
    if (t.length === 0) return false;
    return (f[0] === '+' || f[0] === t[0]) && rest(f.slice(1), t.slice(1));
  };
  return rest(filter.split('/'), topic.split('/'));
}

const level = fc.constantFrom('a', 'b', '', '$', '$a', '__proto__', 'ab');
const topics = fc
  .array(level, { minLength: 1, maxLength: 6 })
  .map((l) => l.join('/'))
  .filter((t) => t !== '');
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 6 }), fc.boolean())
  .map(([levels, hash]) => [...levels, ...(hash ? ['#'] : [])].join('/'))
  .filter((f) => f !== '');

describe('routing', () => {
  test('gives a message to nobody who has not subscribed', () => {
    const router = new Router<Reader>();
    expect(heard(router, 's', 'a')).toEqual({});
    expect(router.namespaces).toBe(0);
  });

  test('never matches across namespaces, whatever the filter', () => {
    const router = new Router<Reader>();
    router.subscribe('mine', '#', reader('me'), 1);
    expect(heard(router, 'yours', 'a')).toEqual({});
    expect(heard(router, 'mine', 'a')).toEqual({ me: 1 });
  });

  test('does not let # or + begin a match of a topic with $ [MQTT-4.7.2-1]', () => {
    const router = new Router<Reader>();
    for (const filter of ['#', '+/a', '+/#']) router.subscribe('s', filter, reader(filter), 1);
    expect(heard(router, 's', '$a/a')).toEqual({});
    router.subscribe('s', '$a/#', reader('dollar'), 1);
    expect(heard(router, 's', '$a/a')).toEqual({ dollar: 1 });
  });

  test('gives a receiver one copy at the highest QoS when its filters overlap [MQTT-3.3.5-1]', () => {
    const router = new Router<Reader>();
    const me = reader('me');
    router.subscribe('s', 'a/b', me, 0);
    router.subscribe('s', 'a/+', me, 1);
    router.subscribe('s', '#', me, 0);
    expect(heard(router, 's', 'a/b')).toEqual({ me: 1 });
    expect(router.receivers('s', 'a/b').atQos0).toEqual([]);
  });

  test('replaces a subscription to the same filter instead of adding one [MQTT-3.8.4-3]', () => {
    const router = new Router<Reader>();
    const me = reader('me');
    for (const filter of ['a', 'a/#']) {
      expect(router.subscribe('s', filter, me, 1)).toBe(true);
      expect(router.subscribe('s', filter, me, 0)).toBe(false);
    }
    expect(router.subscriptions).toBe(2);
    expect(heard(router, 's', 'a')).toEqual({ me: 0 });
  });

  test('tells nothing of a subscription that was not there', () => {
    const router = new Router<Reader>();
    router.subscribe('s', 'a/+', reader('a'), 0);
    expect(router.unsubscribe('s', 'a/+', reader('b'))).toBe(false);
    expect(router.unsubscribe('s', 'a/b', reader('a'))).toBe(false);
    expect(router.unsubscribe('t', 'a/+', reader('a'))).toBe(false);
    expect(router.subscriptions).toBe(1);
  });

  test('treats names of Object.prototype as ordinary levels and namespaces', () => {
    const router = new Router<Reader>();
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(heard(router, name, name)).toEqual({});
      router.subscribe(name, `${name}/+`, reader(name), 0);
      expect(heard(router, name, `${name}/x`)).toEqual({ [name]: 0 });
      expect(heard(router, name, 'x/x')).toEqual({});
    }
  });

  test('matches, after any history of subscribing and unsubscribing, exactly by the letter of section 4.7', () => {
    const step = fc.record({
      on: fc.boolean(),
      filter: filters,
      who: fc.nat(3),
      qos: fc.constantFrom<Qos>(0, 1),
      probe: topics,
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40, size: 'max' }),
        fc.array(topics, { minLength: 1, maxLength: 10 }),
        (steps, probes) => {
          // A cache this small evicts all the time.
          const router = new Router<Reader>({ maxCacheWeight: 40 });
          const readers = [0, 1, 2, 3].map((i) => reader(`r${i}`));
          const kept = new Map<string, { filter: string; name: string; qos: Qos }>();
          for (const { on, filter, who, qos, probe } of steps) {
            const held = router.receivers('s', probe);
            const before = expected(kept.values(), probe);
            const key = `${who} ${filter}`;
            if (on) {
              expect(router.subscribe('s', filter, readers[who] as Reader, qos)).toBe(!kept.has(key));
              kept.set(key, { filter, name: `r${who}`, qos });
            } else {
              expect(router.unsubscribe('s', filter, readers[who] as Reader)).toBe(kept.delete(key));
            }
            // An answer that is still held is either right or says that it is stale.
            if (!held.stale) expect(expected(kept.values(), probe)).toEqual(before);
          }
          for (const topic of probes)
            expect(heard(router, 's', topic)).toEqual(expected(kept.values(), topic));
          expect(router.subscriptions).toBe(kept.size);
          for (const [key, { filter }] of kept)
            router.unsubscribe('s', filter, readers[Number(key[0])] as Reader);
          expect([router.subscriptions, router.namespaces]).toEqual([0, 0]);
        },
      ),
    );
  });

  function expected(
    kept: Iterable<{ filter: string; name: string; qos: Qos }>,
    topic: string,
  ): Record<string, Qos> {
    const result: Record<string, Qos> = {};
    for (const { filter, name, qos } of kept) {
      if (matches(filter, topic)) result[name] = Math.max(result[name] ?? 0, qos) as Qos;
    }
    return result;
  }
});

describe('an answer of the router', () => {
  test('goes stale when the first subscriber of a silent namespace comes', () => {
    const router = new Router<Reader>();
    const held = router.receivers('s', 'a');
    router.subscribe('s', 'other', reader('me'), 0);
    expect(held.stale).toBe(true);
  });

  test('goes stale when its namespace falls silent, and keeps no receiver of it', () => {
    const router = new Router<Reader>();
    const me = reader('me');
    router.subscribe('s', 'a', me, 0);
    const held = router.receivers('s', 'a');
    const empty = router.receivers('s', 'b');
    router.unsubscribe('s', 'a', me);
    expect([held.stale, empty.stale]).toEqual([true, true]);
    expect(held.atQos0).toEqual([]);
  });

  test('stays when a filter without wildcards changes that names another topic', () => {
    const router = new Router<Reader>();
    router.subscribe('s', 'a', reader('me'), 0);
    const held = router.receivers('s', 'a');
    router.subscribe('s', 'b', reader('me'), 0);
    router.subscribe('t', '#', reader('me'), 0);
    expect(held.stale).toBe(false);
    expect(router.receivers('s', 'a')).toBe(held);
  });

  test('is forgotten once the cache is full, the oldest first', () => {
    const router = new Router<Reader>({ maxCacheWeight: 100 });
    router.subscribe('s', '#', reader('me'), 0);
    const first = router.receivers('s', 'first');
    for (let i = 0; i < 1000; i++) router.receivers('s', `t/${i}`);
    expect(first.stale).toBe(true);
    expect(router.cacheWeight).toBeLessThanOrEqual(100);
    expect(heard(router, 's', 'first')).toEqual({ me: 0 });
  });

  test('is usable even when it alone outweighs the cache', () => {
    const router = new Router<Reader>({ maxCacheWeight: 1 });
    router.subscribe('s', '#', reader('me'), 1);
    const held = router.receivers('s', 'a');
    expect([held.stale, held.atQos1.length]).toEqual([false, 1]);
    router.receivers('s', 'b');
    expect(held.stale).toBe(true);
  });
});

describe('a prefix', () => {
  const subscriptions = fc.array(fc.tuple(filters, fc.nat(3), fc.constantFrom<Qos>(0, 1)), { maxLength: 5 });

  test('has the receivers of every topic in it, or none at all', () => {
    const seen = { prefixes: 0, none: 0 };
    const endings = fc.array(topics, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(subscriptions, topics, endings, (wanted, topic, ends) => {
        const router = new Router<Reader>();
        const readers = ['r0', 'r1', 'r2', 'r3'].map(reader);
        for (const [filter, index, qos] of wanted)
          router.subscribe('s', filter, readers[index] as Reader, qos);
        const prefix = router.prefixReceivers('s', `${topic}/`);
        if (prefix === undefined) {
          seen.none++;
          return;
        }
        if (prefix.atQos0.length + prefix.atQos1.length > 0) seen.prefixes++;
        for (const end of ['', ...ends]) {
          const { atQos0, atQos1 } = router.receivers('s', `${topic}/${end}`);
          expect([new Set(prefix.atQos0), new Set(prefix.atQos1)]).toEqual([
            new Set(atQos0),
            new Set(atQos1),
          ]);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(seen.prefixes).toBeGreaterThan(100);
    expect(seen.none).toBeGreaterThan(100);
  });

  test('has no receivers in a namespace of others', () => {
    const router = new Router<Reader>();
    router.subscribe('mine', '#', reader('me'), 1);
    expect(router.prefixReceivers('yours', 'a/')).toMatchObject({ atQos0: [], atQos1: [] });
  });

  test.each(['a/b', 'a/+', '+/#', 'z'])(
    'goes stale when %s is subscribed to, and when it is given up',
    (filter) => {
      const router = new Router<Reader>();
      const [other, me] = [reader('other'), reader('me')];
      router.subscribe('s', 'a/#', other, 0);
      const before = router.prefixReceivers('s', 'a/');
      expect(router.prefixReceivers('s', 'a/')).toBe(before);
      router.subscribe('s', filter, me, 0);
      expect(before).toMatchObject({ stale: true, atQos0: [] });
      const during = router.prefixReceivers('s', 'a/');
      router.unsubscribe('s', filter, me);
      expect(during?.stale ?? true).toBe(true);
      expect(router.prefixReceivers('s', 'a/')?.atQos0).toEqual([other]);
    },
  );

  test('goes stale when the first filter of its namespace comes, and when the last one goes', () => {
    const router = new Router<Reader>();
    const me = reader('me');
    const nobody = router.prefixReceivers('s', 'a/');
    router.subscribe('s', '#', me, 0);
    const mine = router.prefixReceivers('s', 'a/');
    router.unsubscribe('s', '#', me);
    expect([nobody?.stale, mine?.stale]).toEqual([true, true]);
  });

  test('is none beside many filters without wildcards, which would all have to be looked at', () => {
    const router = new Router<Reader>();
    for (let i = 0; i < 17; i++) router.subscribe('s', `other/${i}`, reader(`r${i}`), 0);
    expect(router.prefixReceivers('s', 'a/')).toBeUndefined();
  });
});

describe('the cost of a match', () => {
  test('stays small for a filter of a hundred + against a topic as deep', () => {
    const router = new Router<Reader>();
    for (let depth = 1; depth <= 100; depth++)
      router.subscribe('s', `${'+/'.repeat(depth)}#`, reader(`r${depth}`), 0);
    const topic = Array.from({ length: 100 }, (_, i) => `l${i}`).join('/');
    // 2^100 paths if it branched; this returns at once or never.
    expect(Object.keys(heard(router, 's', topic))).toHaveLength(100);
  });

  test('stays small when literal and + stand beside each other in every level', () => {
    const router = new Router<Reader>();
    const variants = 2 ** 10;
    for (let bits = 0; bits < variants; bits++) {
      const filter = Array.from({ length: 10 }, (_, i) => (bits & (1 << i) ? '+' : 'x')).join('/');
      router.subscribe('s', filter, reader(`r${bits}`), 0);
    }
    expect(Object.keys(heard(router, 's', Array(10).fill('x').join('/')))).toHaveLength(variants);
    expect(Object.keys(heard(router, 's', Array(11).fill('x').join('/')))).toHaveLength(0);
  });
});

describe('filters that one topic can meet half-way in many places', () => {
  /** So many levels, each of them `+` or `a` as the seed has it, of which four are `+` at least. */
  const manifold = (levels: number, seed: number) =>
    [
      '+',
      '+',
      '+',
      '+',
      ...Array.from({ length: levels - 5 }, (_, n) => ((seed >> n) & 1 ? '+' : 'a')),
      'end',
    ].join('/');

  test('have so many levels in one namespace as a topic can pass in some milliseconds; others have room', () => {
    const router = new Router<Reader>();
    const me = reader('me');
    let taken = 0;
    while (router.hasRoom('s', manifold(128, taken))) router.subscribe('s', manifold(128, taken++), me, 0);
    expect(taken).toBe(256);
    expect(router.hasRoom('other', manifold(128, 0))).toBe(true);
    expect(router.hasRoom('s', manifold(128, 0)), 'one that is there').toBe(true);
    expect(router.hasRoom('s', '+/+/+/a')).toBe(true);
    expect(router.hasRoom('s', Array(200).fill('a').join('/'))).toBe(true);

    router.unsubscribe('s', manifold(128, 0), me);
    expect(router.hasRoom('s', manifold(128, taken))).toBe(true);
  });

  test('are counted once, however many have the same one, and for as long as somebody has it', () => {
    const router = new Router<Reader>();
    const many = Array.from({ length: 1_000 }, (_, n) => reader(`r${n}`));
    for (const one of many) router.subscribe('s', manifold(200, 0), one, 0);
    for (let n = 1; n < 163; n++) router.subscribe('s', manifold(200, n), many[0] as Reader, 0);
    expect(router.hasRoom('s', manifold(200, 163))).toBe(false);
    for (const one of many.slice(1)) router.unsubscribe('s', manifold(200, 0), one);
    expect(router.hasRoom('s', manifold(200, 163))).toBe(false);
    router.unsubscribe('s', manifold(200, 0), many[0] as Reader);
    expect(router.hasRoom('s', manifold(200, 163))).toBe(true);
  });
});
