import {
  AccessTokens,
  Authenticator,
  BrowserSessions,
  type CallerDirectory,
  type DataStreams,
  type InstallationKeys,
  importQueue,
  MessagePublisher,
  type OperationNeeds,
  oldServiceAudience,
  SecretsKeeper,
  TokenAudiences,
  Watcher,
} from '@iotcore/control';
import { BoundedQueue, createPasswordHasher } from '@iotcore/credentials';
import { type Clock, type Settings, version } from '@iotcore/process';
import type { ControlStore } from '@iotcore/store/control';
import { createExportTargets } from './exports/export-targets.ts';

/** Makes what the operations work with. `ownNames`: the names and addresses of this server. */
export function createOperationNeeds(
  store: ControlStore,
  directory: CallerDirectory,
  keys: InstallationKeys,
  settings: Settings,
  ownNames: () => readonly string[],
  clock: Clock,
  databaseUrl: string,
  dataStreams: DataStreams,
): OperationNeeds {
  const tokens = new AccessTokens(keys, clock.date);
  return {
    clock,
    version,
    store,
    directory,
    tokens,
    hasher: createPasswordHasher({ memoryKib: settings.passwordHashKib }),
    authenticator: new Authenticator(
      tokens,
      directory,
      new BrowserSessions(store, directory, clock.date),
      clock.date,
    ),
    publisher: new MessagePublisher(store.read.dataPlaneNodes, tokens),
    watcher: new Watcher(store.read.dataPlaneNodes, tokens),
    exportTargets: createExportTargets(settings, databaseUrl, clock),
    exportSecrets: new SecretsKeeper(() => keys.latest),
    exportStoreBytes: settings.exportStoreBytes,
    dataStreams,
    imports: new BoundedQueue(importQueue),
    tokenAudiences: new TokenAudiences({
      exact: [oldServiceAudience, ...(settings.iamAudience ? [settings.iamAudience] : [])],
      ownNames,
    }),
    quotas: {
      registries: settings.quotaRegistriesPerFolder,
      devices: settings.quotaDevicesPerFolder,
      brokers: settings.quotaBrokersPerFolder,
    },
  };
}
