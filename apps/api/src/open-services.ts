import {
  AccessTokens,
  Authenticator,
  type CallerDirectory,
  DataPlane,
  type InstallationKeys,
  importQueue,
  oldServiceAudience,
  PageTokens,
  type Services,
  TokenAudiences,
} from '@iotcore/control';
import { BoundedQueue, createPasswordHasher } from '@iotcore/credentials';
import type { Settings } from '@iotcore/process';
import type { ControlStore } from '@iotcore/store/control';

/** Makes what the operations work with. `ownNames`: the names and addresses of this server. */
export function openServices(
  store: ControlStore,
  directory: CallerDirectory,
  keys: InstallationKeys,
  settings: Settings,
  ownNames: () => readonly string[],
): Services {
  const tokens = new AccessTokens(keys);
  return {
    store,
    directory,
    tokens,
    hasher: createPasswordHasher(),
    authenticator: new Authenticator(tokens, directory),
    pageTokens: new PageTokens(() => keys.latest.secretFor('page tokens')),
    dataPlane: new DataPlane(store.read.dataPlaneNodes, tokens),
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
