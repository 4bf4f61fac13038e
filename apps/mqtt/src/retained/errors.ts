import type { PermanentQuota } from '@iotcore/store/data-plane';

/** Too much waits to be stored: of everybody together, or of this registry. */
export class StoreOverflowError extends Error {
  override readonly name = 'StoreOverflowError';
}

/** The device, or the registry for its own topics, has used up its quota of stored topics or of their bytes. */
export class PermanentQuotaError extends Error {
  override readonly name = 'PermanentQuotaError';
  readonly what: keyof PermanentQuota;

  constructor(what: keyof PermanentQuota) {
    super(
      `The quota of ${what === 'topics' ? 'permanent topics' : 'bytes of permanent topics'} is used up: clear some.`,
    );
    this.what = what;
  }
}
