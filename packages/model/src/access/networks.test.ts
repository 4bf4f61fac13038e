import { describe, expect, test } from 'vitest';
import { addressBlock, asIPv4, checkNetwork, isInNetworks } from './networks.ts';

describe('a network', () => {
  test.each([
    '',
    '192.0.2.0',
    '192.0.2.0/',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/08',
    '192.0.2.0/1e1',
    '192.0.2.0/24/1',
    '192.0.2/24',
    '192.0.2.256/24',
    '2001:db8::/129',
    'fe80::1%eth0/64',
    '::ffff:192.0.2.0/120',
    '::ffff:c000:200/120',
    'example.org/24',
    ' 192.0.2.0/24',
    `192.0.2.0/${'0'.repeat(1000)}24`,
  ])('is not %j', (network) => {
    expect(checkNetwork(network)?.code).toBe('NOT_A_NETWORK');
    expect(isInNetworks([network], '192.0.2.7')).toBe(false);
  });

  test.each(['0.0.0.0/0', '192.0.2.0/24', '192.0.2.7/32', '::/0', '2001:db8::/32', '2001:db8::7/128'])(
    'may be %s',
    (network) => expect(checkNetwork(network)).toBeUndefined(),
  );
});

describe('an address', () => {
  test('is in none of no networks', () => {
    expect(isInNetworks([], '192.0.2.7')).toBe(false);
  });

  test.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.7/24', '192.0.2.1', true],
    ['192.0.2.7/32', '192.0.2.8', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['::/0', '192.0.2.1', false],
    ['fe80::/10', 'fe80::1%eth0', false],
    ['0.0.0.0/0', 'unknown', false],
  ])('of %s: %s is in it: %s', (network, address, isIn) => {
    expect(isInNetworks(['198.51.100.0/24', network], address)).toBe(isIn);
  });
});

describe('the block that an address counts as', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['::FFFF:cb00:7109', '203.0.113.9'],
    ['0:0:0:0:0:ffff:203.0.113.9', '203.0.113.9'],
    ['2a00:1:2:3:4:5:6:7', '2a00:1:2:3::/64'],
    ['2A00:0001:2:3::', '2a00:1:2:3::/64'],
    ['2a00::7', '2a00:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::%.0', '0:0:0:0::/64'],
    ['::192.0.2.7', '192.0.2.7'],
    ['64:ff9b::203.0.113.9', '64:ff9b:0:0::/64'],
    ['1::2:3:4:5:192.0.2.7', '1:0:2:3::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['unknown', 'unknown'],
    ['', ''],
  ])('of %j is %j', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });

  test('is the same for every host of a /64, and another for every /64', () => {
    for (let n = 1; n < 1000; n++) {
      const block = addressBlock(`2001:db8:0:${n.toString(16)}::`);
      expect(addressBlock(`2001:db8:0:${n.toString(16)}:${n}:0:ffff:${(n * 31).toString(16)}`)).toBe(block);
      expect(addressBlock(`2001:db8:0:${(n - 1).toString(16)}::1`)).not.toBe(block);
    }
  });
});

describe('asIPv4', () => {
  test.each(['192.0.2.7', '2001:db8::1', '::ffff:c000:207', '::ffff:192.0.2', 'unknown', ''])(
    'leaves %j as it is',
    (address) => {
      expect(asIPv4(address)).toBe(address);
    },
  );

  test.each(['::ffff:192.0.2.7', '::FFFF:192.0.2.7'])('writes %s as 192.0.2.7', (address) => {
    expect(asIPv4(address)).toBe('192.0.2.7');
  });
});
