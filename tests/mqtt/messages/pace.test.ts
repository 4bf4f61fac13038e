/** How long messages may wait for others: from the environment to the thread that sleeps. */
import { fullTest, type Installation, startInstallation } from '@iotcore/testkit';
import { expect } from 'vitest';
import { createDevice, createRegistry, type TestClient } from '../support/test-client.ts';

/** Says on standard error when the thread sleeps, and goes on sleeping. */
const tellSleeps = `
  const { wait } = Atomics;
  let count = 0;
  Atomics.wait = (...args) => {
    if (++count === 1) process.stderr.write('the thread has slept\\n');
    return wait(...args);
  };
`;
const env = (tickMs: string) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellSleeps)}`,
  IOT_MQTT_TICK_MS: tickMs,
  IOT_INTERNAL_MQTT_TICK_FROM_PER_SECOND: '0',
});
const hasSlept = (installation: Installation) => installation.logs().includes('the thread has slept');

/** Sessions that have said nothing before publish, one right after the other. */
async function publishOnce(device: TestClient): Promise<void> {
  const sessions = await Promise.all(
    Array.from({ length: 30 }, (_, n) => device.connect({ clientId: `${n}` })),
  );
  for (const session of sessions) await session.publish(`$devices/${device.id}/events`, 'alone');
}

fullTest('IOT_MQTT_TICK_MS says how long messages wait for others, and 0 that none does', async () => {
  const waiting = await startInstallation({ env: env('20') });
  const device = await createDevice(waiting, await createRegistry(waiting));
  await publishOnce(device);
  await expect.poll(() => hasSlept(waiting)).toBe(true);

  const atOnce = await startInstallation({
    programs: ['mqtt'],
    database: waiting.databaseUrl,
    env: env('0'),
  });
  await publishOnce(device.at(atOnce));
  await atOnce.program('mqtt').stop();
  expect(hasSlept(atOnce)).toBe(false);
});
