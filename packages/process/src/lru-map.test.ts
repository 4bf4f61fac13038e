import { describe, expect, test } from 'vitest';
import { LruMap } from './lru-map.ts';

describe('LruMap', () => {
  test('never grows beyond its capacity, and tells what it lets go', () => {
    const gone: string[] = [];
    const map = new LruMap<string, number>(2, (_, key) => gone.push(key));
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect(gone).toEqual(['b']);
    expect(map.size).toBe(2);
    expect(map.get('b')).toBeUndefined();
    expect(map.get('a')).toBe(1);
  });

  test('tells nothing about what is taken out or replaced', () => {
    const gone: string[] = [];
    const map = new LruMap<string, number>(1, (_, key) => gone.push(key));
    map.set('a', 1);
    map.set('a', 2);
    expect(map.take('a')).toBe(2);
    expect(map.take('a')).toBeUndefined();
    expect(gone).toEqual([]);
  });
});
