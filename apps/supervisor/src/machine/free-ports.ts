import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { portTaken, type Settings, StartupError } from '@iotcore/process';

const retryMs = 100;

/**
 * Says at once, and of all ports together, what would otherwise come out one by one after the database has been made.
 *
 * @param mqttAdminPorts of each MQTT process its own
 * @param patienceMs how long to wait for ports that are about to become free
 * @throws StartupError naming each setting whose port is taken, by others or by another setting
 */
export async function requireFreePorts(
  settings: Settings,
  mqttAdminPorts: readonly number[],
  patienceMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const taken = await takenPorts(settings, mqttAdminPorts);
    if (taken.length === 0) return;
    if (performance.now() >= deadline) throw new StartupError(taken.join('\n'));
    await sleep(retryMs, undefined, { signal });
  }
}

async function takenPorts(settings: Settings, mqttAdminPorts: readonly number[]): Promise<string[]> {
  const wanted = [
    ['IOT_API_PORT', settings.apiHost, settings.apiPort],
    ['IOT_API_TLS_PORT', settings.apiTlsHost, settings.apiTlsPort],
    ['IOT_API_GRPC_PORT', settings.apiHost, settings.apiGrpcPort],
    ['IOT_API_METRICS_PORT', settings.apiMetricsHost, settings.apiMetricsPort],
    ['IOT_EXPORT_METRICS_PORT', settings.exportMetricsHost, settings.exportMetricsPort],
    ['IOT_MQTTS_PORT', settings.mqttsHost, settings.mqttsPort],
    ['IOT_MQTT_PORT', settings.mqttHost, settings.mqttPort],
    ...mqttAdminPorts.map((port) => ['IOT_MQTT_ADMIN_PORT', settings.mqttAdminHost, port] as const),
  ] as const;
  const held: Server[] = [];
  const taken: string[] = [];
  for (const [variable, host, port] of wanted) {
    if (port === undefined || port === 0) continue;
    const server = createServer();
    if (await isTaken(server, host, port)) {
      taken.push(portTaken({ host, port, variables: { host: variable, port: variable } }));
    } else if (server.listening) held.push(server);
  }
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return taken;
}

/** Any other trouble with the address is left to the process that will listen there: it explains it better. */
function isTaken(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen({ host, port }, () => resolve(false));
  });
}
