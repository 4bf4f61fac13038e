/**
 * The aliases of a registry's devices. An export holds them twice, with the device and in a file of their own; it is
 * checked that both say the same, and that no alias of the registry is the beginning of another one.
 */
import { checkAliases, checkText } from '@iotcore/model';
import type { Finding, Place } from '../finding.ts';
import { AliasTable } from './alias-table.ts';
import type { Aliases } from './entries.ts';
import { Fields } from './fields.ts';
import type { RawEntry } from './files/export-folder.ts';
import type { CheckingParts } from './reading-parts.ts';

export class RegistryAliases {
  readonly #file: string;
  readonly #parts: CheckingParts;
  readonly #table = new AliasTable();

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
      } else if (checkText(deviceId + alias + prefix, maxCharacters, '')) {
        const reason = 'It is no text: too long, or with U+0000 or half a character in it.';
        this.#refuse(place, undefined, reason, howToCorrect);
      } else {
        this.#table.list({ deviceId, alias, prefix, entry: place.entry ?? 0 });
      }
    }
    this.#table.sort();
  }

  /** The aliases of a device, from both places. Of a contradiction the device's own entry is right. */
  of(deviceId: string, own: Aliases, place: Place): Aliases {
    const merged = new Map(own);
    const listed = new Map<string, string>();
    for (const { alias, prefix, entry } of this.#table.of(deviceId)) {
      const before = listed.get(alias);
      if (before !== undefined) {
        if (before !== prefix) this.#refuseSecond(deviceId, alias, entry);
        continue;
      }
      listed.set(alias, prefix);
      const ownPrefix = merged.get(alias);
      if (ownPrefix === undefined) merged.set(alias, prefix);
      else if (ownPrefix !== prefix) this.#warnOfContradiction(deviceId, alias, place, entry);
    }
    return this.#sound(deviceId, merged, place);
  }

  /** To be called once all devices came: aliases of others, and aliases that exclude each other. */
  finish(): void {
    const left = this.#parts.isFirst ? this.#table.left() : [];
    for (const { deviceId, entry } of left) {
      this.#refuse(
        { file: this.#file, entry },
        deviceId,
        `Device ${deviceId} is not in the export.`,
        'Export its registry anew.',
      );
    }
    if (this.#parts.isFirst) this.#refuseConflicts();
    this.#table[Symbol.dispose]();
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
    if (isFirst) for (const alias of sound.keys()) this.#table.take(alias, deviceId);
    return sound;
  }

  #refuseConflicts(): void {
    let before: { readonly alias: string; readonly deviceId: string } | undefined;
    for (const current of this.#table.taken()) {
      const { alias, deviceId } = current;
      if (before === undefined || !alias.startsWith(before.alias)) {
        before = current;
        continue;
      }
      this.#parts.refusedAliases.add(keyOf(deviceId, alias));
      const reason = `Alias "${alias}" begins with alias "${before.alias}" of device ${before.deviceId}.`;
      this.#refuse(
        { file: this.#file },
        deviceId,
        reason,
        'No alias of a registry may begin with another one: remove one of them.',
      );
    }
  }

  #refuseSecond(deviceId: string, alias: string, entry: number): void {
    const reason = `Alias "${alias}" stands here with another prefix, too.`;
    this.#refuse({ file: this.#file, entry }, deviceId, reason, howToCorrect);
  }

  #warnOfContradiction(deviceId: string, alias: string, place: Place, entry: number): void {
    const finding: Finding = {
      file: this.#file,
      entry,
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

/** Of an ID, an alias and a prefix together: each has far fewer. */
const maxCharacters = 4096;
const howToCorrect = 'Correct the alias and run again with --overwrite; the device comes over without it.';
const keyOf = (deviceId: string, alias: string) => `${deviceId} ${alias}`;
