import { describe, expect, test } from 'vitest';
import { addressOf } from './api-endpoints.ts';

describe('clients are told', () => {
  test.each([
    ['iot.example.com:8443', 'iot.example.com:8443'],
    ['iot.example.com', 'iot.example.com:443'],
    ['[2001:db8::1]:8443', '[2001:db8::1]:8443'],
    ['[2001:db8::1]', '[2001:db8::1]:443'],
    ['127.0.0.1:1', '127.0.0.1:1'],
  ])('of a call to %s: %s', (authority, address) => {
    expect(addressOf(authority, undefined)).toBe(address);
  });

  test('the setting, whatever the call was made to', () => {
    expect(addressOf('evil.example:1', 'iot.example.com:443')).toBe('iot.example.com:443');
    expect(addressOf(undefined, 'iot.example.com:443')).toBe('iot.example.com:443');
  });
});

test.each([undefined, '', 'a b', 'a/b', 'user@host', 'host:port', 'host:123456', 'a\nb', 'x'.repeat(254)])(
  '%j is no address',
  (authority) => {
    expect(addressOf(authority, undefined)).toBeUndefined();
  },
);
