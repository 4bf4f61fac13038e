import { spawnSync } from 'node:child_process';
import { statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { Postgres } from '../../fixture/postgres.ts';
import { notRoot } from '../../fixture/tools.ts';
import { type Chaos, must, type Scenario } from '../../scenario.ts';

/** The disk under Postgres, in MiB: room for the cluster, its log, and little else. */
const diskMiB = 160;

/** The disk under Postgres is full: writes are refused, MQTT goes on, and all is well once there is room. */
export const diskFull: Scenario = {
  id: '9',
  title: 'Disk full under Postgres',
  short: false,
  maxRecoverySeconds: 10,
  obstacle: async () => notRoot(),
  async run(chaos) {
    const disk = await smallDisk(chaos);
    // A small log is taken from the pool of its own files, so it is tables that find no room, not the log.
    const settings = { max_wal_size: '64MB', min_wal_size: '64MB', wal_recycle: 'on', autovacuum: 'off' };
    const postgres = await Postgres.create({ folder: disk, settings });
    chaos.cleanup(() => postgres.kill());
    const fixture = await chaos.fixture({ postgres });
    await fixture.run(2000);
    const connectionsBefore = fixture.messages.history().connections.length;

    const heal = fixture.messages.fault();
    const acked = fixture.messages.ackedCount;
    const full = await fill(disk);
    await eventually('a write to be refused', () => refusedWrite(fixture), 60_000);
    await fixture.run(chaos.short ? 2000 : 20_000);
    const crashed = !postgres.running;
    await full.free();
    if (crashed) await postgres.start();
    heal();
    const healedAt = performance.now();

    await fixture.run(3000);
    must(fixture.messages.ackedCount > acked, 'no message was acknowledged while the disk was full');
    const { connections } = fixture.messages.history();
    must(connections.length === connectionsBefore, 'clients lost their connection because the disk was full');
    chaos.note(crashed ? 'Postgres itself ended, and was started again' : 'Postgres stayed up');
    return fixture.check({ healedAt });
  },
};

async function smallDisk(chaos: Chaos): Promise<string> {
  const folder = await chaos.folder();
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMiB}m`, 'tmpfs', folder]);
  must(status === 0, `mount failed: ${stderr}`);
  chaos.cleanup(() => void spawnSync('umount', ['--lazy', folder]));
  return folder;
}

async function fill(disk: string) {
  const file = join(disk, 'filler');
  const { bavail, bsize } = await statfs(disk);
  await writeFile(file, Buffer.alloc(bavail * bsize)).catch(() => undefined);
  return { free: () => writeFile(file, '') };
}

/** Large descriptions make the tables grow until a write finds no room. */
async function refusedWrite(fixture: Fixture): Promise<boolean> {
  const { status } = await fixture.api.call('POST', '/iot-devices/v1/devices', {
    registryId: fixture.tenant.registry.id,
    description: 'x'.repeat(256),
  });
  must(status === 200 || status === 503, `with a full disk a create was answered ${status}`);
  return status === 503;
}
