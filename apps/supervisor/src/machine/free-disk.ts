/** Says that the disk of the data folder fills up while there is still time: a full one stops the database. */
import { statfs } from 'node:fs/promises';
import { PeriodicTask } from '@iotcore/process';

const mebibyte = 1024 * 1024;
/** Below, it is said once. */
const warnBytes = 1024 * mebibyte;
/** Below, it is said with each look. */
const urgentBytes = 100 * mebibyte;
const lookEveryMs = 60_000;

export interface FreeDiskParts {
  readonly logger: Record<'warn' | 'error', (said: { readonly freeMib: number }, message: string) => void>;
  /** Bytes that may still be written. */
  freeBytes(): Promise<number>;
}

export class FreeDisk {
  readonly #parts: FreeDiskParts;
  readonly #looking: PeriodicTask;
  #isLow = false;

  constructor(parts: FreeDiskParts) {
    this.#parts = parts;
    this.#looking = new PeriodicTask(() => this.#look());
  }

  /** Looks now, and every minute. */
  async start(): Promise<void> {
    await this.#looking.every(lookEveryMs).run();
  }

  /** For tests: looks now. */
  look(): Promise<void> {
    return this.#looking.run();
  }

  stop(): Promise<void> {
    return this.#looking.stop();
  }

  async #look(): Promise<void> {
    const { logger } = this.#parts;
    const freeBytes = await this.#parts.freeBytes().catch(() => undefined);
    if (freeBytes === undefined) return;
    const said = { freeMib: Math.floor(freeBytes / mebibyte) };
    if (freeBytes < urgentBytes)
      logger.error(said, 'the disk of the data folder is nearly full: make room, or the database stops');
    else if (freeBytes < warnBytes && !this.#isLow)
      logger.warn(said, 'the disk of the data folder fills up: make room');
    this.#isLow = freeBytes < warnBytes;
  }
}

export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
