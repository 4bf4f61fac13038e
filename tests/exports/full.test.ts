/** Logs that are full: publishers wait, or the oldest messages go, as the export says; the export beside it notices nothing. */
import { sharedInstallation } from '@iotcore/testkit';
import { beforeAll, expect, test } from 'vitest';
import { expectRefusal } from '../api/support/answers.ts';
import { ExportFixture, type ExportHandle } from './support/exports.ts';

const installation = sharedInstallation();
let fixture: ExportFixture;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
});

const mebibyte = 1024 * 1024;
const large = Buffer.alloc(mebibyte / 8, 'x');

/** What the connection log of the registry says of the export. */
async function linesOf({ id }: ExportHandle): Promise<string[]> {
  const path = `/ext/v1/registries/${fixture.registry.id}/logs?pageSize=1000`;
  const { entries } = await installation().api.must('GET', path);
  const messages: string[] = entries.map(({ message }: { message: string }) => message);
  return messages.filter((message) => message.includes(id));
}

/** An export that its receiver asks, with a log of 1 MiB, and one beside it with room. */
async function pair(onFull: string): Promise<{ full: ExportHandle; beside: ExportHandle }> {
  const create = async (maxBytes: number) => {
    const target = { pull: {} };
    const handle = await fixture.create({ target, backlog: { maxBytes, onFull, replayWindow: '0s' } });
    await fixture.inForce(handle);
    return handle;
  };
  const full = await create(mebibyte);
  return { full, beside: await create(64 * mebibyte) };
}

test('with HOLD nothing is acknowledged until there is room, nothing is lost, and the API says so', async () => {
  const { full, beside } = await pair('HOLD');
  const session = await fixture.device.connect();
  const before = Number((await full.state()).head);
  // What one commit holds may go beyond the limit, and not more: 1 MiB, as much again, and these are 3.
  const count = 24;
  let acknowledged = 0;
  const publishing = Array.from({ length: count }, async () => {
    await session.publish(fixture.topic, large);
    acknowledged += 1;
  });
  await expect.poll(async () => (await full.state()).state).toBe('FULL');
  expect((await full.state()).message).toContain('publishers wait');
  const filling = `export: "${full.id}", its log is filling: `;
  await expect.poll(() => linesOf(full)).toEqual([expect.stringContaining(filling)]);
  const { head } = await full.state();
  expect(acknowledged).toBeLessThan(count);
  expect(Number(head) - before).toBeGreaterThanOrEqual(acknowledged);
  const data = Buffer.from('by API').toString('base64');
  const answer = await installation().api.call(
    'POST',
    `/iot-devices/v1/devices/${fixture.device.id}/publish`,
    { topic: fixture.topic, data },
  );
  expectRefusal(answer, 'UNAVAILABLE');

  // It fills up again, since more wait than it may hold.
  await expect
    .poll(
      async () => {
        const { head: end } = await full.state();
        await full.do('acknowledge', { position: String(Number(end) - 1) });
        return acknowledged;
      },
      { interval: 50 },
    )
    .toBe(count);
  await Promise.all(publishing);
  expect((await full.state()).discarded).toBe('0');
  expect(Number((await full.state()).head) - before).toBeGreaterThanOrEqual(count);
  expect(await beside.state()).toMatchObject({ state: 'DELIVERING', discarded: '0' });
  await session.end();
});

test('with DISCARD_OLDEST the oldest messages go, each of them counted, and nobody waits', async () => {
  const { full, beside } = await pair('DISCARD_OLDEST');
  const session = await fixture.device.connect();
  const besideBefore = Number((await beside.state()).head);
  for (let n = 0; n < 16; n += 1) await session.publish(fixture.topic, large);
  await session.end();
  await expect.poll(async () => Number((await full.state()).lagBytes)).toBeLessThanOrEqual(mebibyte);
  const { head, cursor, discarded, delivered } = await full.state();
  expect(Number(discarded)).toBeGreaterThan(0);
  // Nothing was delivered or skipped: what the cursor has passed was discarded.
  expect([delivered, discarded]).toEqual(['0', cursor]);
  const { messages } = await installation().api.must('GET', `${full.path}/messages?maxMessages=1000`);
  expect(messages[0].position).toBe(cursor);
  expect(await beside.state()).toMatchObject({ discarded: '0', cursor: '0' });
  expect(Number((await beside.state()).head) - besideBefore).toBe(16);
  expect(Number(head)).toBeGreaterThan(Number(cursor));
  // What goes on being discarded is said again after a while.
  const kinds = ['its log is filling: ', 'its log is full, messages discarded: '];
  const kindOf = (line: string) =>
    kinds.find((kind) => line.includes(`export: "${full.id}", ${kind}`)) ?? line;
  await expect.poll(async () => [...new Set((await linesOf(full)).map(kindOf))].sort()).toEqual(kinds);
  expect(await linesOf(beside)).toEqual([]);
});
