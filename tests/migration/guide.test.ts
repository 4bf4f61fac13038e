/** docs/migration: every command of the guide is run, in order, on an export that is made here; in both languages. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  connectMqtt,
  eventually,
  fullTest,
  makePassword,
  repositoryRoot,
  sharedInstallation,
} from '@iotcore/testkit';
import { addOddities, type Fleet, makeFleet, writeExport } from '@iotcore/testkit/exports';
import { describe, expect, test } from 'vitest';
import { bin } from '../cli/support/iotcore.ts';
import { expectAccount } from './support/account.ts';
import { temporaryFolder } from './support/folders.ts';

const run = promisify(execFile);

const guide = (name: string) => readFileSync(join(repositoryRoot, 'docs/migration', name), 'utf8');
const blocksOf = (page: string, languages = 'sh') =>
  [...page.matchAll(new RegExp(`\`\`\`(?:${languages})\\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block);
const blocks = blocksOf(guide('README.md'));

test('both languages have the same commands', () => {
  expect(blocks.length).toBeGreaterThan(5);
  expect(blocksOf(guide('README.ru.md'))).toEqual(blocks);
});

test('both languages have the same servers for old handlers', () => {
  const [english, russian] = ['README.md', 'README.ru.md'].map((name) => blocksOf(guide(name), 'js|python'));
  expect(english).toHaveLength(2);
  expect(russian).toEqual(english);
});

test('links to pages that are there', () => {
  for (const page of [guide('README.md'), guide('README.ru.md')]) {
    for (const [, path = ''] of page.matchAll(/\]\(([^)#:]+)[^)]*\)/g)) {
      expect(existsSync(join(repositoryRoot, 'docs/migration', path)), path).toBe(true);
    }
  }
});

/**
 * `yc` shows the export that was made, as the old service would its fleet; `iotcore` reads from our own API what it would
 * from that of the old service.
 */
const asReader = `
iotcore() { "$NODE" "$CLI" "$@"; }
npx() {
  shift
  case "$*" in
    *--from-api*) iotcore "$@" --source-endpoint "$SOURCE" --requests-per-second 1000;;
    *) iotcore "$@";;
  esac
}
yc() {
  case "$*" in
    'iam create-token') echo "$SOURCE_TOKEN";;
    'iot registry list '*) cat "$MADE/registries.json";;
    'iot broker list '*) cat "$MADE/brokers.json";;
    'iot device list --registry-id '*) cat "$MADE/devices-$5.json";;
    'iot registry certificate list '*) cat "$MADE/registry-certs-$6.json";;
    'iot registry list-device-topic-aliases --id '*) cat "$MADE/aliases-$5.json";;
    'iot device certificate list '*) cat "$MADE"/device-certs-*/"$6.json";;
    'iot broker certificate list '*) cat "$MADE/broker-certs-$6.json";;
    *) echo "yc does not know: $*" >&2; return 1;;
  esac 2> /dev/null
}
`;

describe('the commands', () => {
  const installation = sharedInstallation({ programs: ['supervisor'] });

  async function shell(folder: string, made: string, script: string) {
    const { dataDir, mqttsPort, adminToken, apiUrl } = installation();
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      NODE: process.execPath,
      CLI: bin,
      MADE: made,
      SOURCE: apiUrl,
      SOURCE_TOKEN: adminToken,
      IOTCORE_DATA_DIR: dataDir,
    };
    const here = script.replaceAll('localhost:8883', `localhost:${mqttsPort}`);
    const ended = run('bash', ['-u', '-c', `${asReader}\n${here}`], { cwd: folder, env, maxBuffer: 1e8 });
    return ended.then(
      ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
      (error) => ({ status: error.code, stdout: error.stdout, stderr: error.stderr }),
    );
  }

  fullTest('every command does what the guide says, from the export to the status of the fleet', async () => {
    const made = await temporaryFolder();
    const fleet = await makeFleet({ registries: 10, devices: 1_000, folderId: 'b1gfolder' });
    await writeExport(made, fleet);
    await addOddities(made, fleet);
    const folder = await temporaryFolder();
    symlinkSync(installation().dataDir, join(folder, 'data'));
    for (const block of blocks) {
      // Block by block where they only lead up to the next; line by line where each must succeed by itself.
      const lines =
        block.includes('for registry') || block.includes('export ') ? [block] : block.trim().split('\n');
      for (const line of lines) {
        const { status, stderr } = await shell(folder, made, line);
        // The export is an odd one: what cannot come is told, and the status says so.
        const expected = line.startsWith('npx iotcore migrate yandex ./export') ? 7 : 0;
        expect(status, `${line}\n${stderr}`).toBe(expected);
      }
    }
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    expectAccount(report);
    expect(report.totals.registries).toMatchObject({ read: 10, created: 10 });
    expect(report.totals.devices).toMatchObject({ read: 1_006, created: 1_000, refused: 5, repeated: 1 });

    await connectSome(fleet);
    await eventually('the devices seen', async () => {
      const { stdout } = await shell(
        folder,
        made,
        'iotcore migrate status --folder-id b1gfolder --format json',
      );
      const { registries } = JSON.parse(stdout);
      expect(registries).toHaveLength(10);
      const found = registries.find(({ name }: { name: string }) => name === movedRegistry);
      expect(found).toMatchObject({ devices: 100, seen: 3, not_seen: 97, with_certificate: 75 });
      expect(found).toMatchObject({ with_password: 1, adopted: 1, without_credential: 24 });
      return true;
    });
  });

  /** One to which nothing odd was done. */
  const movedRegistry = 'registry-5';

  /** A device with an RSA certificate, one with ECDSA, and one whose password is adopted: all over TLS. */
  async function connectSome(fleet: Fleet): Promise<void> {
    const { api, overTls } = installation();
    const registryId = fleet.registries.find(({ name }) => name === movedRegistry)?.id ?? '';
    const [rsa, ecdsa, , bare] = fleet.devices.get(registryId) ?? [];
    for (const device of [rsa, ecdsa]) {
      const [certificate] = fleet.certificates.get(device?.id ?? '') ?? [];
      if (!certificate) throw new Error('the device has no certificate');
      await (await connectMqtt({ ...overTls, certificate })).end();
    }
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const networks = ['127.0.0.0/8'];
    await api.must('PUT', `/ext/v1/registries/${registryId}/passwordAdoption`, { endsAt, networks });
    await (await connectMqtt({ ...overTls, username: bare?.id ?? '', password: makePassword() })).end();
  }
});
