import { isRole, type RoleBinding } from '@iotcore/model';
import { LruMap } from '@iotcore/process';
import type { ApiKeyCaller, BrowserSessionRow, CallerAccount, Reads } from '@iotcore/store/control';
import { maxRemembered } from '../limits.ts';

/**
 * The accounts of callers, remembered: what is looked up in the database once is true until the change feed tells of a
 * change of any account, which is rare and makes all forgotten. What was not found is not remembered, so that bad
 * credentials cannot fill the memory.
 */
export class CallerDirectory {
  readonly #read: Pick<Reads, 'callers' | 'browserSessions'>;
  readonly #isCurrent: () => boolean;
  readonly #accounts = new LruMap<string, CallerAccount>(maxRemembered);
  readonly #apiKeys = new LruMap<string, ApiKeyCaller>(maxRemembered);
  readonly #sessions = new LruMap<string, BrowserSessionRow>(maxRemembered);
  /** Counts the changes: what was read before one must not be remembered after it. */
  #generation = 0;

  /** `isCurrent`: whether every change up to a second ago has been told; otherwise nothing remembered is used. */
  constructor(read: Pick<Reads, 'callers' | 'browserSessions'>, isCurrent: () => boolean) {
    this.#read = read;
    this.#isCurrent = isCurrent;
  }

  async account(id: string): Promise<CallerAccount | undefined> {
    return this.#remembered(this.#accounts, id, () => this.#read.callers.findAccount(id));
  }

  async apiKey(secretSha256: Buffer): Promise<ApiKeyCaller | undefined> {
    const bytes = Uint8Array.from(secretSha256);
    return this.#remembered(this.#apiKeys, secretSha256.toString('hex'), () =>
      this.#read.callers.findApiKey(bytes),
    );
  }

  /** When it was last used may be out of date. */
  async session(secretSha256: Buffer): Promise<BrowserSessionRow | undefined> {
    return this.#remembered(this.#sessions, secretSha256.toString('hex'), () =>
      this.#read.browserSessions.find(secretSha256),
    );
  }

  forget(): void {
    this.#generation += 1;
    this.#sessions.clear();
    this.#accounts.clear();
    this.#apiKeys.clear();
  }

  async #remembered<T>(
    memory: LruMap<string, T>,
    key: string,
    find: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const known = memory.get(key);
    if (known !== undefined && this.#isCurrent()) return known;
    const generation = this.#generation;
    const found = await find();
    if (found !== undefined && generation === this.#generation) {
      memory.set(key, found);
    }
    return found;
  }
}

/** The roles of an account. A role that this version does not know permits nothing. */
export function rolesOf(account: CallerAccount): readonly RoleBinding[] {
  return account.roleBindings.flatMap(({ folderId, role }) => (isRole(role) ? [{ folderId, role }] : []));
}
