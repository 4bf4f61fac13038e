export interface LockHolder {
  readonly id: string;
  /** The process that took the lock. */
  readonly pid: number;
  /** It has announced that it is about to let go. */
  readonly stopping: boolean;
}

export interface ProcessLock {
  /** Whoever held the lock before did not release it: it was killed. */
  readonly succeeds: boolean;
  /** From now on the lock lasts until this process, too, has ended. */
  share(pid: number): void;
  announceStop(): void;
  release(): void;
}

/**
 * Takes the lock for this process, or tells who holds it. Of several processes that try at once exactly one gets it.
 *
 * @throws the error of the file system if the folder cannot be written
 */
export function takeLock(
  path: string,
):
  | { readonly lock: ProcessLock; readonly holder?: never }
  | { readonly lock?: never; readonly holder: LockHolder };

/** Who holds the lock, if anybody does. */
export function lockHolder(path: string): LockHolder | undefined;
