import { randomUUID } from 'node:crypto';
import { makePassword } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { createAccount } from './support/accounts.ts';
import { expectRefusal, expectViolations } from './support/answers.ts';
import { newFolder } from './support/folders.ts';
import { watchedInstallation } from './support/watched-installation.ts';

const installation = watchedInstallation();
const registries = '/iot-devices/v1/registries';

const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });

test.each(['', 'abc', '1', `${randomUUID()}0`])('the key %j is refused: it is no UUID', async (key) => {
  const { api } = installation();
  const folderId = newFolder();
  expectViolations(await api.call('POST', registries, { folderId }, withKey(key)), 'Idempotency-Key');
  expect((await api.must('GET', `${registries}?folderId=${folderId}`)).registries).toEqual([]);
});

test('a key that was used is refused with another body', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const key = randomUUID();
  await api.call('POST', registries, { folderId, name: 'one' }, withKey(key));
  expectRefusal(await api.call('POST', registries, { folderId, name: 'other' }, withKey(key)), 'ABORTED');
  expect((await api.must('GET', `${registries}?folderId=${folderId}`)).registries).toHaveLength(1);
});

test('the key of one operation means nothing to another', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const key = withKey(randomUUID());
  const made = [];
  for (const path of [registries, '/iot-broker/v1/brokers', registries, '/iot-broker/v1/brokers']) {
    made.push((await api.call('POST', path, { folderId, name: 'one' }, key)).body.response.id);
  }
  expect(made).toEqual([made[0], made[1], made[0], made[1]]);
  expect(made[0]).not.toBe(made[1]);
});

test('the same request gives the same operation and does its work once', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const key = randomUUID();
  const call = (k: string) =>
    api.call('POST', registries, { folderId, password: makePassword() }, withKey(k));
  const body = { folderId, labels: { a: '1' } };
  const answers = [];
  for (const variant of [key, key, key.toUpperCase()]) {
    answers.push((await api.call('POST', registries, body, withKey(variant))).body);
  }
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  expect((await api.must('GET', `${registries}?folderId=${folderId}`)).registries).toHaveLength(1);
  expect((await api.must('GET', `/ext/v1/auditEvents?folderId=${folderId}`)).auditEvents).toHaveLength(1);
  expect((await call(randomUUID())).status).toBe(200);
});

test('many at the same moment do it once, and all are answered alike', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const key = randomUUID();
  const calls = Array.from({ length: 10 }, () =>
    api.call('POST', registries, { folderId, name: 'x' }, withKey(key)),
  );
  const answers = await Promise.all(calls);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect((await api.must('GET', `${registries}?folderId=${folderId}`)).registries).toHaveLength(1);
});

test('the answer is given again after the resource is gone', async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  const path = `${registries}/${registry.id}/passwords`;
  const [key, body] = [randomUUID(), { password: makePassword() }];
  const first = await api.call('POST', path, body, withKey(key));
  await api.must('DELETE', `${registries}/${registry.id}`);
  expect((await api.call('POST', path, body, withKey(key))).body).toEqual(first.body);
});

test('a refused call leaves its key free', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const key = randomUUID();
  await api.createRegistry({ folderId, name: 'taken' });
  const body = { folderId, name: 'taken' };
  expectRefusal(await api.call('POST', registries, body, withKey(key)), 'ALREADY_EXISTS');
  const [{ id }] = (await api.must('GET', `${registries}?folderId=${folderId}`)).registries;
  await api.must('DELETE', `${registries}/${id}`);
  expect((await api.call('POST', registries, body, withKey(key))).status).toBe(200);
});

test('two callers may use one key', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const key = randomUUID();
  const editor = await createAccount(api, { folderId, role: 'editor' });
  const mine = await api.call('POST', registries, { folderId }, withKey(key));
  const theirs = await editor.call('POST', registries, { folderId }, withKey(key));
  expect([mine.status, theirs.status]).toEqual([200, 200]);
  expect(theirs.body.id).not.toBe(mine.body.id);
});
