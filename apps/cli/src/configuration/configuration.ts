/**
 * Which installation a command talks to. Flags go before the environment, that before a profile, and that before the
 * data folder of an `npm start` on this machine.
 */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { readRunFile, Secret } from '@iotcore/process/data-folder';
import { CliError, usageError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { chooseProfile, type Profile, readProfiles } from './profiles.ts';

/** What every command takes. */
export interface GlobalFlags {
  readonly endpoint?: string;
  readonly token?: string;
  readonly profile?: string;
  readonly dataDir?: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The authorities that may have signed a server's certificate. */
export interface Authority {
  readonly pem: string;
  readonly path: string;
  /** True if it was given; otherwise it is that of the data folder. */
  readonly named: boolean;
}

/** Where `npm start` keeps its data unless told otherwise. */
const defaultDataDir = resolve(import.meta.dirname, '../../../../data');

export class Configuration {
  readonly #flags: GlobalFlags;
  readonly #env: Environment;
  #profile: Promise<Profile | undefined> | undefined;
  #running: ReturnType<typeof readRunFile> | undefined;

  constructor(flags: GlobalFlags, env: Environment) {
    this.#flags = flags;
    this.#env = env;
  }

  get dataDir(): string {
    return resolve(this.#namedDataDir ?? this.#variable('IOT_DATA_DIR') ?? defaultDataDir);
  }

  get profilesPath(): string {
    const named = this.#variable('IOTCORE_CONFIG');
    const home = this.#variable('XDG_CONFIG_HOME') ?? join(this.#variable('HOME') ?? homedir(), '.config');
    return named ?? join(home, 'iotcore', 'config.json');
  }

  /** The address of the API, without a slash at its end. */
  async endpoint(): Promise<string> {
    const named = await this.#namedEndpoint();
    if (named !== undefined) return httpUrl(named);
    return reachable(await this.#addressOf('api'), '127.0.0.1');
  }

  /**
   * The token for `endpoint()`. One that belongs to another installation is never sent to it: the profile's goes to the
   * profile's endpoint, the data folder's to what runs on that folder, or to where both were named.
   */
  async token(): Promise<Secret> {
    const given = this.#flags.token ?? this.#variable('IOTCORE_TOKEN');
    if (given !== undefined) return new Secret(given.trim());
    const profile = await this.#readProfile();
    const overruled = this.#flags.endpoint ?? this.#variable('IOTCORE_ENDPOINT');
    if (overruled === undefined && profile?.endpoint !== undefined) {
      if (profile.token !== undefined) return new Secret(profile.token);
    } else if (overruled === undefined || this.#namedDataDir !== undefined) {
      return this.#adminToken();
    }
    throw new CliError(
      `there is no token for ${await this.endpoint()}: give one with --token, IOTCORE_TOKEN or a profile`,
      exitCodes.denied,
    );
  }

  /** Is `token()` the admin's, which lies in the data folder? */
  async isTokenOfDataFolder(): Promise<boolean> {
    if ((this.#flags.token ?? this.#variable('IOTCORE_TOKEN')) !== undefined) return false;
    const profile = await this.#readProfile();
    const overruled = this.#flags.endpoint ?? this.#variable('IOTCORE_ENDPOINT');
    return profile?.endpoint === undefined || overruled !== undefined;
  }

  /** The address of MQTT over TLS. */
  async mqtt(flag?: string): Promise<URL> {
    const profile = await this.#readProfile();
    const named = flag ?? this.#variable('IOTCORE_MQTT') ?? profile?.mqtt;
    return mqttUrl(named ?? reachable(await this.#addressOf('mqtts'), 'localhost'));
  }

  /**
   * PEM of the authorities that may have signed the certificate of the MQTT server: what was named, else the authority in the data folder.
   * Undefined if there is neither.
   */
  async authority(flag?: string): Promise<Authority | undefined> {
    const path = flag ?? this.#variable('IOTCORE_CA') ?? (await this.#readProfile())?.ca;
    if (path !== undefined) return { pem: await readNamed(path), path, named: true };
    const own = join(this.dataDir, 'ca.crt');
    const pem = await readFile(own, 'utf8').catch(() => undefined);
    return pem === undefined ? undefined : { pem, path: own, named: false };
  }

  async folderId(flag?: string): Promise<string> {
    return flag ?? this.#variable('IOTCORE_FOLDER_ID') ?? (await this.#readProfile())?.folderId ?? 'default';
  }

  /** What runs on the data folder, or undefined. */
  running(): ReturnType<typeof readRunFile> {
    this.#running ??= readRunFile(this.dataDir);
    return this.#running;
  }

  get #namedDataDir(): string | undefined {
    return this.#flags.dataDir ?? this.#variable('IOTCORE_DATA_DIR');
  }

  async #namedEndpoint(): Promise<string | undefined> {
    return (
      this.#flags.endpoint ?? this.#variable('IOTCORE_ENDPOINT') ?? (await this.#readProfile())?.endpoint
    );
  }

  async #addressOf(name: 'api' | 'mqtts'): Promise<string> {
    const running = await this.running();
    const address = running?.addresses[name];
    if (address !== undefined) return address;
    const option = name === 'api' ? '--endpoint and --token' : '--server';
    throw new CliError(
      running
        ? `what runs on ${this.dataDir} has said no address yet: wait until \`npm start\` is ready`
        : `nothing runs on the data folder ${this.dataDir}: start it with \`npm start\`, name its folder with --data-dir, or name another installation with ${option}, or a profile`,
      exitCodes.unavailable,
    );
  }

  async #adminToken(): Promise<Secret> {
    const path = join(this.dataDir, 'admin.token');
    try {
      return new Secret((await readFile(path, 'utf8')).trim());
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CliError(
        `${path} cannot be read (${code}): run this as the user that runs \`npm start\`, or give --token`,
        exitCodes.denied,
      );
    }
  }

  #readProfile(): Promise<Profile | undefined> {
    this.#profile ??= readProfiles(this.profilesPath).then((profiles) =>
      chooseProfile(profiles, this.#flags.profile ?? this.#variable('IOTCORE_PROFILE')),
    );
    return this.#profile;
  }

  /** A variable that is set to nothing counts as not set. */
  #variable(name: string): string | undefined {
    return this.#env[name] || undefined;
  }
}

async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw usageError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw usageError(`${text} is no address of an API: it looks like http://127.0.0.1:8080`);
  return text.replace(/\/+$/, '');
}

const mqttsPort = '8883';

/** `host`, `host:port` or `mqtts://host:port`. */
export function mqttUrl(text: string): URL {
  const full = text.includes('://') ? text : `mqtts://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (!url?.hostname || !['mqtts:', 'mqtt:'].includes(url.protocol))
    throw usageError(`${text} is no address of an MQTT server: it looks like mqtts://iot.example.com:8883`);
  if (url.port === '') url.port = url.protocol === 'mqtts:' ? mqttsPort : '1883';
  return url;
}

/** An address that listens everywhere is reached as the machine itself. */
export function reachable(address: string, self: string): string {
  return address.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:|$)/, `//${self}`).replace(/\/$/, '');
}
