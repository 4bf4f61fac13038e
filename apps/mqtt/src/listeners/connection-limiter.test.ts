import { describe, expect, it } from 'vitest';
import { ConnectionLimiter } from './connection-limiter.ts';

describe('ConnectionLimiter', () => {
  it('refuses beyond the total, whoever asks', () => {
    const limiter = new ConnectionLimiter({ maxConnections: 2, maxConnectionsPerAddress: 2 });
    expect(limiter.admit('192.0.2.1')).toBeUndefined();
    expect(limiter.admit('192.0.2.2')).toBeUndefined();
    expect(limiter.admit('192.0.2.3')).toBe('total connections');
    expect(limiter.connections).toBe(2);
  });

  it('refuses one address beyond its share, and serves the others', () => {
    const limiter = new ConnectionLimiter({ maxConnections: 10, maxConnectionsPerAddress: 1 });
    expect(limiter.admit('192.0.2.1')).toBeUndefined();
    expect(limiter.admit('192.0.2.1')).toBe('connections of the address');
    expect(limiter.admit('192.0.2.2')).toBeUndefined();
    expect(limiter.connections).toBe(2);
  });

  it('has a place again once a connection has gone', () => {
    const limiter = new ConnectionLimiter({ maxConnections: 1, maxConnectionsPerAddress: 1 });
    limiter.admit('192.0.2.1');
    limiter.release('192.0.2.1');
    expect(limiter.connections).toBe(0);
    expect(limiter.admit('192.0.2.1')).toBeUndefined();
  });
});
