/** A fleet as the old service knew it: the entries of an export, and the keys that only its devices have. */
import { createId } from '@iotcore/model';
import { certificateSeries, type SeriesCertificate } from '../certificates/certificate-series.ts';

export interface FleetOptions {
  /** Default 10. */
  readonly registries?: number;
  /** In all. Default 1,000. */
  readonly devices?: number;
  /** Default 2. */
  readonly brokers?: number;
  /** Default: a new one. */
  readonly folderId?: string;
  /**
   * Default `mixed`: in turn an RSA certificate, one of ECDSA, one of each, and none (such a device has a password, which
   * no export shows). `ecdsa`: each device one of ECDSA.
   */
  readonly credentials?: 'mixed' | 'ecdsa';
}

/** The names are those of the export's files. */
export interface FleetRegistry {
  readonly id: string;
  readonly folder_id: string;
  readonly created_at: string;
  readonly name: string;
  readonly description?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly status: string;
  readonly log_options?: Readonly<Record<string, unknown>>;
}

export interface FleetDevice {
  readonly id: string;
  readonly registry_id: string;
  readonly created_at: string;
  readonly name: string;
  readonly description?: string;
  readonly topic_aliases?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly status: string;
}

export interface Fleet {
  readonly registries: readonly FleetRegistry[];
  readonly brokers: readonly FleetRegistry[];
  /** By registry. */
  readonly devices: ReadonlyMap<string, readonly FleetDevice[]>;
  /** By the ID of their owner, of whatever kind. */
  readonly certificates: ReadonlyMap<string, readonly SeriesCertificate[]>;
}

/** Makes a fleet. Its IDs are new each time, so that many can share an installation. */
export async function makeFleet(options: FleetOptions = {}): Promise<Fleet> {
  const { registries: registryCount = 10, devices: deviceCount = 1_000, brokers: brokerCount = 2 } = options;
  const folderId = options.folderId ?? `b1g${createId()}`;
  const rsa = await certificateSeries({ key: 'rsa', commonName: 'fleet' });
  const ecdsa = await certificateSeries({ key: 'ecdsa', commonName: 'fleet' });
  const certificates = new Map<string, readonly SeriesCertificate[]>();
  const registries = count(registryCount, (at) => topLevel('registry', folderId, at));
  const brokers = count(brokerCount, (at) => topLevel('broker', folderId, at));
  for (const { id } of [...registries, ...brokers]) certificates.set(id, [ecdsa()]);

  const devices = new Map(registries.map(({ id }) => [id, [] as FleetDevice[]]));
  for (let at = 0; at < deviceCount; at += 1) {
    const registry = registries[at % registryCount];
    if (!registry) break;
    const device = makeDevice(registry.id, at);
    devices.get(registry.id)?.push(device);
    certificates.set(
      device.id,
      options.credentials === 'ecdsa'
        ? [ecdsa()]
        : certificatesOf(Math.floor(at / registryCount), rsa, ecdsa),
    );
  }
  return { registries, brokers, devices, certificates };
}

function certificatesOf(at: number, rsa: () => SeriesCertificate, ecdsa: () => SeriesCertificate) {
  const kinds = [[rsa], [ecdsa], [rsa, ecdsa], []][at % 4] ?? [];
  return kinds.map((make) => make());
}

function topLevel(kind: string, folderId: string, at: number): FleetRegistry {
  return {
    id: createId(),
    folder_id: folderId,
    created_at: creationTime(at),
    name: kind === 'registry' && at === 0 ? 'greenhouse' : `${kind}-${at}`,
    ...(at % 2 === 0 ? { description: `Реестр № ${at}`, labels: { site: `hall-${at}` } } : {}),
    status: kind === 'registry' && at % 10 === 9 ? 'DISABLED' : 'ACTIVE',
    log_options: { folder_id: folderId, min_level: 'INFO' },
  };
}

function makeDevice(registryId: string, at: number): FleetDevice {
  const id = createId();
  return {
    id,
    registry_id: registryId,
    created_at: creationTime(at),
    name: `pump-${at}`,
    ...(at % 3 === 0 ? { description: `Pump ${at}`, labels: { hall: String(at % 7) } } : {}),
    ...(at % 2 === 0 ? { topic_aliases: { [`pump${at}/`]: `$devices/${id}/` } } : {}),
    status: 'ACTIVE',
  };
}

/** Some years ago, to the millisecond, each a little later than the one before. */
function creationTime(at: number): string {
  return new Date(Date.UTC(2020, 4, 28, 11, 29, 42, 420) + at * 61_007).toISOString();
}

function count<T>(size: number, make: (at: number) => T): T[] {
  return Array.from({ length: size }, (_, at) => make(at));
}
