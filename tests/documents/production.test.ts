/**
 * docs/production.md: every command is run, in order, in both languages. What would change the machine is shown what it was given
 * and checks it; what lies in folders of the machine lies below a folder of the test. `npm run release:try` tries the rest.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readSettings, settingsTable } from '@iotcore/process';
import { migrate, openDatabase } from '@iotcore/store';
import {
  fullTest,
  makeCertificate,
  repositoryRoot,
  sharedInstallation,
  startPostgres,
} from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bin } from '../cli/support/iotcore.ts';

const run = promisify(execFile);
const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

const blocksOf = (path: string) =>
  [...read(path).matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
const blocks = blocksOf('docs/production.md');

test('both languages have the same commands', () => {
  expect(blocks.length).toBeGreaterThan(7);
  expect(blocksOf('docs/production.ru.md')).toEqual(blocks);
});

/** The programs of the machine: what they are asked for must be there, and of this machine nothing is changed. */
const machine = `
set -eu
say() { echo "$@" >> "$ROOT/said"; }
curl() { say curl "$@"; }
bash() { :; }
apt-get() { say apt-get "$@"; }
adduser() { say adduser "$@"; }
certbot() { say certbot "$@"; }
# Postgres gets what it would read; what is run as the user of the service is run here.
runuser() {
  say runuser "$@"
  case $4 in psql) cat > "$ROOT/create-role.sql";; *) shift 3; "$@";; esac
}
npm() { [ "$1" = install ] && say npm "$@"; }
systemctl() {
  say systemctl "$@"
  for unit in "$@"; do case $unit in iotcore*.*) test -f "$ROOT/etc/systemd/system/$unit";; esac; done
}
# Without the owners, whom this machine does not have.
install() {
  set -- "$@" end
  while [ "$1" != end ]; do
    case $1 in -o|-g) shift;; *) set -- "$@" "$1";; esac
    shift
  done
  shift
  command install "$@"
}
iotcore() { IOTCORE_DATA_DIR=$DATA_DIR "$NODE" "$CLI" "$@"; }
`;

describe('the commands', () => {
  const installation = sharedInstallation({ programs: ['supervisor'] });

  fullTest('every command is run, and leaves what a server needs', async () => {
    const root = mkdtempSync('/tmp/iotcore-production-');
    onTestFinished(() => rmSync(root, { recursive: true }));
    for (const folder of [
      'opt/iotcore/node_modules',
      'usr/local/bin',
      'etc/systemd/system',
      'etc/prometheus',
      'var/backups',
    ])
      mkdirSync(join(root, folder), { recursive: true });
    // What the release has of this repository.
    symlinkSync(repositoryRoot, join(root, 'opt/iotcore/node_modules/iotcore'));
    const lineage = join(root, 'etc/letsencrypt/live/iot.example.com');
    mkdirSync(lineage, { recursive: true });
    mkdirSync(join(root, 'etc/letsencrypt/renewal-hooks/deploy'), { recursive: true });
    const { certPem, keyPem } = await makeCertificate({ commonName: 'iot.example.com' });
    writeFileSync(join(lineage, 'fullchain.pem'), certPem);
    writeFileSync(join(lineage, 'privkey.pem'), keyPem);

    const below = (text: string) => text.replaceAll(/(?<![\w.])\/(etc|opt|var|usr\/local)\//g, `${root}/$1/`);
    const env = {
      PATH: process.env['PATH'],
      HOME: root,
      ROOT: root,
      NODE: process.execPath,
      CLI: bin,
      DATA_DIR: installation().dataDir,
      TLS_FOLDER: join(root, 'etc/iotcore/tls'),
      TLS_GROUP: String(userInfo().gid),
    };
    // The settings name places of the machine.
    const script = below(blocks.join('\n'))
      .replace(
        'runuser -u iotcore -- iotcore config check',
        (check) => `sed -i 's#=/etc/#=${root}/etc/#' ${root}/etc/iotcore/iotcore.env\n${check}`,
      )
      .replace(/^export IOT_DATA_DIR=.*$/m, '');
    const { stdout } = await run('bash', ['-c', `${machine}\n${script}`], { env, cwd: root });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^MQTT server +serves, \d+ sessions/m);
    expect(stdout).toMatch(/^name +greenhouse$/m);

    const file = (path: string) => join(root, path);
    const modeOf = (path: string) => (statSync(file(path)).mode & 0o777).toString(8);
    for (const path of ['etc/iotcore/iotcore.env', 'etc/iotcore/database.url', 'etc/iotcore/tls/privkey.pem'])
      expect([path, modeOf(path)]).toEqual([path, '640']);
    expect([modeOf('etc/iotcore'), modeOf('etc/iotcore/tls'), modeOf('var/backups/iotcore')]).toEqual([
      '750',
      '750',
      '700',
    ]);
    expect(readFileSync(file('etc/iotcore/tls/fullchain.pem'), 'utf8')).toBe(certPem);
    const settings = readSettings({ IOT_CONFIG_FILE: file('etc/iotcore/iotcore.env') });
    expect(settings.mqttPort).toBeUndefined();
    expect(settings.sample).toBe(false);
    const said = readFileSync(file('said'), 'utf8');
    expect(said).toMatch(/^runuser -u iotcore -- iotcore config check /m);
    expect(said).toMatch(/^systemctl enable --now iotcore\.service iotcore-backup\.timer$/m);

    // The role and the database are those of the URL: Postgres makes them, and the schema can be made there.
    const url = new URL(settings.databaseUrl?.reveal() ?? '');
    const postgres = await startPostgres();
    const database = openDatabase(postgres.url('postgres'), { logger: quiet });
    onTestFinished(() => database.close());
    const password = `'${decodeURIComponent(url.password)}'`;
    const statements = readFileSync(file('create-role.sql'), 'utf8').replaceAll(":'password'", password);
    for (const statement of statements.replaceAll(/^--.*$/gm, '').split(';'))
      if (statement.trim() !== '') await database.pool.query(statement);
    url.port = new URL(postgres.url('postgres')).port;
    await migrate(url.href, quiet);
  });
});

test('the firewall lets in what is served inside TLS, and nothing that is not', () => {
  const ports = /tcp dport \{ ([\d, ]+) \}/
    .exec(read('deploy/nftables/iotcore.nft'))?.[1]
    ?.split(', ')
    .map(Number);
  const served = [settingsTable.apiTlsPort, settingsTable.mqttsPort].map((setting) =>
    Number(setting.default),
  );
  expect(ports).toEqual([22, 80, ...served]);
});
