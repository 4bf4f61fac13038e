/** Switching the adoption of passwords on and off: who may, until when, and what is recorded. */

import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { kinds } from '../support/owners.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

const dayMs = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString();
const adopters = kinds.filter(([kind]) => kind !== 'device');

describe.each(adopters)('password adoption of a %s', (_, create) => {
  test.each([
    ['no end', {}, ['endsAt']],
    ['an end that has come', { endsAt: inDays(-1) }, ['endsAt']],
    ['an end further away than 90 days', { endsAt: inDays(90.01) }, ['endsAt']],
    ['an end that is no time', { endsAt: 'soon' }, ['endsAt']],
    [
      'something that is no network',
      { endsAt: inDays(1), networks: ['192.0.2.0/24', '192.0.2.7'] },
      ['networks[1]'],
    ],
    ['65 networks', { endsAt: inDays(1), networks: Array(65).fill('192.0.2.0/24') }, ['networks']],
    ['no attempts at all', { endsAt: inDays(1), attemptsPerMinute: 0 }, ['attemptsPerMinute']],
    ['half an attempt', { endsAt: inDays(1), attemptsPerMinute: 0.5 }, ['attemptsPerMinute']],
    ['attempts without measure', { endsAt: inDays(1), attemptsPerMinute: 1e9 }, ['attemptsPerMinute']],
    ['an unknown field', { endsAt: inDays(1), network: '0.0.0.0/0' }, ['network']],
  ])('is not switched on with %s', async (_what, body, fields) => {
    const { api } = installation();
    const { extensionPath } = await create(api);
    const path = `${extensionPath}/passwordAdoption`;
    expectViolations(await api.call('PUT', path, body), ...fields);
    expectRefusal(await api.call('GET', path), 'NOT_FOUND');
  });

  test('is off by default, and what is off cannot be switched off', async () => {
    const { api } = installation();
    const { extensionPath } = await create(api);
    expectRefusal(await api.call('GET', `${extensionPath}/passwordAdoption`), 'NOT_FOUND');
    expectRefusal(await api.call('DELETE', `${extensionPath}/passwordAdoption`), 'NOT_FOUND');
  });

  test('is switched on, changed and off, and each is recorded with who did it', async () => {
    const { api } = installation();
    const owner = await create(api);
    const path = `${owner.extensionPath}/passwordAdoption`;
    const admin = await createAccount(api, { folderId: owner.folderId, role: 'admin' });

    const set = await admin.call('PUT', path, {
      endsAt: inDays(90),
      networks: ['192.0.2.0/24', '2001:db8::/32'],
    });
    const adoption = {
      [owner.idField]: owner.id,
      endsAt: expect.stringMatching(/Z$/),
      networks: ['192.0.2.0/24', '2001:db8::/32'],
      attemptsPerMinute: 60,
      createdAt: expect.stringMatching(/Z$/),
      createdBy: admin.id,
    };
    expect(set.body.response).toEqual({
      '@type': `type.googleapis.com/${owner.protoPackage}.PasswordAdoption`,
      ...adoption,
    });
    expect(set.body.metadata).toMatchObject({
      [owner.idField]: owner.id,
      networks: '192.0.2.0/24 2001:db8::/32',
      attemptsPerMinute: '60',
    });
    expect(await api.must('GET', path)).toEqual(adoption);

    await api.must('PUT', path, { endsAt: inDays(1), attemptsPerMinute: 5 });
    expect(await api.must('GET', path)).toMatchObject({ networks: [], attemptsPerMinute: 5 });

    await admin.call('DELETE', path);
    expectRefusal(await api.call('GET', path), 'NOT_FOUND');
    const { auditEvents } = await api.must('GET', `/ext/v1/auditEvents?resourceId=${owner.id}`);
    const service = owner.protoPackage.includes('broker') ? 'broker' : 'devices';
    const events = auditEvents
      .slice(0, 3)
      .map((event: Record<string, unknown>) => [event['eventType'], event['callerId']]);
    expect(events[0]).toEqual([`${service}.Delete${owner.noun}PasswordAdoption`, admin.id]);
    expect(events[2]).toEqual([`${service}.Set${owner.noun}PasswordAdoption`, admin.id]);
    expect(auditEvents[2].details).toMatchObject({ networks: '192.0.2.0/24 2001:db8::/32' });
  });

  test('goes with its owner', async () => {
    const { api } = installation();
    const owner = await create(api);
    await api.must('PUT', `${owner.extensionPath}/passwordAdoption`, { endsAt: inDays(1) });
    await api.must('DELETE', owner.path);
    expectRefusal(await api.call('GET', `${owner.extensionPath}/passwordAdoption`), 'NOT_FOUND');
  });
});

test('of two who switch it on at once neither fails, and one of them counts', async () => {
  const { api } = installation();
  const { id } = await api.createRegistry();
  const path = `/ext/v1/registries/${id}/passwordAdoption`;
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(
      [1, 2, 3].map((attemptsPerMinute) => api.call('PUT', path, { endsAt: inDays(1), attemptsPerMinute })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect([1, 2, 3]).toContain((await api.must('GET', path)).attemptsPerMinute);
    await api.must('DELETE', path);
  }
});
