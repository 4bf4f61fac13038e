import { connectMqtt, eventually, makePassword, refusalOf } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { kinds } from '../support/owners.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

const messagesOf = (page: { entries: { message: string }[] }) => page.entries.map(({ message }) => message);

describe.each(kinds)('the log of a %s', (_, create) => {
  test('refuses a time that is none, and a resource that is not there', async () => {
    const { api } = installation();
    const owner = await create(api);
    expectViolations(await api.call('GET', `${owner.extensionPath}/logs?since=now`), 'since');
    expectViolations(await api.call('GET', `${owner.extensionPath}/logs?level=LOUD`), 'level');
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

    const reason = 'unknown user name or wrong password';
    const { entries } = await api.must('GET', `${path}?level=WARN`);
    expect(entries).toMatchObject([{ level: 'WARN', reason, rule: expect.stringContaining('user name') }]);
    const byReason = (text: string) => `${path}?${new URLSearchParams({ reason: text })}`;
    expect(messagesOf(await api.must('GET', byReason(reason)))).toEqual([lines[2]]);
    expect(messagesOf(await api.must('GET', byReason('connected')))).toEqual([lines[1]]);
    expect(messagesOf(await api.must('GET', `${path}?level=ERROR`))).toEqual([]);
  });
});

test('the logs of a folder are summed up by reason, those who were refused most first, and no other folder shows', async () => {
  const { api, overTcp } = installation();
  const folderId = newFolder();
  const registry = await api.createRegistry({ folderId });
  const devices = [await api.createDevice(registry.id), await api.createDevice(registry.id)];
  const stranger = await api.createRegistry();
  const usernames = [devices[0], devices[1], devices[1], stranger].map((owner) => owner?.id ?? '');
  for (const username of usernames) await refusalOf({ ...overTcp, username, password: 'wrong' });
  const summary = await eventually('three lines', async () => {
    const answer = await api.must('GET', `/ext/v1/logs:summary?folderId=${folderId}`);
    return answer.reasons[0]?.lines === 3 && answer;
  });
  expect(summary).toMatchObject({
    complete: true,
    reasons: [
      {
        reason: 'unknown user name or wrong password',
        resources: 2,
        top: [
          { kind: 'DEVICE', id: devices[1]?.id, lines: 2 },
          { kind: 'DEVICE', id: devices[0]?.id, lines: 1 },
        ],
      },
    ],
  });
  expect(
    await api.must('GET', `/ext/v1/logs:summary?folderId=${folderId}&since=2100-01-01T00:00:00Z`),
  ).toEqual({
    complete: true,
    reasons: [],
  });
});
