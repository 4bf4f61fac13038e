/** Whatever is killed or frozen: an acknowledged message arrives, and the messages of a device keep their order. */
import { fullTest, type Installation, startInstallation, WebhookReceiver } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';
import { allowed, ExportFixture, type ExportHandle } from './support/exports.ts';

/** An installation of the test's own, with an export to a receiver of its own. */
async function setUp() {
  const installation = await startInstallation({ programs: ['api', 'mqtt', 'export'], env: allowed });
  const receiver = await WebhookReceiver.start();
  onTestFinished(() => receiver.close());
  const fixture = await ExportFixture.create(installation);
  const handle = await createExport(fixture, receiver);
  return { installation, receiver, fixture, handle };
}

async function createExport(fixture: ExportFixture, receiver: WebhookReceiver): Promise<ExportHandle> {
  const handle = await fixture.create({
    target: { webhook: { url: receiver.url } },
    batch: { maxMessages: 20 },
    retry: { maxInterval: '1s' },
  });
  await fixture.inForce(handle);
  return handle;
}

function numbers({ requests }: WebhookReceiver): number[] {
  return requests
    .flatMap(({ body }) => JSON.parse(body.toString()).messages)
    .map(({ details }) => Buffer.from(details.payload, 'base64').toString())
    .filter((text) => text !== 'in force?')
    .map(Number);
}

/** Each of them came, and none before one that was sent before it; repeats may follow. */
function expectAllInOrder(receiver: WebhookReceiver, count: number): void {
  const firsts = [...new Set(numbers(receiver))];
  expect(firsts).toEqual(Array.from({ length: count }, (_, n) => n));
}

fullTest(
  'processes that are killed again and again lose nothing that was acknowledged, and keep its order',
  async () => {
    const { installation, receiver, fixture, handle } = await setUp();
    const count = 300;
    let session = await fixture.device.connect();
    for (let n = 0; n < count; n += 1) {
      await session.publish(fixture.topic, String(n));
      if (n % 100 === 50) await restart(installation, 'export');
      if (n !== 120) continue;
      await restart(installation, 'mqtt');
      session = await fixture.device.connect();
    }
    const state = await handle.drained();
    expectAllInOrder(receiver, count);
    expect(state).toMatchObject({ deadLetters: '0', discarded: '0' });
  },
);

fullTest('a holder that is frozen is taken over, and moves nothing when it wakes', async () => {
  const { installation, receiver, fixture, handle } = await setUp();
  const frozen = installation.program('export');
  await expect.poll(async () => (await handle.state()).holder).toBeDefined();
  frozen.kill('SIGSTOP');
  const other = installation.startBeside('export');
  try {
    await other.ready;
    const session = await fixture.device.connect();
    for (let n = 0; n < 20; n += 1) await session.publish(fixture.topic, String(n));
    await handle.drained();
    const { cursor, delivered } = await handle.state();
    frozen.kill('SIGCONT');
    await session.publish(fixture.topic, '20');
    await handle.drained();
    expectAllInOrder(receiver, 21);
    const after = await handle.state();
    expect([Number(after.cursor) - Number(cursor), Number(after.delivered) - Number(delivered)]).toEqual([
      1, 1,
    ]);
  } finally {
    frozen.kill('SIGCONT');
    await other.stop();
  }
});

async function restart(installation: Installation, name: 'export' | 'mqtt'): Promise<void> {
  const child = installation.program(name);
  child.kill('SIGKILL');
  await child.waitExit();
  installation.start(name);
  await installation.ready();
}
