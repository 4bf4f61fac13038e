import { BoundedQueue, createPasswordHasher } from '@iotcore/credentials';
import type { Settings } from '@iotcore/process';
import type { PrismaClient } from '@iotcore/store';
import { AccessTokens } from './auth/access-tokens.ts';
import { oldServiceAudience } from './auth/account-jwt.ts';
import { Authenticator } from './auth/authenticator.ts';
import type { CallerDirectory } from './auth/caller-directory.ts';
import { openInstallationKeys } from './auth/installation-keys.ts';
import { importQueue } from './limits.ts';
import { DataPlane } from './publish/data-plane.ts';
import { PageTokens } from './routing/page-tokens.ts';
import type { Services } from './services.ts';

/** Makes what the routes work with; reads the installation's keys from the database. */
export async function openServices(
  prisma: PrismaClient,
  directory: CallerDirectory,
  settings: Settings,
): Promise<Services> {
  const keys = await openInstallationKeys(prisma);
  const tokens = new AccessTokens(keys);
  return {
    prisma,
    directory,
    tokens,
    hasher: createPasswordHasher(),
    authenticator: new Authenticator(tokens, directory),
    pageTokens: new PageTokens(keys.secretFor('page tokens')),
    dataPlane: new DataPlane(prisma, tokens),
    imports: new BoundedQueue(importQueue),
    tokenAudiences: [oldServiceAudience, ...(settings.iamAudience ? [settings.iamAudience] : [])],
    quotas: {
      registries: settings.quotaRegistriesPerFolder,
      devices: settings.quotaDevicesPerFolder,
      brokers: settings.quotaBrokersPerFolder,
    },
  };
}
