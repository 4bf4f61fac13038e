/** Where this installation itself listens: what it must not be made to connect to. */
import { availableParallelism, networkInterfaces } from 'node:os';
import type { Settings } from './settings/table.ts';

/** The addresses of this machine. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
}

/** The ports of the processes of this installation, of its database and its NATS, as far as the settings say them. */
export function ownPorts(settings: Settings, databaseUrl: string): ReadonlySet<number> {
  const { apiPort, apiTlsPort, apiGrpcPort, apiMetricsPort, exportMetricsPort, natsServers = [] } = settings;
  const { mqttsPort, mqttPort, wsPort, wssPort, mqttAdminPort, mqttProcesses } = settings;
  // Of several MQTT processes each has the next one.
  const processes = mqttProcesses === 'auto' ? availableParallelism() : mqttProcesses;
  const adminPorts =
    mqttAdminPort === 0 ? [] : Array.from({ length: processes }, (_, n) => mqttAdminPort + n);
  const databasePort = Number(new URL(databaseUrl).port || 5432);
  const natsPorts = natsServers.map((server) => Number(new URL(server).port || 4222));
  const ports = [
    ...[apiPort, apiTlsPort, apiGrpcPort, apiMetricsPort, exportMetricsPort],
    ...[mqttsPort, mqttPort, wsPort, wssPort, ...adminPorts, databasePort, ...natsPorts],
  ];
  return new Set(ports.filter((port): port is number => port !== undefined && port !== 0));
}
