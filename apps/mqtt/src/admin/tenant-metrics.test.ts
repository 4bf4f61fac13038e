import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { addTenantMetrics } from './tenant-metrics.ts';

test('the busiest tenants are chosen once a scrape, and anew for the next', async () => {
  const registry = new Registry();
  let chosen = 0;
  const busiest = () => {
    chosen += 1;
    return [];
  };
  addTenantMetrics(registry, { busiest }, 10);
  await registry.metrics();
  expect(chosen).toBe(1);
  await new Promise(setImmediate);
  await registry.metrics();
  expect(chosen).toBe(2);
});
