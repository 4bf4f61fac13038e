/** An installation with an MQTT server and an export process, a registry and its devices, and what each process costs. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort, withMemorySettings } from '@iotcore/process';
import type { EmbeddedPostgres } from '@iotcore/store/embedded';
import { connectAsync, type MqttClient } from 'mqtt';
import { startServer } from '../api/server.ts';
import { cpuMs, startListening } from '../process.ts';

const password = 'Benchmark-2026';
/** Where the receivers of the bench are. */
const reachable = { IOT_EXPORT_ALLOWED_NETWORKS: '127.0.0.0/8' };

/** What the bench reads of answers. */
interface Answer {
  readonly response: { readonly id: string };
  readonly state: {
    readonly head: string;
    readonly lagMessages: string;
    readonly discarded: string;
    readonly deadLetters: string;
  };
}

export interface Publisher {
  readonly id: string;
  readonly client: MqttClient;
}

export async function startInstallation(postgres: EmbeddedPostgres, folder: string, devices: number) {
  const server = await startServer(postgres, folder, 'exports', { env: reachable });
  const [mqttPort, exportPort] = [await findFreePort(), await findFreePort()];
  const url = new URL(postgres.url);
  url.pathname = 'exports';
  const env = withMemorySettings({
    ...process.env,
    DATABASE_URL: url.href,
    IOT_DATA_DIR: server.dataDir,
    IOT_MQTT_PORT: String(mqttPort),
    IOT_MQTTS_PORT: '',
    IOT_MQTT_ADMIN_PORT: '',
    IOT_EXPORT_METRICS_PORT: String(exportPort),
    ...reachable,
    IOT_LOG_LEVEL: 'warn',
  });
  const program = (name: string) => new URL(`../../apps/${name}/src/main.ts`, import.meta.url).pathname;
  const mqtt = await startListening(process.execPath, [program('mqtt')], [mqttPort], env);
  const sender = await startListening(process.execPath, [program('export')], [exportPort], env);
  const call = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => {
    const answer = await fetch(`${server.origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const json = (await answer.json()) as Answer;
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
    return json;
  };
  const registry = await call('POST', '/iot-devices/v1/registries', { folderId: 'bench' });
  const registryId: string = registry.response.id;
  const publishers: Publisher[] = [];
  for (let n = 0; n < devices; n += 1) {
    const { response } = await call('POST', '/iot-devices/v1/devices', {
      registryId,
      name: `device-${n}`,
      password,
    });
    const options = { username: response.id, password, clientId: response.id, reconnectPeriod: 0 };
    publishers.push({ id: response.id, client: await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, options) });
  }
  /** A client of the registry, which hears all of its devices. */
  const connectRegistry = async () => {
    await call('POST', `/iot-devices/v1/registries/${registryId}/passwords`, { password });
    const options = { username: registryId, password, clientId: 'hears', reconnectPeriod: 0 };
    return connectAsync(`mqtt://127.0.0.1:${mqttPort}`, options);
  };
  return {
    ...{ call, registryId, publishers, connectRegistry },
    /** Memory of each process that is ours, in MiB; of all of Postgres together what they do not share. */
    memory: () => ({
      api: memoryMiB(server.pid, 'VmRSS'),
      mqtt: memoryMiB(mqtt.pid, 'VmRSS'),
      export: memoryMiB(sender.pid, 'VmRSS'),
      postgres: postgresPids(join(folder, 'postgres')).reduce(
        (sum, pid) => sum + memoryMiB(pid, 'RssAnon'),
        0,
      ),
    }),
    /** Processor time so far, in ms. */
    cpu: () => ({
      mqtt: cpuMs(mqtt.pid),
      export: cpuMs(sender.pid),
      postgres: postgresCpuMs(join(folder, 'postgres')),
    }),
    async stop() {
      for (const { client } of publishers) client.end(true);
      await Promise.all([mqtt.stop(), sender.stop()]);
      await server.stop();
    },
  };
}

/** 0 of a process that has ended meanwhile. */
function memoryMiB(pid: number, field: 'VmRSS' | 'RssAnon'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

export type Installation = Awaited<ReturnType<typeof startInstallation>>;

/** Of the postmaster and its children, those that have ended included. */
function postgresCpuMs(cluster: string): number {
  const ended = 15;
  const pids = postgresPids(cluster);
  const fields = statOf(pids[0] ?? 0);
  const ofEnded = (Number(fields[ended - 2]) + Number(fields[ended - 1])) * 10;
  return pids.reduce((sum, pid) => sum + (cpuMs(pid) || 0), ofEnded);
}

/** The postmaster, and its children. */
function postgresPids(cluster: string): number[] {
  const postmaster = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0] ?? '';
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && statOf(name)[1] === postmaster,
  );
  return [postmaster, ...children].map(Number);
}

/** The fields after the name; none of a process that has ended meanwhile. */
function statOf(pid: string | number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  } catch {
    return [];
  }
}

/** Publishes so many messages, by all publishers in turn, as fast as their sockets take them. */
export async function publish(
  publishers: readonly Publisher[],
  count: number,
  { qos, subtopic, payload }: { readonly qos: 0 | 1; readonly subtopic: string; readonly payload: Buffer },
): Promise<void> {
  const each = Math.ceil(count / publishers.length);
  await Promise.all(
    publishers.map(async ({ id, client }) => {
      const topic = `$devices/${id}/events/${subtopic}`;
      for (let n = 0; n < each; n += 1) {
        if (qos === 1) await client.publishAsync(topic, payload, { qos });
        else {
          client.publish(topic, payload, { qos });
          if (client.stream.writableNeedDrain) await once(client.stream, 'drain');
        }
      }
      // What came before it has been dealt with.
      await client.publishAsync(`$devices/${id}/events/end`, '', { qos: 1 });
    }),
  );
}
