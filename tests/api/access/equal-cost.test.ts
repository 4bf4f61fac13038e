/** What the caller may not see must be told from what does not exist by nothing: not by the answer, nor by its cost. */
import { createId } from '@iotcore/model';
import { fullTest, startInstallation, testDatabase } from '@iotcore/testkit';
import { expect } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { BystanderCaller } from '../support/bystander-caller.ts';
import { newFolder } from '../support/folders.ts';
import { callsAbout, kinds } from '../support/owners.ts';
import { startStatementLog } from '../support/statement-log.ts';

type Call = readonly [method: string, path: string, body: unknown];

fullTest('the same statements are sent for a foreign ID as for an unknown one', async () => {
  const log = await startStatementLog(await testDatabase());
  const installation = await startInstallation({
    programs: ['api'],
    database: log.url,
    env: { IOT_LOG_LEVEL: 'warn' },
  });
  const { api } = installation;
  await log.settled();
  const bystander = await BystanderCaller.start(installation);
  const stranger = await createAccount(api, { folderId: newFolder(), role: 'admin' });

  const statementsOf = async ([method, path, body]: Call) => {
    log.takeOfCalls();
    const { status } = await stranger.call(method, path, body);
    return { status, statements: log.takeOfCalls() };
  };
  const compare = async (foreignId: string, callAbout: (id: string) => Call) => {
    const foreign = await statementsOf(callAbout(foreignId));
    const unknown = await statementsOf(callAbout(createId()));
    expect(foreign).toEqual(unknown);
    expect(foreign.statements).not.toEqual([]);
  };

  for (const [, create] of kinds) {
    const owner = await create(api);
    const pathOf = (path: string, id: string) => path.replace(owner.id, id);
    for (const [method, rest, body] of callsAbout) {
      await compare(owner.id, (id) => [method, pathOf(owner.path, id) + rest, body]);
    }
    await compare(owner.id, (id) => ['GET', `${pathOf(owner.extensionPath, id)}/logs`, undefined]);
    const entry = { [owner.idField]: owner.id, certificateData: 'none' };
    await compare(owner.id, (id) => [
      'POST',
      '/ext/v1/import',
      { certificates: [{ ...entry, [owner.idField]: id }], devices: [{ id: createId(), registryId: id }] },
    ]);
  }
  const { id: registryId } = await api.createRegistry();
  for (const callAbout of [
    (id: string) => ['GET', `/iot-devices/v1/devices?registryId=${id}`, undefined] as const,
    (id: string) => ['GET', `/iot-devices/v1/registries/${id}:listDeviceTopicAliases`, undefined] as const,
    (id: string) => ['GET', `/ext/v1/registries/${id}/export`, undefined] as const,
    (id: string) => ['POST', '/iot-devices/v1/devices', { registryId: id }] as const,
  ]) {
    await compare(registryId, callAbout);
  }
  await bystander.worksAndSeesNothingForeign(installation);
});
