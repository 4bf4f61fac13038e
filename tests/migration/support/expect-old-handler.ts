/** What an old handler must see and do behind its server, whatever its language. */
import { type Installation, makePassword } from '@iotcore/testkit';
import { expect } from 'vitest';
import { ExportFixture, type ExportHandle } from '../../exports/support/exports.ts';
import { goldenEvent, type Language, OldHandler, portForHandler } from './old-handler.ts';

interface Called {
  readonly fixture: ExportFixture;
  readonly handle: ExportHandle;
  readonly handler: OldHandler;
}

/** An export of a new registry to the handler; `secret`: what the server holds for the signing secret. */
async function call(
  installation: Installation,
  language: Language,
  { secret, settings = {} }: { readonly secret?: string; readonly settings?: object } = {},
): Promise<Called> {
  const fixture = await ExportFixture.create(installation);
  const port = await portForHandler();
  const target = { webhook: { url: `http://127.0.0.1:${port}/` } };
  const handle = await fixture.create({ target, paused: true, ...settings });
  const { signingSecret } = await handle.do('rotateSecret');
  const handler = await OldHandler.start(language, port, secret ?? signingSecret);
  await fixture.inForce(handle);
  const { head } = await handle.state();
  // What showed that it is in force is nothing to the handler.
  await handle.do('skip', { position: head });
  return { fixture, handle, handler };
}

async function publish({ fixture }: Called, ...payloads: string[]): Promise<void> {
  const session = await fixture.device.connect();
  for (const payload of payloads) await session.publish(fixture.topic, payload);
  await session.end();
}

/** Any other caller is refused, and the handler is not called. With another secret the export says what is wrong. */
export async function expectForeignCallsRefused(installation: Installation, language: Language) {
  const secret = `whsec_${Buffer.from(makePassword().padEnd(32)).toString('base64')}`;
  const called = await call(installation, language, { secret, settings: { retry: { maxInterval: '1s' } } });
  const { handle, handler } = called;
  const headers = {
    'webhook-id': 'x_1-1',
    'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
    'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
  };
  for (const given of [{}, headers])
    expect((await fetch(handler.url, { method: 'POST', headers: given, body: goldenEvent })).status).toBe(
      401,
    );
  await publish(called, 'Test 4');
  await handle.do('resume');
  await expect.poll(async () => (await handle.state()).state, { interval: 50 }).toBe('MISCONFIGURED');
  expect(await handle.state()).toMatchObject({ lastError: expect.stringContaining('401'), deadLetters: '0' });
  expect(handler.events()).toEqual([]);
}

/** It is called with the text of the golden file, but for the IDs and the time; a message that it throws at is a dead letter. */
export async function expectCalledAsBefore(installation: Installation, language: Language) {
  const called = await call(installation, language, { settings: { retry: { maxAttempts: 1 } } });
  const { fixture, handle, handler } = called;
  await publish(called, 'Test 4', 'bad', 'Test 4');
  await handle.do('resume');
  expect(await handle.drained()).toMatchObject({ delivered: '2', deadLetters: '1' });
  const events = handler.events();
  expect(events).toHaveLength(3);
  const [first = '', bad = ''] = events;
  expect(JSON.parse(bad).messages[0].details.payload).toBe(Buffer.from('bad').toString('base64'));
  const golden = JSON.parse(goldenEvent).messages[0];
  const { event_metadata: metadata } = JSON.parse(first).messages[0];
  expect(Math.abs(Date.parse(metadata.created_at) - Date.now())).toBeLessThan(3_600_000);
  const asGolden = first
    .replace(metadata.event_id, golden.event_metadata.event_id)
    .replace(metadata.created_at, golden.event_metadata.created_at)
    .replace(metadata.folder_id, golden.event_metadata.folder_id)
    .replace(fixture.registry.id, golden.details.registry_id)
    .replaceAll(fixture.device.id, golden.details.device_id);
  expect(asGolden).toBe(goldenEvent);
  const [letter] = await handle.deadLetters();
  expect(Buffer.from(letter?.payload, 'base64').toString()).toBe('bad');
}
