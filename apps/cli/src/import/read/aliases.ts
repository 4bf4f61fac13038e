/**
 * The aliases of a registry's devices. An export holds them twice, with the device and in a file of their own; it is
 * checked that both say the same, and that no alias of the registry is the beginning of another one.
 */
import { checkAliases } from '@iotcore/model';
import type { Finding, Place } from '../finding.ts';
import type { Aliases } from './entries.ts';
import type { RawEntry } from './export-folder.ts';
import { Fields } from './fields.ts';
import type { CheckingParts } from './reading-parts.ts';

interface ListedAlias {
  readonly prefix: string;
  readonly place: Place;
}

export class RegistryAliases {
  readonly #file: string;
  readonly #parts: CheckingParts;
  /** By device, what the file of aliases says. */
  readonly #listed = new Map<string, Map<string, ListedAlias>>();
  /** Every alias that stays, and its device; only during the first reading. */
  readonly #taken: (readonly [alias: string, deviceId: string])[] = [];

  /** `file`: where findings that concern several of them are placed. */
  constructor(file: string, parts: CheckingParts) {
    this.#file = file;
    this.#parts = parts;
  }

  /** Takes what the file of aliases says. */
  async load(entries: AsyncIterable<RawEntry>): Promise<void> {
    for await (const { value, place } of entries) {
      const fields = new Fields(typeof value === 'object' && value !== null ? value : {});
      const [deviceId, alias, prefix] = ['device_id', 'alias', 'topic_prefix'].map((name) =>
        fields.text(name),
      );
      if (deviceId === undefined || alias === undefined || prefix === undefined) {
        this.#refuse(place, deviceId, 'device_id, alias and topic_prefix must all be there.', howToCorrect);
        continue;
      }
      const ofDevice = this.#listed.get(deviceId) ?? new Map<string, ListedAlias>();
      if (!ofDevice.has(alias)) ofDevice.set(alias, { prefix, place });
      else if (ofDevice.get(alias)?.prefix !== prefix) {
        this.#refuse(place, deviceId, `Alias "${alias}" stands here with another prefix, too.`, howToCorrect);
      }
      this.#listed.set(deviceId, ofDevice);
    }
  }

  /** The aliases of a device, from both places. Of a contradiction the device's own entry is right. */
  of(deviceId: string, own: Aliases, place: Place): Aliases {
    const merged = new Map(own);
    for (const [alias, listed] of this.#listed.get(deviceId) ?? []) {
      const prefix = merged.get(alias);
      if (prefix === undefined) merged.set(alias, listed.prefix);
      else if (prefix !== listed.prefix) this.#warnOfContradiction(deviceId, alias, place, listed);
    }
    this.#listed.delete(deviceId);
    return this.#sound(deviceId, merged, place);
  }

  /** To be called once all devices came: aliases of others, and aliases that exclude each other. */
  finish(): void {
    for (const [deviceId, aliases] of this.#listed) {
      for (const { place } of aliases.values()) {
        this.#refuse(
          place,
          deviceId,
          `Device ${deviceId} is not in the export.`,
          'Export its registry anew.',
        );
      }
    }
    this.#refuseConflicts();
  }

  /** Without those that are refused: it is better to have the device without an alias than not at all. */
  #sound(deviceId: string, aliases: Aliases, place: Place): Aliases {
    const { isFirst, refusedAliases } = this.#parts;
    if (isFirst) {
      for (const { code, field, description } of checkAliases(aliases, deviceId)) {
        // Of two that exclude each other one can stay: that is for all aliases of the registry to decide.
        if (code === 'CONFLICTING_ALIAS') continue;
        this.#refuse(place, deviceId, `${field}: ${description}`, howToCorrect);
        // The field of a violation is `topicAliases.<alias>`; one that concerns all of them has no alias.
        const alias = field.slice('topicAliases.'.length);
        for (const each of alias === '' ? aliases.keys() : [alias]) refusedAliases.add(keyOf(deviceId, each));
      }
    }
    const sound = new Map([...aliases].filter(([alias]) => !refusedAliases.has(keyOf(deviceId, alias))));
    if (isFirst) for (const alias of sound.keys()) this.#taken.push([alias, deviceId]);
    return sound;
  }

  /** In the order of their code units an alias is followed by those that it is the beginning of. */
  #refuseConflicts(): void {
    this.#taken.sort(([one], [other]) => (one < other ? -1 : 1));
    let before: readonly [string, string] | undefined;
    for (const current of this.#taken) {
      const [alias, deviceId] = current;
      if (before === undefined || !alias.startsWith(before[0])) {
        before = current;
        continue;
      }
      this.#parts.refusedAliases.add(keyOf(deviceId, alias));
      const reason = `Alias "${alias}" begins with alias "${before[0]}" of device ${before[1]}.`;
      this.#refuse(
        { file: this.#file },
        deviceId,
        reason,
        'No alias of a registry may begin with another one: remove one of them.',
      );
    }
  }

  #warnOfContradiction(deviceId: string, alias: string, place: Place, listed: ListedAlias): void {
    const finding: Finding = {
      ...listed.place,
      kind: 'ALIAS',
      id: deviceId,
      reason: `Alias "${alias}" has another prefix in ${place.file}.`,
      advice: `The one of ${place.file} comes over; correct that file if it is wrong.`,
    };
    this.#parts.journal.warn(finding);
  }

  #refuse(place: Place, deviceId: string | undefined, reason: string, advice: string): void {
    const about: Finding = { ...place, kind: 'ALIAS', reason, advice };
    this.#parts.journal.refuse('ALIAS', deviceId === undefined ? about : { ...about, id: deviceId });
  }
}

const howToCorrect = 'Correct the alias and run again with --overwrite; the device comes over without it.';
const keyOf = (deviceId: string, alias: string) => `${deviceId} ${alias}`;
