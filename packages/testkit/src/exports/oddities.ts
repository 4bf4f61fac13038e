/** What exports of the field have wrong: made on purpose in one that was written well. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createId } from '@iotcore/model';
import { certificateSeries } from '../certificates/certificate-series.ts';
import type { Fleet, FleetDevice, FleetRegistry } from './fleet.ts';
import { certificateEntry } from './write-export.ts';

/** Where to look for each oddity: the device, unless it says otherwise. */
export interface Oddities {
  /** Stands in its file twice. */
  readonly repeated: FleetDevice;
  /** Its ID stands there a second time, with another name. */
  readonly contradicted: FleetDevice;
  /** No ID that the service gives out. */
  readonly badId: string;
  /** Has the name of another device of its registry. */
  readonly nameInUse: string;
  /** Its name is a number. */
  readonly wrongType: string;
  /** The last one of a file that ends in the middle of its entry. */
  readonly cutOff: FleetDevice;
  /** Its file of certificates is missing. */
  readonly withoutFile: FleetDevice;
  /** Has a further certificate, which has expired. */
  readonly expired: FleetDevice;
  /** Its certificate has another fingerprint than the one beside it. */
  readonly wrongFingerprint: FleetDevice;
  /** Has, beside its own, the certificate of `nextToIt`. */
  readonly sharing: FleetDevice;
  readonly owner: FleetDevice;
  /** Its alias has another prefix in the file of aliases. */
  readonly twoPrefixes: FleetDevice;
  /** Has an alias that begins with one of another device. */
  readonly aliasConflict: FleetDevice;
  /** Its file of aliases is missing. */
  readonly withoutAliases: FleetRegistry;
  /** Its file of certificates is empty; it has none. */
  readonly emptyFile: FleetRegistry;
}

/** Damages the export. It needs 5 registries with 20 mixed devices each. */
export async function addOddities(folder: string, fleet: Fleet): Promise<Oddities> {
  const [first, second, third, fourth, fifth] = fleet.registries;
  if (!first || !second || !third || !fourth || !fifth)
    throw new Error('an odd export needs five registries');
  const device = (registry: FleetRegistry, at: number) => fleet.devices.get(registry.id)?.[at] as FleetDevice;
  const odd = {
    repeated: device(first, 0),
    contradicted: device(first, 1),
    badId: 'Pump_1',
    nameInUse: createId(),
    wrongType: createId(),
    cutOff: fleet.devices.get(second.id)?.at(-1) as FleetDevice,
    withoutFile: device(first, 4),
    expired: device(third, 0),
    wrongFingerprint: device(third, 1),
    sharing: device(third, 9),
    owner: device(third, 5),
    twoPrefixes: [...(fleet.devices.get(first.id) ?? [])].findLast((one) => one.topic_aliases) as FleetDevice,
    aliasConflict: device(third, 8),
    withoutAliases: fourth,
    emptyFile: fifth,
  };
  const edit = (name: string, change: (entries: Record<string, unknown>[]) => unknown) => {
    const path = join(folder, name);
    const entries = JSON.parse(readFileSync(path, 'utf8'));
    change(entries);
    writeFileSync(path, `${JSON.stringify(entries, null, 2)}\n`);
  };

  const model = { ...device(first, 2), topic_aliases: undefined };
  edit(`devices-${first.id}.json`, (devices) =>
    devices.push(
      { ...odd.repeated },
      { ...odd.contradicted, name: 'another' },
      { ...model, id: odd.badId, name: 'bad-id' },
      { ...model, id: odd.nameInUse },
      { ...model, id: odd.wrongType, name: 7 },
      { ...model, id: createId(), name: 'with-extras', labels: null, owner: { surprise: [true] } },
    ),
  );
  edit(`aliases-${first.id}.json`, (aliases) => {
    const alias = aliases.find((one) => one['device_id'] === odd.twoPrefixes.id);
    if (alias) alias['topic_prefix'] = `$devices/${odd.twoPrefixes.id}/events/`;
  });
  rmSync(join(folder, `device-certs-${first.id}`, `${odd.withoutFile.id}.json`));

  const cut = join(folder, `devices-${second.id}.json`);
  truncateSync(cut, readFileSync(cut, 'utf8').trimEnd().length - 40);

  await oddCertificates(third.id, odd, fleet, edit);
  const [taken] = [...(fleet.devices.get(third.id) ?? [])].flatMap((one) =>
    Object.keys(one.topic_aliases ?? {}),
  );
  edit(`aliases-${third.id}.json`, (aliases) =>
    aliases.push({
      device_id: odd.aliasConflict.id,
      topic_prefix: `$devices/${odd.aliasConflict.id}/events/`,
      alias: `${taken}deeper/`,
    }),
  );
  rmSync(join(folder, `aliases-${fourth.id}.json`));
  writeFileSync(join(folder, `registry-certs-${fifth.id}.json`), '');
  writeFileSync(join(folder, 'notes.txt'), 'exported by hand');
  // As Windows PowerShell redirects the output of a program.
  const brokers = readFileSync(join(folder, 'brokers.json'), 'utf8');
  writeFileSync(join(folder, 'brokers.json'), `\uFEFF${brokers}`, 'utf16le');
  return odd;
}

async function oddCertificates(
  registryId: string,
  odd: Pick<Oddities, 'expired' | 'wrongFingerprint' | 'sharing' | 'owner'>,
  fleet: Fleet,
  edit: (name: string, change: (entries: Record<string, unknown>[]) => unknown) => void,
): Promise<void> {
  const day = 86_400_000;
  const past = { notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) };
  const expired = (await certificateSeries(past))();
  const sound = (await certificateSeries())();
  const file = (device: FleetDevice) => join(`device-certs-${registryId}`, `${device.id}.json`);
  edit(file(odd.expired), (list) => list.push(certificateEntry('device_id', odd.expired.id, expired)));
  edit(file(odd.wrongFingerprint), (list) =>
    list.push(certificateEntry('device_id', odd.wrongFingerprint.id, { ...sound, sha1: '0'.repeat(40) })),
  );
  const [shared = sound] = fleet.certificates.get(odd.owner.id) ?? [];
  edit(file(odd.owner), (list) => {
    if (list.length === 0) list.push(certificateEntry('device_id', odd.owner.id, shared));
  });
  edit(file(odd.sharing), (list) => list.push(certificateEntry('device_id', odd.sharing.id, shared)));
}
