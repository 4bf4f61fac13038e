/** Named sets of settings for installations that are elsewhere; one of them can be the active one. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { secretMode, writeFileWhole } from '@iotcore/process/data-folder';
import { CliError, usageError } from '../errors.ts';

export interface Profile {
  readonly endpoint?: string | undefined;
  readonly token?: string | undefined;
  /** `mqtts://host:port`. */
  readonly mqtt?: string | undefined;
  /** The path of a PEM file: the authority that signed the certificate of the MQTT server. */
  readonly ca?: string | undefined;
  readonly folderId?: string | undefined;
}

export interface Profiles {
  readonly active: string | undefined;
  readonly byName: ReadonlyMap<string, Profile>;
}

/** Nothing is stored yet: no profiles. @throws CliError if the file is not one of ours */
export async function readProfiles(path: string): Promise<Profiles> {
  try {
    const { active, profiles } = JSON.parse(await readFile(path, 'utf8'));
    return { active, byName: new Map(Object.entries(profiles)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { active: undefined, byName: new Map() };
    throw new CliError(`${path} cannot be read as profiles: mend it or remove it`, undefined, {
      cause: error,
    });
  }
}

/** Readable by its owner alone: it holds tokens. */
export async function writeProfiles(path: string, { active, byName }: Profiles): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const content = { active, profiles: Object.fromEntries(byName) };
  await writeFileWhole(path, `${JSON.stringify(content, null, 2)}\n`, secretMode);
}

/** The profile of this name, else the active one; none if there is neither. */
export function chooseProfile({ active, byName }: Profiles, name: string | undefined): Profile | undefined {
  const wanted = name ?? active;
  if (wanted === undefined) return undefined;
  const profile = byName.get(wanted);
  if (profile) return profile;
  throw usageError(`there is no profile ${wanted}; \`iotcore config profile list\` shows those there are`);
}
