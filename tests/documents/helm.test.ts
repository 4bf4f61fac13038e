/** deploy/helm: Helm is not on every machine. Its templates keep to what is rendered here, and what comes out is looked at. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readSettings, version } from '@iotcore/process';
import { repositoryRoot } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';

const chart = join(repositoryRoot, 'deploy/helm/iotcore');
const read = (path: string) => readFileSync(join(chart, path), 'utf8');
// biome-ignore lint/suspicious/noExplicitAny: manifests of Kubernetes have no types here, and are checked by what they hold
type Manifest = any;

/** The value of `.Values.mqtt.replicas`, or of `.` inside of `with`. */
function look(path: string, scope: object, here?: unknown): unknown {
  if (path === '.') return here;
  return path
    .slice(1)
    .split('.')
    .reduce<Manifest>((value, name) => value?.[name], scope);
}

const isSet = (value: unknown) =>
  typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : Boolean(value);

/** Of Helm's language: values, `quote`, `toJson`, `toYaml … | nindent`, `if`, `else`, `with`, `{{-`, a checksum. Anything else throws. */
function render(template: string, scope: object): string {
  const text = template.replaceAll(/\s*\{\{- /g, '{{ ');
  const kept: boolean[] = [];
  const here: unknown[] = [];
  let out = '';
  for (const [, plain = '', action] of text.matchAll(/([\s\S]*?)(?:\{\{ (.*?) \}\}|$)/g)) {
    const isShown = kept.every(Boolean);
    if (isShown) out += plain;
    if (action === undefined || action === '') continue;
    const [word = '', path = ''] = action.split(' ');
    if (word === 'if' || word === 'with') {
      kept.push(isSet(look(path, scope, here.at(-1))));
      here.push(look(path, scope));
    } else if (word === 'else') kept.push(!kept.pop());
    else if (word === 'end') {
      kept.pop();
      here.pop();
    } else if (isShown) out += value(action, scope, here.at(-1));
  }
  return out;
}

function value(action: string, scope: object, here: unknown): string {
  const [, included] = /^include \(print \.Template\.BasePath "(.*?)"\) \. \| sha256sum$/.exec(action) ?? [];
  if (included !== undefined) {
    const text = render(read(`templates${included}`), scope);
    return createHash('sha256').update(text).digest('hex');
  }
  const [, call, path = '', filter] =
    /^(?:(toJson|toYaml) )?(\.\S*)(?: \| (quote|nindent \d+))?$/.exec(action) ?? [];
  if (path === '') throw new Error(`the test does not know ${action}`);
  const found = look(path, scope, here);
  if (found === undefined) throw new Error(`there is no ${path}`);
  if (call === 'toJson') return JSON.stringify(found);
  const text = call === 'toYaml' ? stringify(found).trimEnd() : String(found);
  if (filter === 'quote') return JSON.stringify(text);
  const indent = filter?.split(' ')[1];
  return indent === undefined ? text : `\n${text.replaceAll(/^/gm, ' '.repeat(Number(indent)))}`;
}

const scopeOf = (changed: object = {}) => ({
  Release: { Name: 'iot', Namespace: 'plant' },
  Chart: { AppVersion: version },
  Values: { ...parse(read('values.yaml')), ...changed },
});

function manifests(changed?: object): Manifest[] {
  const scope = scopeOf(changed);
  return globSync('templates/*.yaml', { cwd: chart }).flatMap((path) =>
    parseAllDocuments(render(read(path), scope))
      .map((document) => {
        expect(document.errors, basename(path)).toEqual([]);
        return document.toJS();
      })
      .filter((manifest) => manifest !== null),
  );
}
const ofKind = (kind: string, changed?: object) => manifests(changed).filter((one) => one.kind === kind);
const podOf = (workload: Manifest) => workload.spec.template.spec;
const workloads = [...ofKind('Deployment'), ...ofKind('Job')];

test('the chart is of this version', () => {
  const { appVersion, version: chartVersion } = parse(read('Chart.yaml'));
  expect([appVersion, chartVersion]).toEqual([version, version]);
  expect(parse(read('values.yaml')).image).toBe(`iotcore:${version}`);
});

test('there are three deployments and a migration before an upgrade', () => {
  expect(workloads.map(({ metadata }) => metadata.name).sort()).toEqual([
    'iot-api',
    'iot-export',
    'iot-migration',
    'iot-mqtt',
  ]);
  expect(ofKind('Job')[0].metadata.annotations['helm.sh/hook']).toBe('pre-upgrade');
});

describe.each(workloads.map((workload) => [workload.metadata.name, workload] as const))(
  '%s',
  (_, workload) => {
    const pod = podOf(workload);
    const [container] = pod.containers;

    test('runs a program that there is, as nobody special, on a read-only root', () => {
      expect(existsSync(join(repositoryRoot, container.command.at(-1)))).toBe(true);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
      expect(container.securityContext).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      });
    });

    test('mounts what it has, and secrets by their names alone', () => {
      const volumes = pod.volumes.map(({ name }: Manifest) => name);
      expect(container.volumeMounts.map(({ name }: Manifest) => name)).toEqual(volumes);
      const secrets = pod.volumes.flatMap(({ secret }: Manifest) => secret?.secretName ?? []);
      expect(secrets).toEqual(['iotcore-database', 'iotcore-tls', 'iotcore-files']);
      // Who has no such files makes no such secret.
      expect(pod.volumes.find(({ name }: Manifest) => name === 'files').secret.optional).toBe(true);
    });

    test('has the settings of the operator after those of the chart, so that they count', () => {
      expect(container.envFrom.map(({ configMapRef }: Manifest) => configMapRef)).toEqual([
        { name: 'iot-settings' },
        // The migration before an upgrade sees what the release before it has left.
        { name: 'iot-own-settings', optional: true },
      ]);
    });

    test('is asked for its health at a port that it has', () => {
      if (workload.kind === 'Job') return;
      const ports = container.ports.map(({ name }: Manifest) => name);
      expect(ports).toContain(container.readinessProbe.httpGet.port);
      expect(container.livenessProbe.httpGet.path).toBe('/livez');
    });
  },
);

test('the settings are taken by a process, and the ports are those of the pods', () => {
  const settings = { IOT_LOG_LEVEL: 'warn', IOT_SAMPLE: 'on' };
  const [ofChart, ofOperator] = ofKind('ConfigMap', { settings });
  const { DATABASE_URL_FILE: file, ...data } = { ...ofChart.data, ...ofOperator.data };
  expect(file).toBe('/secrets/database/url');
  const read = readSettings(data);
  expect([read.logLevel, read.sample]).toEqual(['warn', true]);
  expect(read.mqttPort).toBeUndefined();
  const ports = Object.fromEntries(
    ofKind('Deployment').flatMap((one) =>
      podOf(one).containers[0].ports.map(({ name, containerPort }: Manifest) => [
        `${one.metadata.name} ${name}`,
        containerPort,
      ]),
    ),
  );
  expect(ports).toEqual({
    'iot-api http': read.apiPort,
    'iot-api https': read.apiTlsPort,
    'iot-api metrics': read.apiMetricsPort,
    'iot-mqtt mqtts': read.mqttsPort,
    'iot-mqtt admin': read.mqttAdminPort,
    'iot-export metrics': read.exportMetricsPort,
  });
});

test('services find their pods, and Prometheus all of them', () => {
  for (const { spec, metadata } of ofKind('Service')) {
    const found = ofKind('Deployment').find((one) => one.metadata.name === metadata.name);
    expect(found.spec.template.metadata.labels).toEqual(spec.selector);
    const ports = podOf(found).containers[0].ports.map(({ name }: Manifest) => name);
    expect(ports).toEqual(expect.arrayContaining(spec.ports.map(({ targetPort }: Manifest) => targetPort)));
  }
  const [monitor] = ofKind('PodMonitor');
  const asked = monitor.spec.podMetricsEndpoints.map(({ port }: Manifest) => port);
  for (const one of ofKind('Deployment')) {
    expect(one.spec.template.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
    const ports = podOf(one).containers[0].ports.map(({ name }: Manifest) => name);
    expect(ports.some((port: string) => asked.includes(port))).toBe(true);
  }
  expect(ofKind('PodMonitor', { podMonitor: false })).toEqual([]);
});

test('one MQTT node alone ends before the next begins; those of a cluster go one after the other', () => {
  const strategyOf = (changed?: object) =>
    ofKind('Deployment', changed).find(({ metadata }) => metadata.name === 'iot-mqtt').spec.strategy.type;
  expect(strategyOf()).toBe('Recreate');
  expect(strategyOf({ nats: { servers: 'tls://nats.example:4222' } })).toBe('RollingUpdate');
});

test('another setting restarts the pods, and another number of them does not', () => {
  const checksums = (changed?: object) =>
    ofKind('Deployment', changed).map(
      ({ spec }) => spec.template.metadata.annotations['checksum/settings'] as string,
    );
  const { mqtt } = parse(read('values.yaml'));
  expect(checksums({ mqtt: { ...mqtt, replicas: 3 } })).toEqual(checksums());
  const changed = checksums({ settings: { IOT_LOG_LEVEL: 'warn' } });
  expect(changed.filter((checksum) => checksums().includes(checksum))).toEqual([]);
});

test('the server sees the addresses of devices, and a port of the service may be added', () => {
  const serviceOf = (changed?: object) =>
    ofKind('Service', changed).find(({ metadata }) => metadata.name === 'iot-mqtt');
  expect(serviceOf().spec).toMatchObject({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
  const { mqtt } = parse(read('values.yaml'));
  const ports = [...mqtt.service.spec.ports, { name: 'wss', port: 8084, targetPort: 8084 }];
  const annotations = { 'example.com/proxy-protocol': 'v2' };
  const changed = serviceOf({
    mqtt: { ...mqtt, service: { annotations, spec: { ...mqtt.service.spec, ports } } },
  });
  expect(changed.spec.ports).toEqual(ports);
  expect(changed.metadata.annotations).toEqual(annotations);
});

test('machines are emptied one pod of a kind after the other', () => {
  for (const { spec, metadata } of ofKind('PodDisruptionBudget')) {
    expect(spec.maxUnavailable).toBe(1);
    const pods = ofKind('Deployment').find((one) => one.metadata.name === metadata.name);
    expect(pods.spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
  }
  expect(ofKind('PodDisruptionBudget')).toHaveLength(2);
});

test('what is said after an install names what there is', () => {
  const said = render(read('templates/NOTES.txt'), scopeOf());
  const named = ['Deployment', 'Service'].flatMap((kind) =>
    ofKind(kind).map(({ metadata }) => metadata.name),
  );
  const commands = said.match(/kubectl .*/g) ?? [];
  expect(commands).toHaveLength(3);
  for (const command of commands) {
    expect(command).toContain('-n plant ');
    expect(named).toContain(/(?:deploy\/|svc[ /])(\S+)/.exec(command)?.[1]);
  }
});
