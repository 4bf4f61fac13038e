import type { Settings } from '@iotcore/process';
import { ensureServerCertificate, loadOwnCertificate, type ServerCertificate } from './server-certificate.ts';
import { machineNames } from './server-names.ts';

type TlsSettings = Pick<Settings, 'dataDir' | 'tlsCertFile' | 'tlsKeyFile' | 'tlsNames'>;

/** How often the files are read again, and the own certificate is checked for renewal. */
const CHECK_INTERVAL_MS = 60_000;

/** Holds the certificate that new connections are shown, and replaces it when its files change or its end comes near. */
export class CertificateKeeper {
  readonly #settings: TlsSettings;
  readonly #failed: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #current: ServerCertificate;
  #replaced: (certificate: ServerCertificate) => void = () => {};

  /** @throws StartupError if there is no usable certificate */
  static async open(settings: TlsSettings, failed: (error: unknown) => void): Promise<CertificateKeeper> {
    return new CertificateKeeper(settings, failed, await load(settings));
  }

  private constructor(settings: TlsSettings, failed: (error: unknown) => void, current: ServerCertificate) {
    this.#settings = settings;
    this.#failed = failed;
    this.#current = current;
    this.#timer = setInterval(() => void this.check(), CHECK_INTERVAL_MS).unref();
  }

  get current(): ServerCertificate {
    return this.#current;
  }

  /** `replaced` is told when another certificate takes over. */
  onReplaced(replaced: (certificate: ServerCertificate) => void): void {
    this.#replaced = replaced;
  }

  /** Takes over a changed or renewed certificate. A broken one is reported, and the current one stays. */
  async check(): Promise<void> {
    try {
      const loaded = await load(this.#settings);
      if (loaded.certificatePem === this.#current.certificatePem) return;
      this.#replaced(loaded);
      this.#current = loaded;
    } catch (error) {
      this.#failed(error);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }
}

function load({ dataDir, tlsCertFile, tlsKeyFile, tlsNames }: TlsSettings): Promise<ServerCertificate> {
  if (tlsCertFile !== undefined && tlsKeyFile !== undefined) {
    return loadOwnCertificate({ certFile: tlsCertFile, keyFile: tlsKeyFile });
  }
  return ensureServerCertificate(dataDir, machineNames(tlsNames), new Date());
}
