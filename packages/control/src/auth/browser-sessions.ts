/** Sessions of browsers: the secret that a browser keeps, and whether it is still good. */
import { createHash, randomBytes } from 'node:crypto';
import { LruMap } from '@iotcore/process';
import type { BrowserSessionRow, ControlStore } from '@iotcore/store/control';
import { browserIdleMs, browserTouchMs, maxRemembered } from '../limits.ts';
import type { CallerDirectory } from './caller-directory.ts';

const secretBytes = 32;
const secretCharacters = Math.ceil((secretBytes * 4) / 3);

/** 256 random bits, for a session or a sign-in code: a plain hash is enough to store it. */
export function createBrowserSecret(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** Undefined for what cannot be one at all: that is not looked up. */
export function hashBrowserSecret(secret: string): Buffer | undefined {
  if (secret.length !== secretCharacters) return undefined;
  return createHash('sha256').update(secret).digest();
}

type Store = Pick<ControlStore, 'touchBrowserSession'> & {
  readonly read: Pick<ControlStore['read'], 'browserSessions'>;
};

export class BrowserSessions {
  readonly #store: Store;
  readonly #directory: Pick<CallerDirectory, 'session'>;
  readonly #now: () => Date;
  /** When this process wrote down last that a session was used, by its ID; in ms since the epoch. */
  readonly #touched = new LruMap<string, number>(maxRemembered);

  constructor(store: Store, directory: Pick<CallerDirectory, 'session'>, now: () => Date) {
    this.#store = store;
    this.#directory = directory;
    this.#now = now;
  }

  /** The session of a secret, which counts as used by this; undefined if it has ended, or there is none. */
  async use(secret: string): Promise<BrowserSessionRow | undefined> {
    const sha256 = hashBrowserSecret(secret);
    const known = sha256 && (await this.#directory.session(sha256));
    if (!known || known.expiresAt <= this.#now()) return undefined;
    if (!this.#isIdle(known)) return this.#touch(known);
    // Another process may have seen it in use.
    const fresh = await this.#store.read.browserSessions.find(sha256);
    return fresh && !this.#isIdle(fresh) ? this.#touch(fresh) : undefined;
  }

  #isIdle(session: BrowserSessionRow): boolean {
    return this.#now().getTime() - this.#usedAtMs(session) >= browserIdleMs;
  }

  async #touch(session: BrowserSessionRow): Promise<BrowserSessionRow> {
    const now = this.#now();
    if (now.getTime() - this.#usedAtMs(session) >= browserTouchMs) {
      this.#touched.set(session.id, now.getTime());
      await this.#store.touchBrowserSession(session.id, now);
    }
    return session;
  }

  #usedAtMs({ id, usedAt }: BrowserSessionRow): number {
    return Math.max(usedAt.getTime(), this.#touched.get(id) ?? 0);
  }
}
