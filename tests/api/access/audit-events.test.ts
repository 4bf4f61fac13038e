import { eventually, fullTest, makePassword, startInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { kinds } from '../support/owners.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const registries = '/iot-devices/v1/registries';

const events = async (query: string) =>
  (await installation().api.must('GET', `/ext/v1/auditEvents?${query}`)).auditEvents;

/** Now, once it is later than that. */
function laterThan(time: string): string | undefined {
  const now = new Date();
  return now > new Date(time) ? now.toISOString() : undefined;
}

test('a call that changes something leaves who, from where, what and with which outcome', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const answer = await api.call('POST', registries, { folderId }, { headers: { 'user-agent': 'test/1' } });
  expect(await events(`folderId=${folderId}`)).toEqual([
    {
      id: expect.any(String),
      at: expect.any(String),
      eventType: 'devices.CreateRegistry',
      callerId: answer.body.createdBy,
      remoteIp: '127.0.0.1',
      userAgent: 'test/1',
      requestId: answer.headers.get('x-request-id'),
      folderId,
      resourceKind: 'REGISTRY',
      resourceId: answer.body.response.id,
      details: { registryId: answer.body.response.id },
      code: 0,
    },
  ]);
});

describe.each(kinds)('calls on a %s', (_, create) => {
  test('are known by the names of the old service', async () => {
    const { api } = installation();
    const owner = await create(api);
    const service = owner.noun === 'Broker' ? 'broker' : 'devices';
    const { response } = await api.must('POST', `${owner.path}/passwords`, { password: makePassword() });
    await api.must('PATCH', owner.path, { name: 'n' });
    await api.must('DELETE', `${owner.path}/passwords/${response.id}`);
    await api.must('DELETE', owner.path);
    const ofKind = (kind: string) => events(`resourceKind=${kind}&resourceId=${owner.id}`);
    expect(await ofKind('SERVICE_ACCOUNT')).toEqual([]);
    const types = (await ofKind(owner.noun.toUpperCase())).map(
      (event: { eventType: string }) => event.eventType,
    );
    expect(types).toEqual([
      `${service}.Delete${owner.noun}`,
      `${service}.Delete${owner.noun}Password`,
      `${service}.Update${owner.noun}`,
      `${service}.Add${owner.noun}Password`,
      `${service}.Create${owner.noun}`,
    ]);
  });
});

describe('a refused call leaves a record', () => {
  test('with the folder and resource that it was about, and its code', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const registry = await api.createRegistry({ folderId });
    const viewer = await createAccount(api, { folderId, role: 'viewer' });
    const stranger = await createAccount(api);
    const path = `${registries}/${registry.id}`;
    await viewer.call('DELETE', path);
    await stranger.call('DELETE', path);
    await api.call('PATCH', path, { colour: 'red' });
    const refused = (await events(`resourceId=${registry.id}`)).filter(
      ({ code }: { code: number }) => code !== 0,
    );
    expect(refused).toMatchObject([
      { eventType: 'devices.UpdateRegistry', code: 3 },
      { eventType: 'devices.DeleteRegistry', code: 5, callerId: stranger.id, folderId },
      { eventType: 'devices.DeleteRegistry', code: 7, callerId: viewer.id, folderId },
    ]);
  });

  test('also with a body that is no JSON', async () => {
    const { api } = installation();
    await api.call('PATCH', `${registries}/are00000000000000001`, '{');
    const [malformed] = await events('resourceId=are00000000000000001');
    expect(malformed).toMatchObject({ eventType: 'devices.UpdateRegistry', code: 3 });
  });
});

fullTest('refused calls without credentials become one record, however many they are', async () => {
  const own = await startInstallation({ programs: ['api'] });
  const refuse = (method: string, id: string) =>
    own.api.call(method, `${registries}/${id}`, undefined, { token: null });
  for (let n = 0; n < 20; n += 1) await refuse('DELETE', `are0000000000000000${n % 10}`);
  await refuse('GET', 'are00000000000000001');
  await own.program('api').stop();
  own.start('api');
  await own.ready();
  const { auditEvents } = await own.api.must('GET', '/ext/v1/auditEvents');
  const refused = auditEvents.filter(({ code }: { code: number }) => code === 16);
  expect(refused).toMatchObject([
    {
      eventType: 'iam.UnauthenticatedCalls',
      remoteIp: '127.0.0.1',
      details: { calls: 20, byEventType: { 'devices.DeleteRegistry': 20 }, byNetwork: { '127.0.0.1': 20 } },
    },
  ]);
  expect(refused[0]).not.toHaveProperty('callerId');
});

test('a call that only reads leaves none', async () => {
  const { api } = installation();
  const folderId = newFolder();
  await api.must('GET', `${registries}?folderId=${folderId}`);
  expect(await events(`folderId=${folderId}`)).toEqual([]);
});

test('events are filtered by folder, caller, type and time, and paged', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const editor = await createAccount(api, { folderId, role: 'editor' });
  await editor.call('POST', registries, { folderId, name: 'a' });
  const [{ at: before }] = await events(`folderId=${folderId}`);
  // Times of filters are whole milliseconds: what follows is in a later one.
  const between = await eventually('a later time', () => laterThan(before));
  await editor.call('POST', registries, { folderId, name: 'b' });
  const { response } = await api.must('POST', registries, { folderId, name: 'c' });
  await api.must('DELETE', `${registries}/${response.id}`);

  expect(await events(`folderId=${folderId}`)).toHaveLength(4);
  expect(await events(`folderId=${folderId}&callerId=${editor.id}`)).toHaveLength(2);
  expect(await events(`folderId=${folderId}&eventType=devices.DeleteRegistry`)).toHaveLength(1);
  expect(await events(`folderId=${folderId}&since=${between}`)).toHaveLength(3);
  expect(await events(`folderId=${folderId}&until=${between}`)).toHaveLength(1);
  const page = await api.must('GET', `/ext/v1/auditEvents?folderId=${folderId}&pageSize=3`);
  const rest = await events(`folderId=${folderId}&pageToken=${page.nextPageToken}`);
  const ids = [...page.auditEvents, ...rest].map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(4);
  expect(ids).toEqual(ids.toSorted().reverse());
});

test('what is no time is refused', async () => {
  const { api } = installation();
  const answer = await api.call('GET', '/ext/v1/auditEvents?since=yesterday&until=2026-13-01T00:00:00Z');
  expectViolations(answer, 'since', 'until');
});
