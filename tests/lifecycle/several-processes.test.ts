/** Two MQTT processes behind the same ports, started as docs/cluster.md says. */
import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient, connectMqtt, eventually, makePassword, repositoryRoot } from '@iotcore/testkit';
import { expect, onTestFailed, test } from 'vitest';
import type { ClusterStatus } from '../mqtt/support/cluster.ts';
import { folderWithDatabase, started, theMqttServer } from './support/npm-start.ts';
import { familyOf } from './support/process-table.ts';

const page = readFileSync(join(repositoryRoot, 'docs/cluster.md'), 'utf8');
const [, processes = ''] = /^IOT_MQTT_PROCESSES=(\d+) npm start\b/m.exec(page) ?? [];

test('clients of all processes hear each other, also once one was killed and is back', async () => {
  const start = await started(await folderWithDatabase(), {
    IOT_MQTT_PROCESSES: processes,
    IOT_SAMPLE: 'off',
  });
  onTestFailed(() => void process.stderr.write(start.command.text));
  const mqttServers = () => familyOf(start.command.pid).filter(({ command }) => theMqttServer.test(command));
  expect(mqttServers()).toHaveLength(2);
  const sockets = join(start.dataDir, 'cluster');
  expect((await stat(sockets)).mode & 0o777).toBe(0o700);
  expect(await readdir(sockets)).toHaveLength(2);

  const { addresses } = await start.runFile();
  const token = (await readFile(join(start.dataDir, 'admin.token'), 'utf8')).trim();
  const api = new ApiClient(
    () => addresses['api'] ?? '',
    () => token,
  );
  const created = await api.must('POST', '/iot-broker/v1/brokers', { folderId: 'brokers' });
  const brokerId: string = created.response.id;
  const password = makePassword();
  await api.addPassword({ brokerId }, password);
  const port = Number(new URL(addresses['mqtt'] ?? '').port);
  const connect = () => connectMqtt({ port, username: brokerId, password });
  const topic = 'any/topic';

  /** The kernel decides who is where: of eight clients some are at each process. */
  const expectAllToHear = async (text: string) => {
    const listeners = await Promise.all(Array.from({ length: 8 }, connect));
    for (const listener of listeners) expect(await listener.subscribe(topic)).toEqual([1]);
    const sender = await connect();
    await sender.publish(topic, text, { qos: 1 });
    for (const listener of listeners) expect(String((await listener.messages.next()).payload)).toBe(text);
    await Promise.all([...listeners, sender].map((client) => client.end()));
  };
  await expectAllToHear('first');

  /** The one that answers is the first of them; undefined while it is away. */
  const statusOf = () =>
    fetch(`${addresses['admin']}/cluster`).then(
      async (answer) => (await answer.json()) as ClusterStatus,
      () => undefined,
    );
  const membersOf = (status: ClusterStatus | undefined) =>
    [status, ...(status?.peers ?? [])].map((node) => node?.incarnation);
  const before = new Set(membersOf(await statusOf()));
  expect(before.size).toBe(2);
  const killed = mqttServers()[1]?.pid ?? 0;
  process.kill(killed, 'SIGKILL');
  await eventually('two processes again', () => {
    const pids = mqttServers().map(({ pid }) => pid);
    return pids.length === 2 && !pids.includes(killed);
  });
  await eventually('both to be members', async () => {
    const status = await statusOf();
    const known = membersOf(status).filter((incarnation) => before.has(incarnation));
    return status?.isGood === true && status.peers.length === 1 && known.length === 1;
  });
  await expectAllToHear('second');
  start.command.kill('SIGTERM');
  expect(await start.command.status()).toBe(0);
  await start.nothingIsLeft();
});
