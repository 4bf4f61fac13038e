import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Settings, StartupError, systemClock } from '@iotcore/process';
import { ensureServerCertificate, loadOwnCertificate, type ServerCertificate } from './server-certificate.ts';
import { machineNames } from './server-names.ts';

type TlsSettings = Pick<Settings, 'dataDir' | 'tlsCertFile' | 'tlsKeyFile' | 'tlsNames'>;

/** How often the files are read again: where the system tells nothing of changes (network file systems), and for renewal. */
const checkIntervalMs = 10_000;
/** After a change is told: the others that belong to it come at once. */
const settleMs = 200;
/** A certificate and its key are two files: what does not fit may be half of a change, and is looked at once more. */
const secondLookMs = 500;
/** Longer than a weekend with holidays before it, shorter than what short-lived certificates are good for. */
const warnBeforeMs = 14 * 24 * 60 * 60 * 1000;
const warnIntervalMs = 24 * 60 * 60 * 1000;

export interface CertificateEvents {
  /** The files hold no usable certificate; the current one stays. */
  failed(error: unknown): void;
  /** Told once a day from two weeks before the end on, and after it. */
  expiresSoon(notAfter: Date): void;
}

/** Holds the certificate that new connections are shown, and replaces it when its files change or its end comes near. */
export class CertificateKeeper {
  readonly #settings: TlsSettings;
  readonly #events: CertificateEvents;
  readonly #now: () => Date;
  readonly #timer: NodeJS.Timeout;
  readonly #watchers: readonly FSWatcher[];
  #current: ServerCertificate;
  #replaced: (certificate: ServerCertificate) => void = () => {};
  #settling: NodeJS.Timeout | undefined;
  #checking: Promise<void> = Promise.resolve();
  #warnedAtMs = Number.NEGATIVE_INFINITY;

  /** @throws StartupError if there is no usable certificate */
  static async open(
    settings: TlsSettings,
    events: CertificateEvents,
    now: () => Date = systemClock.date,
  ): Promise<CertificateKeeper> {
    return new CertificateKeeper(settings, events, now, await load(settings, now()));
  }

  private constructor(
    settings: TlsSettings,
    events: CertificateEvents,
    now: () => Date,
    current: ServerCertificate,
  ) {
    this.#settings = settings;
    this.#events = events;
    this.#now = now;
    this.#current = current;
    this.#watchers = foldersOf(settings).flatMap((folder) => watchFolder(folder, () => this.#changed()));
    this.#timer = setInterval(() => void this.check(), checkIntervalMs).unref();
    this.#warn();
  }

  get current(): ServerCertificate {
    return this.#current;
  }

  /** PEM of the own authority, which clients trust; undefined where the operator has brought a certificate. */
  async readAuthority(): Promise<string | undefined> {
    if (this.#settings.tlsCertFile !== undefined) return undefined;
    return readFile(join(this.#settings.dataDir, 'ca.crt'), 'utf8');
  }

  /** `replaced` is told when another certificate takes over. It throws if it cannot be used. */
  onReplaced(replaced: (certificate: ServerCertificate) => void): void {
    this.#replaced = replaced;
  }

  /** Takes over a changed or renewed certificate. A broken one is reported, and the current one stays. */
  check(): Promise<void> {
    this.#checking = this.#checking.then(() => this.#check());
    return this.#checking;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
    await this.#checking;
  }

  async #check(): Promise<void> {
    try {
      await this.#takeOver().catch(async () => {
        await sleep(secondLookMs);
        await this.#takeOver();
      });
    } catch (error) {
      this.#events.failed(error);
    }
    this.#warn();
  }

  async #takeOver(): Promise<void> {
    const loaded = await load(this.#settings, this.#now());
    if (loaded.certificatePem === this.#current.certificatePem) return;
    const now = this.#now();
    if (loaded.notAfter < now && this.#current.notAfter > now)
      throw new StartupError(`the new server certificate is over since ${loaded.notAfter.toISOString()}`);
    this.#replaced(loaded);
    this.#current = loaded;
    this.#warnedAtMs = Number.NEGATIVE_INFINITY;
  }

  #changed(): void {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      void this.check();
    }, settleMs);
  }

  #warn(): void {
    const nowMs = this.#now().getTime();
    const { notAfter } = this.#current;
    if (notAfter.getTime() - nowMs > warnBeforeMs || nowMs - this.#warnedAtMs < warnIntervalMs) return;
    this.#warnedAtMs = nowMs;
    this.#events.expiresSoon(notAfter);
  }
}

/** Folders rather than files: files are replaced by renaming others, or by a link that changes beside them. */
function foldersOf({ dataDir, tlsCertFile, tlsKeyFile }: TlsSettings): string[] {
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return [dataDir];
  return [...new Set([dirname(tlsCertFile), dirname(tlsKeyFile)])];
}

/** None where the system cannot watch: the check by the clock remains. */
function watchFolder(folder: string, changed: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

function load(
  { dataDir, tlsCertFile, tlsKeyFile, tlsNames }: TlsSettings,
  now: Date,
): Promise<ServerCertificate> {
  if (tlsCertFile !== undefined && tlsKeyFile !== undefined) {
    return loadOwnCertificate({ certFile: tlsCertFile, keyFile: tlsKeyFile });
  }
  return ensureServerCertificate(dataDir, machineNames(tlsNames), now);
}
