/** A receiver that asks for its messages. */
import { createClient, exportedMessages } from '@iotcore/sdk';
import { openDatabase } from '@iotcore/store';
import { sharedInstallation } from '@iotcore/testkit';
import { beforeAll, expect, test } from 'vitest';
import { expectRefusal } from '../api/support/answers.ts';
import { ExportFixture } from './support/exports.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const installation = sharedInstallation();
let fixture: ExportFixture;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
});

test('messages come again until they are acknowledged, in their order, and no further', async () => {
  const { api } = installation();
  const handle = await fixture.create({ target: { pull: {} } });
  await fixture.inForce(handle);
  const { head } = await handle.state();
  await handle.do('acknowledge', { position: String(Number(head) - 1) });
  expect((await api.must('GET', `${handle.path}/messages`)).messages).toEqual([]);

  const waiting = api.must('GET', `${handle.path}/messages?waitSeconds=20`);
  const session = await fixture.device.connect();
  for (const payload of ['a', 'b', 'c']) await session.publish(fixture.topic, payload);
  expect((await waiting).messages.length).toBeGreaterThan(0);

  const ask = async (query = '') => {
    const { messages } = await api.must('GET', `${handle.path}/messages${query}`);
    return messages.map(({ payload }: { payload: string }) => Buffer.from(payload, 'base64').toString());
  };
  expect(await ask()).toEqual(['a', 'b', 'c']);
  expect(await ask()).toEqual(['a', 'b', 'c']);
  expect(await ask('?maxMessages=2')).toEqual(['a', 'b']);
  expect(await ask(`?after=${head}`)).toEqual(['b', 'c']);
  await handle.do('acknowledge', { position: head });
  expect(await ask()).toEqual(['b', 'c']);
  expect(await handle.do('acknowledge', { position: '999999' })).toEqual({
    cursor: String(Number(head) + 3),
  });
  expect(await handle.state()).toMatchObject({ state: 'IDLE', lagMessages: '0' });
  // Never back.
  await handle.do('acknowledge', { position: '0' });
  expect(await ask()).toEqual([]);
});

test('what is deleted with messages waiting, an export or its registry, is recorded with how many those were', async () => {
  const { api } = installation();
  const own = await ExportFixture.create(installation());
  const [first, second, empty] = [
    await own.create({ target: { pull: {} } }),
    await own.create({ target: { pull: {} } }),
    await own.create({ target: { pull: {} } }),
  ];
  for (const handle of [first, second, empty]) await own.inForce(handle);
  const { head } = await empty.state();
  await empty.do('acknowledge', { position: String(Number(head) - 1) });
  const [owedByFirst, owedBySecond] = [(await first.state()).head, (await second.state()).head];
  await api.must('DELETE', first.path);
  const registryPath = `/iot-devices/v1/registries/${own.registry.id}`;
  const { folderId } = await api.must('GET', registryPath);
  await api.must('DELETE', `/iot-devices/v1/devices/${own.device.id}`);
  await api.must('DELETE', registryPath);
  const { auditEvents } = await api.must('GET', `/ext/v1/auditEvents?folderId=${folderId}`);
  const details = auditEvents.map((event: { details?: unknown }) => event.details).filter(Boolean);
  expect(details).toContainEqual(expect.objectContaining({ owedMessages: owedByFirst }));
  expect(details).toContainEqual(
    expect.objectContaining({ owedByExports: [{ exportId: second.id, messages: owedBySecond }] }),
  );
});

test('an export that is sent for cannot be asked', async () => {
  const target = { webhook: { url: 'https://example.com/' } };
  const handle = await fixture.create({ target, paused: true });
  const answer = await installation().api.call('GET', `${handle.path}/messages`);
  expectRefusal(answer, 'FAILED_PRECONDITION');
});

test('an export that no process sends for says so, once none has taken it for long', async () => {
  const target = { webhook: { url: 'https://example.com/' } };
  const handle = await fixture.create({ target });
  await fixture.inForce(handle);
  // No export process runs here.
  expect((await handle.state()).state).toBe('DELIVERING');
  const database = openDatabase(installation().databaseUrl, { logger: quiet, poolSize: 1 });
  try {
    for (const [table, time, id] of [
      ['exports', 'created_at', 'id'],
      ['export_chunks', 'at', 'export_id'],
    ])
      await database.pool.query(
        `UPDATE ${table} SET ${time} = ${time} - interval '1 minute' WHERE ${id} = $1`,
        [handle.id],
      );
  } finally {
    await database.close();
  }
  expect(await handle.state()).toMatchObject({
    state: 'MISCONFIGURED',
    message: expect.stringContaining('No export process'),
  });
  await handle.do('pause');
  expect((await handle.state()).state).toBe('PAUSED');
});

test('the SDK takes one message after the other, and acknowledges what was dealt with', async () => {
  const { apiUrl, adminToken } = installation();
  const client = createClient({ baseUrl: apiUrl, auth: adminToken });
  const handle = await fixture.create({ target: { pull: {} } });
  await fixture.inForce(handle);
  const session = await fixture.device.connect();
  for (const payload of ['a', 'b', 'c']) await session.publish(fixture.topic, payload);
  await session.end();
  const text = ({ payload }: { payload: string }) => Buffer.from(payload, 'base64').toString();
  const take = async (until: string) => {
    const taken: string[] = [];
    for await (const message of exportedMessages({ client, exportId: handle.id })) {
      if (text(message) !== 'in force?') taken.push(text(message));
      if (taken.at(-1) === until) break;
    }
    return taken;
  };
  expect(await take('b')).toEqual(['a', 'b']);
  // What the loop was left with was not dealt with.
  expect(await take('c')).toEqual(['b', 'c']);
  expect((await handle.state()).lagMessages).toBe('1');

  const ending = new AbortController();
  const rest: string[] = [];
  for await (const message of exportedMessages({ client, exportId: handle.id, signal: ending.signal })) {
    rest.push(text(message));
    setTimeout(() => ending.abort());
  }
  expect(rest).toEqual(['c']);
  expect((await handle.state()).lagMessages).toBe('0');
  const missing = exportedMessages({ client, exportId: 'arenothere' });
  await expect(missing.next()).rejects.toMatchObject({ code: 5 });
});
