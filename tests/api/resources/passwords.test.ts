import { makePassword } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { kinds } from '../support/owners.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

describe.each(kinds)('passwords of a %s', (_, create) => {
  test('are added, listed without their text, and deleted', async () => {
    const { api } = installation();
    const owner = await create(api);
    const added = await api.must('POST', `${owner.path}/passwords`, { password: makePassword() });
    const { '@type': type, ...password } = added.response;
    expect(type).toBe(`type.googleapis.com/${owner.protoPackage}.${owner.noun}Password`);
    expect(password).toEqual({
      [owner.idField]: owner.id,
      id: expect.stringMatching(/^are/),
      createdAt: expect.any(String),
    });
    expect(added.metadata).toEqual({
      '@type': `type.googleapis.com/${owner.protoPackage}.Add${owner.noun}PasswordMetadata`,
      [owner.idField]: owner.id,
      passwordId: password.id,
    });
    expect(await api.must('GET', `${owner.path}/passwords`)).toEqual({ passwords: [password] });
    const deleted = await api.must('DELETE', `${owner.path}/passwords/${password.id}`);
    expect(deleted.metadata).toMatchObject({ passwordId: password.id });
    expect(await api.must('GET', `${owner.path}/passwords`)).toEqual({ passwords: [] });
    expectRefusal(await api.call('DELETE', `${owner.path}/passwords/${password.id}`), 'NOT_FOUND');
  });

  test('cannot be deleted through another', async () => {
    const { api } = installation();
    const [owner, other] = [await create(api), await create(api)];
    const { response } = await api.must('POST', `${owner.path}/passwords`, { password: makePassword() });
    expectRefusal(await api.call('DELETE', `${other.path}/passwords/${response.id}`), 'NOT_FOUND');
    expect((await api.must('GET', `${owner.path}/passwords`)).passwords).toHaveLength(1);
  });
});

test('several passwords are valid at once', async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  for (let i = 0; i < 3; i += 1) await api.addPassword({ registryId: registry.id }, makePassword());
  expect(
    (await api.must('GET', `/iot-devices/v1/registries/${registry.id}/passwords`)).passwords,
  ).toHaveLength(3);
});

test.each([
  ['13 characters', 'Aa1-567890123'],
  ['two groups', 'aaaaaaaaaaaaa1'],
  ['nothing', ''],
  ['a number', 12345678901234],
  ['an object', { not: '' }],
  ['U+0000', 'Aa1-5678901234\u0000'],
  ['a lone surrogate', 'Aa1-5678901234\ud800'],
  ['more than 1,024 bytes', `Aa1-${'x'.repeat(1021)}`],
])('a password of %s is refused, and not repeated in the answer', async (_, password) => {
  const { api } = installation();
  const registry = await api.createRegistry();
  const path = `/iot-devices/v1/registries/${registry.id}/passwords`;
  const answer = await api.call('POST', path, { password });
  expectViolations(answer, 'password');
  if (typeof password === 'string' && password !== '')
    expect(JSON.stringify(answer.body)).not.toContain(password);
  expect((await api.must('GET', path)).passwords).toEqual([]);
});

test('nothing that was ever logged or answered holds a password or its hash', async () => {
  const { api } = installation();
  const password = makePassword();
  const registry = await api.createRegistry({ password });
  const path = `/iot-devices/v1/registries/${registry.id}`;
  const shown = JSON.stringify([
    await api.must('GET', path),
    await api.must('GET', `${path}/passwords`),
    await api.must('GET', `${path}/operations`),
    await api.must('GET', `/ext/v1/auditEvents?resourceId=${registry.id}`),
  ]);
  for (const text of [shown, installation().logs()]) {
    expect(text).not.toContain(password);
    expect(text).not.toContain('$argon2');
  }
});
