/** Messages of devices reach a webhook, whatever it does. */
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type Behaviour, casesOf, isFull, type ReceivedRequest, WebhookReceiver } from '@iotcore/testkit';
import { Webhook } from 'standardwebhooks';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectRefusal } from '../api/support/answers.ts';
import { ExportFixture, type ExportHandle, exportingInstallation } from './support/exports.ts';

const installation = exportingInstallation();
let fixture: ExportFixture;
let receiver: WebhookReceiver;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
});

/** The signing secrets of an export, by its ID. */
const signingSecrets = new Map<string, string[]>();

beforeEach(async () => {
  receiver = await WebhookReceiver.start();
  return async () => {
    await receiver.close();
    for (const request of receiver.requests) expectVerified(request);
  };
});

/** Whatever a test is about: the library of Standard Webhooks takes every request, at the time when it was sent. */
function expectVerified({ headers, body }: ReceivedRequest): void {
  const [exportId = ''] = String(headers['webhook-id']).split('_');
  vi.setSystemTime(Number(headers['webhook-timestamp']) * 1000);
  const isVerified = (secret: string) => {
    try {
      new Webhook(secret).verify(body, headers as Record<string, string>, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  };
  const isOurs = (signingSecrets.get(exportId) ?? []).some(isVerified);
  vi.useRealTimers();
  expect(isOurs, `the signature of ${headers['webhook-id']}`).toBe(true);
}

async function rotateSecret(handle: ExportHandle): Promise<string> {
  const { signingSecret } = await handle.do('rotateSecret');
  signingSecrets.set(handle.id, [...(signingSecrets.get(handle.id) ?? []), signingSecret]);
  return signingSecret;
}

/** An export to the receiver; gone with the test. */
async function exportTo(fields: Record<string, unknown> = {}, webhook: object = {}): Promise<ExportHandle> {
  const target = { webhook: { url: `${receiver.url}hook`, ...webhook } };
  const handle = await fixture.create({ target, ...fields, paused: true });
  await rotateSecret(handle);
  if (fields['paused'] !== true) await handle.do('resume');
  await fixture.inForce(handle);
  return handle;
}

async function publish(...payloads: (string | Buffer)[]): Promise<void> {
  const session = await fixture.device.connect();
  for (let at = 0; at < payloads.length; at += 100)
    await Promise.all(payloads.slice(at, at + 100).map((payload) => session.publish(fixture.topic, payload)));
  await session.end();
}

/** The payloads that arrived in calls of the old service's form, in their order. */
function payloads(): string[] {
  return receiver.requests
    .flatMap(({ body }) => JSON.parse(body.toString()).messages)
    .map(({ details }) => Buffer.from(details.payload, 'base64').toString())
    .filter((payload) => payload !== 'in force?');
}

function signed(secret: string, headers: IncomingHttpHeaders, body: Buffer): string {
  const mac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`)
    .update(body)
    .digest('base64');
  return `v1,${mac}`;
}

describe('what the old service called functions with', () => {
  test('arrives one message a request, signed', async () => {
    const handle = await exportTo();
    const signingSecret = await rotateSecret(handle);
    const signatures = ({ headers }: ReceivedRequest) => String(headers['webhook-signature']).split(' ');
    /** The message, from when the export process has heard of the new secret, as it does a little later. */
    const isByNewSecret = (request: ReceivedRequest) =>
      request.body.includes('VGVzdCA0') &&
      signatures(request)[0] === signed(signingSecret, request.headers, request.body);
    await expect
      .poll(
        async () => {
          await publish('Test 4');
          return receiver.requests.some(isByNewSecret);
        },
        { interval: 50 },
      )
      .toBe(true);
    const request = receiver.requests.find(isByNewSecret);
    const { messages } = JSON.parse(request?.body.toString() ?? '');
    expect(messages).toEqual([
      {
        event_metadata: {
          event_id: expect.stringMatching(
            /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
          ),
          event_type: 'yandex.cloud.events.iot.IoTMessage',
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          folder_id: expect.stringMatching(/^folder-/),
        },
        details: {
          registry_id: fixture.registry.id,
          device_id: fixture.device.id,
          mqtt_topic: fixture.topic,
          payload: 'VGVzdCA0',
        },
      },
    ]);
    const headers = request?.headers ?? {};
    const body = request?.body ?? Buffer.alloc(0);
    expect(String(headers['webhook-id'])).toMatch(new RegExp(`^${handle.id}_\\d+-\\d+$`));
    // The secret before signs along.
    expect(request && signatures(request)).toEqual([
      signed(signingSecret, headers, body),
      expect.stringMatching(/^v1,/),
    ]);
  });
});

test('an acknowledged message of QoS 1 is in the log, whatever its target does', async () => {
  await receiver.close();
  const handle = await exportTo();
  const { head } = await handle.state();
  await publish('one', 'two', 'three');
  expect(Number((await handle.state()).head)).toBe(Number(head) + 3);
  expect((await handle.state()).state).toMatch(/RETRYING|DELIVERING/);
  await receiver.open();
  await handle.drained();
  expect(payloads()).toEqual(['one', 'two', 'three']);
  expect((await handle.state()).state).toBe('IDLE');
});

test('a message that the filter does not cover is not recorded', async () => {
  const handle = await fixture.create({
    source: { registryId: fixture.registry.id, mqttTopicFilter: '$devices/+/events/wanted' },
    target: { webhook: { url: receiver.url } },
    paused: true,
  });
  await rotateSecret(handle);
  await handle.do('resume');
  const session = await fixture.device.connect();
  const wanted = () => payloads().filter((payload) => payload === 'wanted');
  await expect
    .poll(
      async () => {
        await session.publish(`${fixture.topic}/unwanted`, 'unwanted');
        await session.publish(`${fixture.topic}/wanted`, 'wanted');
        return wanted().length;
      },
      { interval: 50 },
    )
    .toBeGreaterThan(0);
  expect(payloads()).not.toContain('unwanted');
});

const badAnswers: readonly (readonly [string, Behaviour, RegExp])[] = [
  ['is busy', { status: 503, headers: { 'retry-after': '0' } }, /RETRYING/],
  ['resets the connection', 'reset', /RETRYING/],
  ['redirects', { status: 302, headers: { location: 'http://169.254.169.254/' } }, /MISCONFIGURED/],
  ['knows nobody', { status: 401, body: 'who are you?' }, /MISCONFIGURED/],
];

/** `npm test` tries one of each state. */
const triedAnswers = casesOf(badAnswers, ([what]) => what === 'is busy' || what === 'redirects');

describe.each(triedAnswers)('a receiver that %s', (_, behaviour, state) => {
  test('gets the messages once it behaves, and makes no dead letter', async () => {
    let isBad = true;
    receiver.behave = () => (isBad ? behaviour : { status: 200 });
    const handle = await exportTo({ retry: { maxInterval: '1s' } });
    await publish('a', 'b');
    await expect.poll(async () => (await handle.state()).state, { interval: 50 }).toMatch(state);
    const told = await handle.state();
    expect(told.message).toMatch(/\.$/);
    expect(told.lastError).toMatch(/\.$/);
    isBad = false;
    expect(await handle.drained()).toMatchObject({ deadLetters: '0', discarded: '0' });
    expect(new Set(payloads())).toEqual(new Set(['a', 'b']));
    expect(receiver.requests.every(({ path }) => path === '/hook')).toBe(true);
  });
});

const silences: readonly (readonly [string, Behaviour])[] = [
  ['hangs', 'hang'],
  ['answers by single bytes', 'drip'],
];

test.each(casesOf(silences, ([, behaviour]) => behaviour === 'drip'))(
  'a receiver that %s is given up after the time-out',
  async (_, behaviour) => {
    let isBad = true;
    receiver.behave = () => (isBad ? behaviour : { status: 200 });
    const handle = await exportTo({ retry: { maxInterval: '1s' } }, { timeout: '1s' });
    await expect
      .poll(async () => (await handle.state()).lastError, { interval: 50 })
      .toMatch(/no answer within 1 s/);
    isBad = false;
    await handle.drained();
  },
);

test('a host whose name nobody knows may be known later: until then messages wait, and the state says why', async () => {
  const handle = await exportTo({}, { url: 'https://nobody.invalid/' });
  await expect.poll(async () => (await handle.state()).state, { interval: 50 }).toBe('RETRYING');
  const told = await handle.state();
  // Without a name server the machine does not even know that nobody does.
  expect(told.lastError).toMatch(/ENOTFOUND|EAI_AGAIN/);
  expect(told).toMatchObject({ delivered: '0', deadLetters: '0', discarded: '0' });
  expect(receiver.requests).toEqual([]);
});

test('an answer without end is read to its beginning', async () => {
  receiver.behave = () => 'flood';
  const handle = await exportTo();
  await publish('x');
  await handle.drained();
  const { attempts } = await installation().api.must('GET', `${handle.path}/attempts`);
  expect(attempts[0]).toMatchObject({ outcome: 'DONE', status: 200 });
  expect(attempts[0].answer.length).toBeLessThanOrEqual(1024);
});

test('a poisoned message alone becomes a dead letter, and can be sent again', async () => {
  let isPoison = true;
  receiver.behave = ({ body }) => {
    const all = JSON.parse(body.toString()).messages.map((one: { details: { payload: string } }) =>
      Buffer.from(one.details.payload, 'base64').toString(),
    );
    return isPoison && all.includes('poison') ? { status: 400, body: 'cannot read it' } : { status: 200 };
  };
  const handle = await exportTo({ batch: { maxMessages: 100, cutoff: '0.5s' }, retry: { maxAttempts: 1 } });
  const all = Array.from({ length: isFull ? 10_000 : 40 }, (_, n) => (n === 17 ? 'poison' : `message ${n}`));
  await publish(...all);
  expect(await handle.drained()).toMatchObject({ deadLetters: '1' });
  const [letter] = await handle.deadLetters();
  expect(letter).toMatchObject({
    topic: fixture.topic,
    deviceId: fixture.device.id,
    answer: 'cannot read it',
  });
  expect(Buffer.from(letter.payload, 'base64').toString()).toBe('poison');
  isPoison = false;
  await installation().api.must('POST', `${handle.path}/deadLetters:redeliver`, { ids: [letter.id] });
  await receiver.until(() => payloads().at(-1) === 'poison', 'the message again');
  expect(new Set(payloads())).toEqual(new Set(all));
  expect(await handle.drained()).toMatchObject({ deadLetters: '0' });
});

describe('by hand', () => {
  test('an export is paused, and goes on where it was', async () => {
    const handle = await exportTo();
    await handle.do('pause');
    await publish('while paused');
    expect(await handle.state()).toMatchObject({
      state: 'PAUSED',
      message: expect.stringContaining('resume'),
    });
    expect(payloads()).toEqual([]);
    await handle.do('resume');
    await handle.drained();
    expect(payloads()).toEqual(['while paused']);
  });

  test('messages that wait are skipped, and counted', async () => {
    const handle = await exportTo();
    await handle.drained();
    await handle.do('pause');
    await publish('skipped', 'kept');
    const { cursor, head } = await handle.state();
    await handle.do('skip', { position: String(Number(head) - 1) });
    await handle.do('resume');
    const state = await handle.drained();
    expect([state.skipped, Number(head) - Number(cursor)]).toEqual(['1', 2]);
    expect(payloads()).toEqual(['kept']);
  });

  test('an export that is deleted sends nothing of what waited; the one beside it sends all', async () => {
    const handle = await exportTo({ paused: true });
    const beside = await exportTo({ paused: true });
    await publish('owed by both');
    await installation().api.must('DELETE', handle.path);
    expectRefusal(await installation().api.call('GET', handle.path), 'NOT_FOUND');
    await beside.do('resume');
    await publish('after it');
    await beside.drained();
    expect(payloads()).toEqual(['owed by both', 'after it']);
  });

  test('what was sent is sent once more, from a time on', async () => {
    const handle = await exportTo();
    await publish('before');
    await handle.drained();
    const time = new Date(Date.now() + 1).toISOString();
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(time));
    await publish('after one', 'after two');
    await handle.drained();
    receiver.requests.length = 0;
    await handle.do('replay', { time });
    await receiver.until(() => payloads().length === 2, 'what was sent since then');
    await handle.drained();
    expect(payloads()).toEqual(['after one', 'after two']);
  });

  test('a sample is sent at once, and does not enter the log', async () => {
    const handle = await exportTo({ paused: true });
    const { head } = await handle.state();
    receiver.behave = () => ({ status: 418, body: 'short and stout' });
    expect(await handle.do('test')).toMatchObject({
      outcome: 'REFUSED',
      status: 418,
      answer: 'short and stout',
    });
    expect(receiver.requests.at(-1)?.body.toString()).toContain('iotcore-test');
    expect((await handle.state()).head).toBe(head);
  });
});

test('a change of secrets and a new signing secret at the same time: both hold', async () => {
  const handle = await exportTo({ paused: true }, { auth: { bearer: { token: 'first' } } });
  const { api } = installation();
  for (let round = 0; round < 5; round += 1) {
    const target = { webhook: { url: `${receiver.url}hook`, auth: { bearer: { token: `token ${round}` } } } };
    const [signingSecret] = await Promise.all([
      rotateSecret(handle),
      api.must('PATCH', handle.path, { target, updateMask: 'target' }),
    ]);
    await handle.do('test');
    const request = receiver.requests.at(-1);
    const headers = request?.headers ?? {};
    const body = request?.body ?? Buffer.alloc(0);
    expect(headers['authorization']).toBe(`Bearer token ${round}`);
    expect(String(headers['webhook-signature']).split(' ')).toContain(signed(signingSecret, headers, body));
  }
});

test('what the API publishes, and a will, are exported as well', async () => {
  const handle = await exportTo();
  const data = Buffer.from('by API').toString('base64');
  await installation().api.must('POST', `/iot-devices/v1/devices/${fixture.device.id}/publish`, {
    topic: fixture.topic,
    data,
  });
  const dying = await fixture.device.connect({
    will: { topic: fixture.topic, payload: 'last will', qos: 1 },
  });
  dying.drop();
  await receiver.until(() => payloads().includes('last will'), 'the will');
  await handle.drained();
  expect(payloads().toSorted()).toEqual(['by API', 'last will']);
});
