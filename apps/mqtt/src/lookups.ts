/** The look-ups of the data plane, each gathering what is asked for at the same time into one query. */
import { aliasLookupLimit, type DeviceFacts } from '@iotcore/model';
import { DatabaseUnavailableError } from '@iotcore/store';
import {
  type AliasQuery,
  type CertificateIdentity,
  findAliasOwners,
  findCertificateIdentities,
  findDevices,
  findIdentities,
  findPasswordAdoptions,
  type PasswordAdoption,
  type PasswordIdentity,
  type Queryable,
} from '@iotcore/store/data-plane';
import { BatchLoader } from './caching/batch-loader.ts';
import { patiently } from './caching/patient-load.ts';

/** All reject with what `isDatabaseAway` recognises while the database is away. */
export interface Lookups {
  identity(id: string): Promise<PasswordIdentity | undefined>;
  identities(ids: readonly string[]): Promise<ReadonlyMap<string, PasswordIdentity>>;
  certificate(sha256: string): Promise<CertificateIdentity | undefined>;
  certificates(sha256s: readonly string[]): Promise<ReadonlyMap<string, CertificateIdentity>>;
  /** By `registry:…` or `broker:…`. */
  passwordAdoption(adopter: string): Promise<PasswordAdoption | undefined>;
  // For sessions that are open: a short outage is waited for. `asker` is the tenant on whose behalf it is looked up:
  // tenants take turns.
  device(id: string, asker: string): Promise<DeviceFacts | undefined>;
  /** Devices of a registry with such an alias, at most `aliasLookupLimit`. */
  aliasOwners(query: AliasQuery, asker: string): Promise<readonly string[]>;
}

export function createLookups(pool: Queryable): Lookups {
  const identities = async (ids: readonly string[]) =>
    new Map((await findIdentities(pool, ids)).map((found) => [found.principal.id, found]));
  const certificates = async (sha256s: readonly string[]) =>
    new Map((await findCertificateIdentities(pool, sha256s)).map((found) => [found.sha256, found]));
  const devices = async (ids: readonly string[]) =>
    new Map((await findDevices(pool, ids)).map((found) => [found.id, found]));

  const aliasOwners = async (queries: readonly AliasQuery[]) => {
    const owners = await findAliasOwners(pool, queries, aliasLookupLimit);
    return new Map(queries.map((query, index) => [query, owners[index] ?? []]));
  };

  const identityLoader = new BatchLoader(identities);
  const certificateLoader = new BatchLoader(certificates);
  const adoptionLoader = new BatchLoader((adopters: readonly string[]) =>
    findPasswordAdoptions(pool, adopters),
  );
  const deviceLoader = new BatchLoader(devices);
  const aliasLoader = new BatchLoader(aliasOwners);
  return {
    identities,
    certificates,
    identity: (id) => identityLoader.load(id),
    certificate: (sha256) => certificateLoader.load(sha256),
    passwordAdoption: (adopter) => adoptionLoader.load(adopter),
    device: (id, asker) => patiently(isDatabaseAway, () => deviceLoader.load(id, asker)),
    aliasOwners: async (query, asker) =>
      (await patiently(isDatabaseAway, () => aliasLoader.load(query, asker))) ?? [],
  };
}

export function isDatabaseAway(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError;
}
