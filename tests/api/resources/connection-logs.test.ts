import { connectMqtt, eventually, makePassword, refusalOf } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { kinds } from '../support/owners.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

const messagesOf = (page: { entries: { message: string }[] }) => page.entries.map(({ message }) => message);

describe.each(kinds)('the log of a %s', (_, create) => {
  test('refuses a time that is none, and a resource that is not there', async () => {
    const { api } = installation();
    const owner = await create(api);
    expectViolations(await api.call('GET', `${owner.extensionPath}/logs?since=now`), 'since');
    const unknown = owner.extensionPath.replace(owner.id, 'are00000000000000000');
    expectRefusal(await api.call('GET', `${unknown}/logs`), 'NOT_FOUND');
  });

  test('shows who came, who was refused and who left, newest first', async () => {
    const { api, overTcp } = installation();
    const owner = await create(api);
    const password = makePassword();
    const { response } = await api.must('POST', `${owner.path}/passwords`, { password });
    await refusalOf({ ...overTcp, username: owner.id, password: 'wrong' });
    const session = await connectMqtt({ ...overTcp, username: owner.id, password, clientId: 'me' });
    await session.end();
    const path = `${owner.extensionPath}/logs`;
    const lines = await eventually('three lines', async () => {
      const messages = messagesOf(await api.must('GET', path));
      return messages.length === 3 && messages;
    });
    expect(lines[0]).toBe('disconnected: client disconnected');
    expect(lines[1]).toMatch(
      new RegExp(`^connected, password: "${response.id}", address: "127.0.0.1:\\d+", clientID: "me"$`),
    );
    expect(lines[2]).toContain('password');

    const first = await api.must('GET', `${path}?pageSize=1`);
    const second = await api.must('GET', `${path}?pageSize=2&pageToken=${first.nextPageToken}`);
    expect([...messagesOf(first), ...messagesOf(second)]).toEqual(lines);
    expect(second).not.toHaveProperty('nextPageToken');

    const [newest] = first.entries;
    expect(messagesOf(await api.must('GET', `${path}?until=${newest.at}`))).not.toContain(lines[0]);
    expect(messagesOf(await api.must('GET', `${path}?since=2100-01-01T00:00:00Z`))).toEqual([]);
  });
});
