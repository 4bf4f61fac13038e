/** Where this installation itself listens: what it must not be made to connect to. */
import { networkInterfaces } from 'node:os';
import type { Settings } from './settings/table.ts';

/** The addresses of this machine. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
}

/** The ports of the processes of this installation and of its database, as far as the settings say them. */
export function ownPorts(settings: Settings, databaseUrl: string): ReadonlySet<number> {
  const { apiPort, apiTlsPort, apiGrpcPort, apiMetricsPort, exportMetricsPort } = settings;
  const { mqttsPort, mqttPort, mqttAdminPort } = settings;
  const databasePort = Number(new URL(databaseUrl).port || 5432);
  const ports = [
    ...[apiPort, apiTlsPort, apiGrpcPort, apiMetricsPort, exportMetricsPort],
    ...[mqttsPort, mqttPort, mqttAdminPort, databasePort],
  ];
  return new Set(ports.filter((port): port is number => port !== undefined && port !== 0));
}
