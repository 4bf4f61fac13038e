/** How many statements a call sends is as docs/api-performance.md says: a round trip to Postgres more would show there first. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fullTest, makePassword, repositoryRoot, startInstallation, testDatabase } from '@iotcore/testkit';
import { expect } from 'vitest';
import { startStatementLog } from '../support/statement-log.ts';

const devices = '/iot-devices/v1/devices';

/** Rows of the table under that heading. */
async function documented(): Promise<Record<string, number>> {
  const page = await readFile(join(repositoryRoot, 'docs/api-performance.md'), 'utf8');
  const [, table = ''] = page.split('| call | statements |\n| --- | --: |\n');
  const rows = table.split('\n\n', 1)[0]?.split('\n') ?? [];
  return Object.fromEntries(
    rows.map((row) => {
      const [, call = '', count = ''] = row.split('|');
      return [call.trim(), Number(count)];
    }),
  );
}

fullTest('each call that the page of what calls cost names sends as many statements as it says', async () => {
  const log = await startStatementLog(await testDatabase());
  const { api } = await startInstallation({ programs: ['api'], database: log.url });
  await log.settled();
  const { id: registryId } = await api.createRegistry();
  const body = (name: string, fields: object = {}) => ({ registryId, name, ...fields });
  const { response: device } = await api.must('POST', devices, body('first'));
  const path = `${devices}/${device.id}`;
  const calls: Record<string, () => Promise<unknown>> = {
    'get a device': () => api.must('GET', path),
    'list devices, any number a page': () => api.must('GET', `${devices}?registryId=${registryId}`),
    'list the operations of a device': () => api.must('GET', `${path}/operations`),
    'create a device': () => api.must('POST', devices, body('second')),
    'add a password': () => api.must('POST', `${path}/passwords`, { password: makePassword() }),
    'update a device': () => api.must('PATCH', path, { updateMask: 'description', description: 'x' }),
    'create a device with an alias and a password': () =>
      api.must(
        'POST',
        devices,
        body('third', { password: makePassword(), topicAliases: { 'third/': '$devices/{id}/' } }),
      ),
    'delete a device': () => api.must('DELETE', path),
  };
  // What is prepared or remembered at the first call of a process is not what a call costs.
  await api.must('GET', path);
  const sent: Record<string, number> = {};
  for (const [name, call] of Object.entries(calls)) {
    log.takeOfCalls();
    await call();
    sent[name] = log.takeOfCalls().length;
  }
  expect(sent).toEqual(await documented());
});
