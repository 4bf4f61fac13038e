import type { Unit } from '../finding.ts';
import { RegistryAliases } from './aliases.ts';
import { checkEntry } from './check-entry.ts';
import { convertDevice } from './entries.ts';
import { fileNames } from './files/export-folder.ts';
import { readCertificates } from './read-top-level.ts';
import type { ReadingParts } from './reading-parts.ts';

/** The command line of the old service ends its lists there, and says nothing. */
const listedWithoutLimit = 1_000;

/** The devices of a registry, each with its aliases and certificates; then certificates whose device is not there. */
export async function* readDevices(registryId: string, parts: ReadingParts): AsyncGenerator<Unit> {
  const aliasFile = fileNames.aliases(registryId);
  const aliases = new RegistryAliases(aliasFile, parts);
  await aliases.load(parts.folder.stream(aliasFile, 'ALIAS'));
  const files = new DeviceCertificateFiles(registryId, parts);
  const file = fileNames.devices(registryId);
  let count = 0;
  for await (const entry of parts.folder.stream(file, 'DEVICE')) {
    count += 1;
    const checked = checkEntry('DEVICE', entry, (value) => convertDevice(value, registryId), parts);
    if (!checked) continue;
    const { id, converted } = checked;
    const own = aliases.of(id, converted.aliases, entry.place);
    const body =
      own.size === 0 ? converted.body : { ...converted.body, topicAliases: Object.fromEntries(own) };
    yield { registryId, items: [{ kind: 'DEVICE', id, body, place: entry.place }, ...files.take(id)] };
  }
  if (count === listedWithoutLimit) {
    const reason = `It has exactly ${listedWithoutLimit} devices: as many as yc lists unless it is told more.`;
    parts.journal.warn({ file, reason, advice: 'If the registry has more, list them with --limit 1000000.' });
  }
  aliases.finish();
  yield* files.rest();
}

/** The folder with a file of certificates for each device. */
class DeviceCertificateFiles {
  readonly #registryId: string;
  readonly #folder: string;
  readonly #parts: ReadingParts;
  readonly #left: Set<string>;
  #missing = 0;
  #firstMissing = '';

  constructor(registryId: string, parts: ReadingParts) {
    this.#registryId = registryId;
    this.#folder = fileNames.deviceCertificates(registryId);
    this.#parts = parts;
    this.#left = new Set(parts.folder.list(this.#folder, 'CERTIFICATE'));
  }

  /** The certificates of a device. */
  take(deviceId: string) {
    const name = `${deviceId}.json`;
    if (!this.#left.delete(name)) {
      this.#missing += 1;
      this.#firstMissing ||= deviceId;
      return [];
    }
    return this.#read(name, deviceId);
  }

  /** Certificates of devices that did not come; the server may have them already. */
  *rest(): Generator<Unit> {
    const { journal } = this.#parts;
    if (this.#missing > 0) {
      journal.warn({
        file: `${this.#folder}/`,
        reason: `${this.#missing} devices have no file here; the first one is ${this.#firstMissing}.`,
        advice: 'If they have certificates, export them and run again; the report lists devices without any.',
      });
    }
    for (const name of this.#left) {
      const file = `${this.#folder}/${name}`;
      const id = /^([a-z0-9]{1,50})\.json$/.exec(name)?.[1];
      if (id === undefined) {
        journal.warn({ file, reason: 'No file of an export has this name: not read.' });
        continue;
      }
      const reason = `Device ${id} is not among those that come over.`;
      journal.warn({
        file,
        id,
        reason,
        advice: 'Its certificates come over only if the server has it already.',
      });
      for (const item of this.#read(name, id)) yield { registryId: this.#registryId, items: [item] };
    }
  }

  #read(name: string, id: string) {
    return readCertificates(`${this.#folder}/${name}`, { field: 'device_id', id }, this.#parts);
  }
}
