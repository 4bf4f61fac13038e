/** An installation in which two resources got one ID before that became impossible. */
import { openDatabase } from '@iotcore/store';
import {
  connectMqtt,
  fullTest,
  makeCertificate,
  makePassword,
  refusalOf,
  startInstallation,
  testDatabase,
} from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';
import { iotcore } from '../cli/support/iotcore.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const id = 'are5hared000000000id';

fullTest(
  'neither of two with one ID can connect, which the start and the doctor tell, until one of them is deleted',
  async () => {
    const url = await testDatabase();
    const { pool, close } = openDatabase(url, { logger: quiet });
    onTestFinished(close);
    await pool.query(`
    INSERT INTO resource_id_conflicts (id, kind) VALUES ('${id}', 'device'), ('${id}', 'broker');
    INSERT INTO registries (id, folder_id) VALUES ('arereg', 'theirs');
    INSERT INTO devices (id, registry_id, folder_id) VALUES ('${id}', 'arereg', 'theirs');
    INSERT INTO brokers (id, folder_id) VALUES ('${id}', 'f')`);
    const installation = await startInstallation({ database: url });
    const { api, overTls } = installation;
    expect(installation.program('api').output).toContain(
      `${id} (broker of folder f, device of folder theirs)`,
    );
    const [mine, theirs, certificate] = [makePassword(), makePassword(), await makeCertificate()];
    await api.addPassword({ brokerId: id }, mine);
    await api.addPassword({ deviceId: id }, theirs);
    const certificateData = certificate.certPem;
    await api.must('POST', `/iot-broker/v1/brokers/${id}/certificates`, { certificateData });
    for (const password of [mine, theirs])
      expect(await refusalOf({ ...overTls, username: id, password })).toBe(4);
    expect(await refusalOf({ ...overTls, certificate })).toBe(5);
    const status = () => api.must('GET', '/ext/v1/migrationStatus?folderId=f');
    expect((await status()).brokers).toMatchObject([{ brokerId: id, idConflict: true }]);
    const shared = async (folder: string) => {
      const { apiUrl, adminToken, dataDir } = installation;
      const env = {
        ...{ IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken, IOTCORE_DATA_DIR: dataDir },
        IOTCORE_FOLDER_ID: folder,
      };
      const { stdout } = await iotcore(['doctor', '--format', 'json'], { env });
      const findings: readonly { check: string; status: string; details?: object }[] = JSON.parse(stdout);
      return findings.find(({ check }) => check === 'IDs');
    };
    expect(await shared('f')).toMatchObject({
      status: 'fail',
      details: { shared: [`broker ${id}`], count: 1 },
    });
    expect(await shared('theirs')).toMatchObject({
      status: 'fail',
      details: { shared: [`device ${id}`], count: 1 },
    });

    await api.must('DELETE', `/iot-devices/v1/devices/${id}`);
    expect((await status()).brokers[0]).not.toHaveProperty('idConflict');
    expect(await shared('f')).toMatchObject({ status: 'ok' });
    expect(await shared('theirs')).toMatchObject({ status: 'ok' });
    const session = await connectMqtt({ ...overTls, username: id, password: mine });
    await session.end();
    expect(await refusalOf({ ...overTls, username: id, password: theirs })).toBe(4);
  },
);
