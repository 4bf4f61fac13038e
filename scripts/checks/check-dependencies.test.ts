import { describe, expect, test } from 'vitest';
import { findBadDependencies, isAllowed, listLicences } from './check-dependencies.ts';

describe('a licence', () => {
  test.each([undefined, 'GPL-3.0', 'MIT AND GPL-3.0', 'SEE LICENSE IN FILE'])('%s is refused', (licence) => {
    expect(isAllowed(licence)).toBe(false);
  });
  test.each(['MIT', '(BSD-3-Clause OR GPL-2.0)', 'MIT and ISC', 'MIT OR Apache-2.0'])(
    '%s is allowed',
    (licence) => {
      expect(isAllowed(licence)).toBe(true);
    },
  );
});

describe('a dependency', () => {
  const lock = (version: string, license: string) => ({
    packages: {
      '': { dependencies: { '@iotcore/model': '*', thing: version } },
      'node_modules/@iotcore/model': { link: true },
      'node_modules/thing': { license },
      'node_modules/thing/node_modules/@scope/below': { license },
    },
  });

  test('that is pinned, free and explained passes', () => {
    expect(findBadDependencies(lock('1.0.0-beta.1', 'MIT'), 'uses `thing` for x')).toEqual([]);
  });
  test('may have another name here, and is pinned all the same', () => {
    expect(findBadDependencies(lock('npm:@scope/thing@1.0.0', 'MIT'), '`thing`')).toEqual([]);
    expect(findBadDependencies(lock('npm:@scope/thing@^1.0.0', 'MIT'), '`thing`')).toEqual([
      'the root: thing npm:@scope/thing@^1.0.0 is not pinned to one version',
    ]);
  });
  test('must be pinned to one version', () => {
    expect(findBadDependencies(lock('^1.0.0', 'MIT'), '`thing`')).toEqual([
      'the root: thing ^1.0.0 is not pinned to one version',
    ]);
  });
  test('must be given a reason', () => {
    expect(findBadDependencies(lock('1.0.0', 'MIT'), '`other`')).toEqual([
      'the root: docs/dependencies.md gives no reason for thing',
    ]);
  });
  test('must have a free licence, however deep it lies', () => {
    expect(findBadDependencies(lock('1.0.0', 'GPL-3.0'), '`thing`')).toEqual([
      'thing: licence GPL-3.0 is not on the list',
      '@scope/below: licence GPL-3.0 is not on the list',
    ]);
  });
});

test('the list of licences names every package once, however often it is installed', () => {
  const installed = { version: '1.0.0', license: 'MIT' };
  const packages = {
    '': {},
    'node_modules/@iotcore/model': { link: true },
    'node_modules/thing': installed,
    'node_modules/b/node_modules/thing': installed,
    'node_modules/a': { version: '2.0.0' },
  };
  expect(listLicences({ packages })).toEqual(['a 2.0.0: not named', 'thing 1.0.0: MIT']);
});
