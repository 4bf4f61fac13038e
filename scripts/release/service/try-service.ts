/**
 * What docs/production.md and docs/upgrading.md promise of a service, from the tarball alone: it runs by the rules of its unit, on
 * the database of the release before; it survives the loss of power, an upgrade and the loss of its disk. Devices are clients
 * that reconnect by themselves, as those in the field do.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { Client } from 'pg';
import { type Booted, Machine } from './machine.ts';
import { Unit } from './unit.ts';

export interface TryOptions {
  /** Made for it. */
  readonly folder: string;
  readonly tarball: string;
  readonly nodeFolder: string;
  check(isRight: boolean, what: string): void;
}

const previousRelease = join(import.meta.dirname, '../../../tests/lifecycle/previous-release');
const clients: Record<'registryId' | 'pumpId' | 'password' | 'pumpState', string> = JSON.parse(
  readFileSync(join(previousRelease, 'clients.json'), 'utf8'),
);
const { registryId, pumpId, password } = clients;
const stateTopic = `$devices/${pumpId}/state`;
const probePassword = 'Probe-of-the-year-2026';
const commands = '$me/device/commands';

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function install(prefix: string, tarball: string): void {
  const args = ['install', '--prefix', prefix, '--omit=dev', '--no-audit', '--no-fund', '--silent', tarball];
  execFileSync('npm', args, { stdio: 'inherit', timeout: 300_000 });
}

/** The same release under the next number: there is no newer one yet. */
function nextRelease(tarball: string, folder: string): string {
  mkdirSync(folder);
  execFileSync('tar', ['-xzf', tarball, '-C', folder]);
  const path = join(folder, 'package/package.json');
  const manifest: { version: string } = JSON.parse(readFileSync(path, 'utf8'));
  manifest.version = manifest.version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
  writeFileSync(path, JSON.stringify(manifest));
  const options = { cwd: folder, encoding: 'utf8' } as const;
  return join(folder, execFileSync('npm', ['pack', './package', '--silent'], options).trim());
}

export async function tryService({ folder, tarball, nodeFolder, check }: TryOptions): Promise<void> {
  mkdirSync(folder);
  const machine = new Machine(join(folder, 'machine'), nodeFolder);
  const installed = join(machine.place, 'opt');
  install(installed, tarball);
  const release = join(installed, 'node_modules/iotcore');
  const service = new Unit(join(release, 'deploy/systemd/iotcore.service'));
  const backup = new Unit(join(release, 'deploy/systemd/iotcore-backup.service'));
  const names = ['IOT_API_PORT', 'IOT_API_TLS_PORT', 'IOT_MQTTS_PORT', 'IOT_MQTT_ADMIN_PORT'];
  const ports = await freePorts(names.length);
  const settings = [...names.map((name, index) => `${name}=${ports[index]}`), 'IOT_MQTT_PORT='];

  const start = async (): Promise<Booted> => {
    const booted = await machine.run(service, settings);
    await booted.said('READY=1');
    return booted;
  };
  /** What systemd calls a clean stop: the status 0, before TimeoutStopSec is over. */
  const stop = async (booted: Booted): Promise<boolean> => {
    const timeout = setTimeout(() => void booted.cutPower(), Number(service.need('TimeoutStopSec')) * 1000);
    const status = await booted.stop();
    clearTimeout(timeout);
    return status === 0;
  };

  // The database of the release before, in a cluster of the machine's own.
  const database = await machine.run(service, settings, service.command().replace(/ serve$/, ' db'));
  await database.said('READY=1');
  const { databaseUrl }: { databaseUrl: string } = JSON.parse(
    readFileSync(join(machine.state, 'run.json'), 'utf8'),
  );
  const loading = new Client(databaseUrl);
  await loading.connect();
  const dump = readFileSync(join(previousRelease, 'database.sql'), 'utf8');
  await loading.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${dump}`);
  await loading.end();
  check(await stop(database), 'iotcore db as a service, with the database of the release before');

  let running = await start();
  /** The command line of an administrator. */
  const iotcore = (...args: string[]) => running.asRoot('/opt/iotcore/node_modules/.bin/iotcore', ...args);
  const devices: MqttClient[] = [];
  try {
    const isMigrated = /"msg":"[^"]*migrat/i.test(running.log());
    check(isMigrated, 'the service brings the database to its schema, and says to systemd that it is ready');
    const status = readFileSync(`/proc/${running.pid}/status`, 'utf8');
    const says = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1] ?? '';
    check(Number(says('Uid').split('\t')[0]) > 0, 'not as root');
    check(
      /^0+$/.test(says('CapBnd')) && says('NoNewPrivs') === '1',
      'without rights, and without a way to get any',
    );
    check(says('Umask') === service.need('UMask'), `with the umask ${service.need('UMask')}`);
    const files = /^Max open files +(\d+)/m.exec(readFileSync(`/proc/${running.pid}/limits`, 'utf8'))?.[1];
    const most = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
    const wanted = service.need('LimitNOFILE');
    check(files === wanted || files === most, `with ${files} files of the ${wanted} that its unit says`);
    const mounts = readFileSync(`/proc/${running.pid}/mounts`, 'utf8');
    check(
      [' / ', ' /opt/iotcore '].every((at) => mounts.includes(at)) &&
        !/^\S+ (\/|\/opt\/iotcore) \S+ rw/m.test(mounts),
      'on a file system that it cannot write, but for its data folder',
    );

    const secured = { host: 'localhost', port: ports[2] ?? 0, protocol: 'mqtts' as const };
    const connect = (username: string, secret: string) => {
      const ca = readFileSync(join(machine.state, 'ca.crt'));
      const options = { ...secured, ca, username, password: secret, reconnectPeriod: 500 };
      const client = mqtt.connect(options);
      // A refusal to connect while the server is away is what a reconnecting client is for.
      client.on('error', () => undefined);
      devices.push(client);
      return client;
    };
    const connected = async (client: MqttClient) => {
      if (!client.connected) await new Promise((resolve) => client.once('connect', resolve));
    };
    /** What the registry is told of a permanent topic as soon as it asks: what is stored. */
    const stored = async (topic: string): Promise<string> => {
      const registry = connect(registryId, password);
      await connected(registry);
      const message = new Promise<string>((resolve) => {
        registry.once('message', (_topic, payload) => resolve(payload.toString()));
      });
      await registry.subscribeAsync(topic, { qos: 1 });
      const payload = await message;
      await registry.endAsync();
      return payload;
    };
    check((await stored(stateTopic)) === clients.pumpState, 'a message that the release before had stored');

    iotcore('device', 'create', 'probe', '--registry-id', registryId, '--password', probePassword);
    const probeId =
      /^id +(\S+)$/m.exec(iotcore('device', 'get', 'probe', '--registry-id', registryId))?.[1] ?? '';
    const old = connect(pumpId, password);
    const fresh = connect(probeId, probePassword);
    for (const device of [old, fresh]) {
      await connected(device);
      await device.subscribeAsync(commands, { qos: 1 });
    }
    await old.publishAsync(stateTopic, 'before the power went', { qos: 1 });

    /** Both devices are back by themselves, and hear what is sent to them. */
    const areBack = async (): Promise<boolean> => {
      for (const [device, id] of [
        [old, pumpId],
        [fresh, probeId],
      ] as const) {
        await connected(device);
        let heard: string | undefined;
        device.once('message', (_topic, payload) => {
          heard = payload.toString();
        });
        // Until it has subscribed again, nobody hears what is sent.
        while (heard === undefined) {
          iotcore('device', 'send-command', id, '-m', 'are you there');
          await sleep(500);
        }
        if (heard !== 'are you there') return false;
      }
      return true;
    };
    check(await areBack(), 'devices of both releases connect, and get commands');
    await running.said('WATCHDOG=1');
    check(true, 'it says to systemd that it is not stuck');

    const areGone = Promise.all(
      [old, fresh].map((device) => new Promise<void>((resolve) => device.once('close', resolve))),
    );
    await running.cutPower();
    await areGone;
    const left = [
      'run.json',
      ...readdirSync(join(machine.state, 'postgres')).filter((name) => name.endsWith('.pid')),
    ];
    check(
      left.length > 1 && left.every((name) => existsSync(join(machine.state, name)) || name.endsWith('.pid')),
      `the power is cut: nothing could be tidied up (${left.join(', ')})`,
    );
    running = await start();
    check(await areBack(), 'after the reboot the devices are back by themselves');
    check((await stored(stateTopic)) === 'before the power went', 'what was acknowledged before is there');
    const isThere = () => iotcore('device', 'list', '--registry-id', registryId).includes('probe');
    check(isThere(), 'and so is what the command line had made');

    const newer = nextRelease(tarball, join(folder, 'newer'));
    const before = iotcore('--version').trim();
    install(installed, newer);
    check(await areBack(), 'while a newer release is installed, devices are served');
    check(await stop(running), `stopped as systemd does, within ${service.need('TimeoutStopSec')} s`);
    running = await start();
    const after = iotcore('--version').trim();
    check(
      after !== before && (await areBack()),
      `an upgrade from ${before} to ${after}: the devices are back`,
    );
    check((await stored(stateTopic)) === 'before the power went', 'with what was stored');
    const metrics = await (await fetch(`http://127.0.0.1:${ports[3]}/metrics`)).text();
    check(
      /iotcore_build_info{.*}/.exec(metrics)?.[0].includes(`"${after}"`) === true,
      'served by the newer one',
    );

    await old.publishAsync(stateTopic, 'before the disk broke', { qos: 1 });
    running.runBeside(backup);
    const [archive = ''] = readdirSync(join(machine.place, 'backups'));
    check(archive.endsWith('.ndjson.gz'), `the nightly backup, by its unit: ${archive}`);
    await stop(running);
    machine.loseDisk();
    const restore = service.command().replace(/ serve$/, ` restore /var/backups/iotcore/${archive}`);
    const restoring = await machine.run(service, settings, restore);
    check((await restoring.ended()) === 0, `the disk is lost; ${/restored .*/.exec(restoring.log())?.[0]}`);
    running = await start();
    check(await areBack(), 'the devices are back, with the same passwords and the same authority');
    check((await stored(stateTopic)) === 'before the disk broke' && isThere(), 'and everything is there');
    const faults = running
      .log()
      .split('\n')
      .filter((line) => /"level":"(error|fatal)"/.test(line));
    check(faults.length === 0, ['no error in its log', ...faults].join('\n'));
  } finally {
    await Promise.all(devices.map((device) => device.endAsync(true)));
    await stop(running);
  }
}
