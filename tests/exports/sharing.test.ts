/** Several export processes share the exports: one that starts is given its part, and what a dead one held goes on elsewhere. */
import { fullTest, startInstallation, WebhookReceiver } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';
import { allowed, ExportFixture, type ExportHandle } from './support/exports.ts';

const count = 4;

/** Exports held by each holder, in ascending order; those without one apart. */
async function held(handles: readonly ExportHandle[]): Promise<number[]> {
  const holders = await Promise.all(handles.map(async (handle) => (await handle.state()).holder));
  return [...Map.groupBy(holders.filter(Boolean), (holder) => holder).values()]
    .map(({ length }) => length)
    .sort();
}

function numbers({ requests }: WebhookReceiver, path: string): number[] {
  const texts = requests
    .filter((request) => request.path === path)
    .flatMap(({ body }) => JSON.parse(body.toString()).messages)
    .map(({ details }) => Buffer.from(details.payload, 'base64').toString());
  // Repeats may follow when an export changes hands.
  return [...new Set(texts.filter((text) => text !== 'in force?').map(Number))];
}

fullTest(
  'a process that starts takes its part, one that dies leaves it, and each message arrives in its order',
  async () => {
    const installation = await startInstallation({ programs: ['api', 'mqtt', 'export'], env: allowed });
    const receiver = await WebhookReceiver.start();
    onTestFinished(() => receiver.close());
    const fixture = await ExportFixture.create(installation);
    const paths = Array.from({ length: count }, (_, n) => `/${n}`);
    const handles: ExportHandle[] = [];
    for (const path of paths) {
      const url = new URL(path, receiver.url).href;
      handles.push(await fixture.create({ target: { webhook: { url } }, retry: { maxInterval: '1s' } }));
    }
    for (const handle of handles) await fixture.inForce(handle);
    await expect.poll(() => held(handles), { interval: 100 }).toEqual([count]);

    const session = await fixture.device.connect();
    let sent = 0;
    const publish = async () => {
      for (const end = sent + 20; sent < end; sent += 1) await session.publish(fixture.topic, String(sent));
    };
    const other = installation.startBeside('export');
    onTestFinished(async () => void (await other.stop()));
    await publish();
    await expect.poll(() => held(handles), { interval: 100 }).toEqual([count / 2, count / 2]);
    await publish();

    other.kill('SIGKILL');
    await publish();
    await expect.poll(() => held(handles), { interval: 100 }).toEqual([count]);
    await publish();
    for (const handle of handles)
      expect(await handle.drained()).toMatchObject({ deadLetters: '0', discarded: '0' });
    for (const path of paths)
      expect(numbers(receiver, path)).toEqual(Array.from({ length: sent }, (_, n) => n));
  },
);
