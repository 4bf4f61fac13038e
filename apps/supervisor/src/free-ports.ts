import { createServer } from 'node:net';
import { type Settings, StartupError } from '@iotcore/process';

/**
 * Says at once, and of all ports together, what would otherwise come out one by one after the database has been made.
 *
 * @throws StartupError naming each setting whose port is taken
 */
export async function requireFreePorts(settings: Settings): Promise<void> {
  const wanted = [
    ['IOT_API_PORT', settings.apiHost, settings.apiPort],
    ['IOT_MQTTS_PORT', settings.mqttsHost, settings.mqttsPort],
    ['IOT_MQTT_PORT', settings.mqttHost, settings.mqttPort],
    ['IOT_MQTT_ADMIN_PORT', settings.mqttAdminHost, settings.mqttAdminPort],
  ] as const;
  const taken: string[] = [];
  for (const [variable, host, port] of wanted) {
    if (port === undefined || port === 0 || !(await isTaken(host, port))) continue;
    taken.push(`${variable}: port ${port} of ${host} is taken; name another, or stop what uses it`);
  }
  if (taken.length > 0) throw new StartupError(taken.join('\n'));
}

/** Any other trouble with the address is left to the process that will listen there: it explains it better. */
function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen({ host, port }, () => server.close(() => resolve(false)));
  });
}
