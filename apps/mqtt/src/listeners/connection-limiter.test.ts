import { describe, expect, test } from 'vitest';
import { ConnectionLimiter } from './connection-limiter.ts';

describe('ConnectionLimiter', () => {
  test('refuses beyond the total, from any address', () => {
    const limiter = new ConnectionLimiter({ maxConnections: 2, maxConnectionsPerAddress: 2 });
    expect(limiter.admit()).toBeUndefined();
    expect(limiter.admit()).toBeUndefined();
    expect(limiter.admit()).toBe('total connections');
    expect(limiter.connections).toBe(2);
  });

  test('refuses one address beyond its share, and serves the others', () => {
    const limiter = new ConnectionLimiter({ maxConnections: 10, maxConnectionsPerAddress: 1 });
    expect(limiter.admitAddress('192.0.2.1')).toBeUndefined();
    expect(limiter.admitAddress('192.0.2.1')).toBe('connections of the address');
    expect(limiter.admitAddress('192.0.2.2')).toBeUndefined();
  });

  test('counts all of an IPv6 network of 64 bits as one address, and gives its places back', () => {
    const limiter = new ConnectionLimiter({ maxConnections: 10, maxConnectionsPerAddress: 1 });
    expect(limiter.admit()).toBeUndefined();
    expect(limiter.admitAddress('2001:db8::1')).toBeUndefined();
    expect(limiter.admitAddress('2001:db8::ffff:2')).toBe('connections of the address');
    expect(limiter.admitAddress('2001:db8:0:1::1')).toBeUndefined();
    limiter.release('2001:db8::1');
    expect(limiter.admitAddress('2001:db8::ffff:2')).toBeUndefined();
  });

  test('has a place again once a connection has gone, whether its address was known or not', () => {
    const limiter = new ConnectionLimiter({ maxConnections: 1, maxConnectionsPerAddress: 1 });
    for (const address of ['192.0.2.1', undefined]) {
      expect(limiter.admit()).toBeUndefined();
      if (address) expect(limiter.admitAddress(address)).toBeUndefined();
      limiter.release(address);
      expect(limiter.connections).toBe(0);
    }
    expect(limiter.admitAddress('192.0.2.1')).toBeUndefined();
  });
});
