/** deploy/systemd: units that systemd itself takes, where it is there to be asked, and what they must say in any case. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsTable } from '@iotcore/process';
import { repositoryRoot } from '@iotcore/testkit';
import { expect, test } from 'vitest';

const folder = join(repositoryRoot, 'deploy/systemd');
const units = globSync('*.{service,timer}', { cwd: folder }).sort();
const analyze = '/usr/bin/systemd-analyze';

test.runIf(existsSync(analyze))('systemd finds nothing wrong with them', () => {
  const { status, stdout, stderr } = spawnSync(
    analyze,
    ['verify', ...units.map((unit) => join(folder, unit))],
    {
      encoding: 'utf8',
    },
  );
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});

test('the service may open more files than it takes connections, runs as nobody special, and is started again', () => {
  const service = readFileSync(join(folder, 'iotcore.service'), 'utf8');
  const files = Number(/^LimitNOFILE=(\d+)$/m.exec(service)?.[1]);
  expect(files).toBeGreaterThan(Number(settingsTable.mqttMaxConnections.default) + 200);
  for (const line of ['User=iotcore', 'Restart=always', 'NoNewPrivileges=yes', 'CapabilityBoundingSet='])
    expect(service.split('\n')).toContain(line);
});

test('systemd waits until the service is ready, and starts it again if it is stuck', () => {
  const lines = readFileSync(join(folder, 'iotcore.service'), 'utf8').split('\n');
  for (const line of ['Type=notify', 'NotifyAccess=all', 'WatchdogSec=60', 'Restart=always'])
    expect(lines).toContain(line);
});
