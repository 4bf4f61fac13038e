/** The look-ups of the data plane, each gathering what is asked for at the same time into one query. */
import type { DeviceFacts } from '@iotcore/model';
import { type Database, DatabaseUnavailableError } from '@iotcore/store';
import {
  type CertificateIdentity,
  findAliasOwners,
  findCertificateIdentities,
  findDevices,
  findIdentities,
  findPasswordAdoptions,
  type PasswordAdoption,
  type PasswordIdentity,
} from '@iotcore/store/data-plane';
import { BatchLoader } from './caching/batch-loader.ts';
import { patiently } from './caching/patient-load.ts';
import type { FindAliasOwners } from './directory/device-finder.ts';

/** All reject with what `isDatabaseAway` recognises while the database is away. */
export interface Lookups {
  identity(id: string): Promise<PasswordIdentity | undefined>;
  identities(ids: readonly string[]): Promise<ReadonlyMap<string, PasswordIdentity>>;
  certificate(sha256: string): Promise<CertificateIdentity | undefined>;
  certificates(sha256s: readonly string[]): Promise<ReadonlyMap<string, CertificateIdentity>>;
  /** By `registry:…` or `broker:…`. */
  passwordAdoption(adopter: string): Promise<PasswordAdoption | undefined>;
  /** For sessions that are open: a short outage is waited for. */
  device(id: string): Promise<DeviceFacts | undefined>;
  aliasOwners: FindAliasOwners;
}

export function createLookups({ pool }: Database): Lookups {
  const identities = async (ids: readonly string[]) =>
    new Map((await findIdentities(pool, ids)).map((found) => [found.principal.id, found]));
  const certificates = async (sha256s: readonly string[]) =>
    new Map((await findCertificateIdentities(pool, sha256s)).map((found) => [found.sha256, found]));
  const devices = async (ids: readonly string[]) =>
    new Map((await findDevices(pool, ids)).map((found) => [found.id, found]));

  const identityLoader = new BatchLoader(identities);
  const certificateLoader = new BatchLoader(certificates);
  const adoptionLoader = new BatchLoader((adopters: readonly string[]) =>
    findPasswordAdoptions(pool, adopters),
  );
  const deviceLoader = new BatchLoader(devices);
  return {
    identities,
    certificates,
    identity: (id) => identityLoader.load(id),
    certificate: (sha256) => certificateLoader.load(sha256),
    passwordAdoption: (adopter) => adoptionLoader.load(adopter),
    device: (id) => patiently(isDatabaseAway, () => deviceLoader.load(id)),
    aliasOwners: (query) => patiently(isDatabaseAway, () => findAliasOwners(pool, query)),
  };
}

export function isDatabaseAway(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError;
}
