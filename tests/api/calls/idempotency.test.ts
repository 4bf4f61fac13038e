import { randomUUID } from 'node:crypto';
import { type ApiAnswer, eventually, makePassword } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

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

test('where repeating does no harm a key is ignored, also one that is no UUID', async () => {
  const { api } = installation();
  const { id } = await api.createRegistry();
  const update = (name: string) => api.call('PATCH', `${registries}/${id}`, { name }, withKey('no UUID'));
  expect([(await update('one')).status, (await update('other')).status]).toEqual([200, 200]);
  expect((await api.must('GET', `${registries}/${id}`)).name).toBe('other');
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

test('many at the same moment do it once: the others are told to ask again, and then get its answer', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const key = randomUUID();
  const call = () => api.call('POST', registries, { folderId, name: 'x' }, withKey(key));
  const answers = await Promise.all(Array.from({ length: 10 }, call));
  const done = answers.filter(({ status }) => status === 200);
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    expectRefusal(answer, 'ABORTED');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  expect(new Set(done.map(({ body }) => body.id)).size).toBe(1);
  expect((await call()).body).toEqual(done[0]?.body);
  expect((await api.must('GET', `${registries}?folderId=${folderId}`)).registries).toHaveLength(1);
});

describe('an earlier answer is refused to a caller whose role was taken away', () => {
  test('while the resource is there', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const editor = await createAccount(api, { folderId, role: 'editor' });
    const key = randomUUID();
    const create = () => editor.call('POST', registries, { folderId, name: 'mine' }, withKey(key));
    expect((await create()).status).toBe(200);
    const refused = await refusedWithoutRole(editor.id, create);
    expectRefusal(refused, 'PERMISSION_DENIED');
    expect(JSON.stringify(refused.body)).not.toContain('mine');
  });

  test('and when it is gone', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const { id } = await api.createRegistry({ folderId });
    const editor = await createAccount(api, { folderId, role: 'editor' });
    const key = randomUUID();
    const disable = () => editor.call('POST', `${registries}/${id}:disable`, undefined, withKey(key));
    const first = await disable();
    await api.must('DELETE', `${registries}/${id}`);
    expect((await disable()).body).toEqual(first.body);
    expectRefusal(await refusedWithoutRole(editor.id, disable), 'NOT_FOUND');
  });

  /** Takes away the one role of an account; the first refusal of its call. */
  async function refusedWithoutRole(accountId: string, call: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    const { api } = installation();
    const path = `/ext/v1/serviceAccounts/${accountId}/roleBindings`;
    const [{ id }] = (await api.must('GET', path)).roleBindings;
    await api.must('DELETE', `${path}/${id}`);
    return eventually('the loss of the role', async () => {
      const answer = await call();
      return answer.status !== 200 && answer;
    });
  }
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
