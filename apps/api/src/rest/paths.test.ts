import { expect, test } from 'vitest';
import { toFastifyPath, toPattern } from './paths.ts';

test.each([
  ['/registries', '/registries'],
  ['/registries:getByName', '/registries::getByName'],
  ['/registries/{registryId}', '/registries/:registryId(^[^:/]+)'],
  ['/registries/{registryId}:enable', '/registries/:registryId(^[^:/]+)::enable'],
  ['/a/{one}/b/{two}', '/a/:one(^[^:/]+)/b/:two(^[^:/]+)'],
])('%s is %s to Fastify', (path, expected) => {
  expect(toFastifyPath(path)).toBe(expected);
});

test('a pattern matches the paths of its route and of no other', () => {
  const pattern = toPattern('/registries/{registryId}:enable');
  expect(pattern.test('/registries/abc:enable')).toBe(true);
  for (const path of [
    '/registries/abc',
    '/registries/a/b:enable',
    '/registries/a:b:enable',
    '/registries/:enable',
  ]) {
    expect(pattern.test(path)).toBe(false);
  }
});
