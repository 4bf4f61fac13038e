/** What the devices of a storm log in with, as real ones: a hash at its full cost, a certificate of their own. */

import { createPasswordHasher } from '@iotcore/credentials';
import type { Database } from '@iotcore/store';
import { makeCertificate, type TestCertificate } from '@iotcore/testkit/faults';
import { deviceId, eventsTopic, password } from '../fleet.ts';
import type { FleetClient } from '../load/fleet-loader.ts';

export type Pool = Database['pool'];

/** So many devices, the first by password and the rest by certificate. */
export interface StormFleet {
  readonly byPassword: readonly string[];
  readonly byCertificate: ReadonlyMap<string, TestCertificate>;
}

export async function makeStormFleet(devices: number, withCertificate: number): Promise<StormFleet> {
  const ids = Array.from({ length: devices }, (_, number) => deviceId(number));
  const byCertificate = await makeCertificates(ids.slice(devices - withCertificate));
  return { byPassword: ids.slice(0, devices - withCertificate), byCertificate };
}

/** A certificate for each of these devices. */
export async function makeCertificates(ids: readonly string[]): Promise<Map<string, TestCertificate>> {
  const certificates = new Map<string, TestCertificate>();
  for (const id of ids) certificates.set(id, await makeCertificate({ commonName: id }));
  return certificates;
}

export function clientsOf({ byPassword, byCertificate }: StormFleet): FleetClient[] {
  const passwords = byPassword.map((id) => ({
    kind: 'password' as const,
    user: id,
    password,
    topic: eventsTopic(id),
  }));
  const certificates = [...byCertificate].map(([id, { certPem, keyPem }]) => ({
    kind: 'certificate' as const,
    certPem,
    keyPem,
    topic: eventsTopic(id),
  }));
  return [...passwords, ...certificates];
}

/** For our server, whose passwords the other loads hash at the least cost that there is. */
export async function register(pool: Pool, { byCertificate }: StormFleet): Promise<void> {
  const hash = await createPasswordHasher().hash(password);
  await pool.query('UPDATE passwords SET hash = $1', [hash]);
  await pool.query('DELETE FROM passwords WHERE device_id = ANY($1)', [[...byCertificate.keys()]]);
  await addCertificates((text, values) => pool.query(text, [...values]), byCertificate);
}

/** Written directly to the database: registering is not measured here. By device. */
export async function addCertificates(
  query: (text: string, values: readonly unknown[]) => Promise<unknown>,
  certificates: ReadonlyMap<string, TestCertificate>,
): Promise<void> {
  const all = [...certificates.values()];
  await query(
    `INSERT INTO certificates (sha256, fingerprint, pem, not_before, not_after, device_id)
     SELECT decode(sha256, 'hex'), sha1, pem, now() - interval '1 hour', now() + interval '1 day', id
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS all_of (sha256, sha1, pem, id)`,
    [
      all.map(({ sha256 }) => sha256),
      all.map(({ sha1 }) => sha1),
      all.map(({ certPem }) => certPem),
      [...certificates.keys()],
    ],
  );
}
