import { limits } from '@iotcore/model';
import { argon2Hash, argon2Verify, decoyHash, usualMemoryKib } from './argon2.ts';
import { BoundedQueue, type QueueLimits } from './bounded-queue.ts';

/** MQTT lets passwords be up to 65,535 bytes of anything; beyond what the API stores, none can be right. */
const maxPasswordBytes = limits.password.max;

/**
 * Hashing runs on libuv's thread pool, off the event loop. Two at a time leave half of its four threads to files and
 * name look-ups. 3,000 waiting are some 15 to 30 s of work: as long as patient clients wait for their CONNACK. Turning
 * them away earlier costs more, since they come back at once, with a TLS handshake each.
 */
const defaultLimits: QueueLimits = { maxRunning: 2, maxWaiting: 3000 };

export interface PasswordHasher {
  /** Hashes a new password. Throws RangeError beyond `limits.password`, OverloadedError when too many wait. */
  hash(password: string | Uint8Array): Promise<string>;
  /**
   * The first of `candidates` whose hash this password made. With no candidates it still does the work of one, so that
   * the time tells nobody whether an ID exists. Throws OverloadedError when too many wait.
   */
  findMatch<T extends { readonly hash: string }>(
    candidates: readonly T[],
    password: Uint8Array,
  ): Promise<T | undefined>;
  /** Hashes being made or waited for. */
  readonly pending: number;
}

export interface HasherOptions extends Partial<QueueLimits> {
  /** What a new hash costs. Default: what passwords of people and devices deserve. */
  readonly memoryKib?: number | undefined;
}

export function createPasswordHasher(options: HasherOptions = {}): PasswordHasher {
  const { memoryKib = usualMemoryKib, ...queueLimits } = options;
  const queue = new BoundedQueue({ ...defaultLimits, ...queueLimits });
  const decoy = { hash: decoyHash(memoryKib) };

  return {
    get pending() {
      return queue.size;
    },
    async hash(password) {
      if (Buffer.byteLength(password) > maxPasswordBytes) {
        throw new RangeError(`a password has at most ${maxPasswordBytes} bytes`);
      }
      return queue.run(() => argon2Hash(password, memoryKib));
    },
    async findMatch(candidates, password) {
      const tooLong = password.length > maxPasswordBytes;
      const tried = tooLong || candidates.length === 0 ? [decoy] : candidates;
      const bytes = tooLong ? password.subarray(0, maxPasswordBytes) : password;
      for (const candidate of tried) {
        if (!(await queue.run(() => argon2Verify(candidate.hash, bytes)))) continue;
        return candidate === decoy ? undefined : (candidate as (typeof candidates)[number]);
      }
      return undefined;
    },
  };
}
