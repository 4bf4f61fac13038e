import { hostname } from 'node:os';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { NodeRegistration, reachableUrl } from './node-registration.ts';

describe('the registration of a node', () => {
  test('is renewed while it runs, survives failures, and is taken back at the end', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const told: string[] = [];
    let away = false;
    const registration = new NodeRegistration({
      ...{ id: 'node 1', url: 'http://node', inCluster: false, place: 'here' },
      renew: async ({ url }) => {
        if (away) throw new Error('database away');
        told.push(url);
      },
      remove: async (id) => {
        told.push(`removed ${id}`);
      },
      failed: () => told.push('failed'),
    });
    await registration.start();
    away = true;
    await vi.advanceTimersByTimeAsync(5000);
    away = false;
    await vi.advanceTimersByTimeAsync(5000);
    await Promise.all([registration.stop(), registration.stop()]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(['http://node', 'failed', 'http://node', 'removed node 1']);
  });

  test('names an address that others reach', () => {
    expect(reachableUrl('http://127.0.0.1:9464')).toBe('http://127.0.0.1:9464');
    for (const anywhere of ['http://0.0.0.0:9464', 'http://[::]:9464']) {
      expect(reachableUrl(anywhere)).toBe(`http://${hostname().toLowerCase()}:9464`);
    }
  });
});
