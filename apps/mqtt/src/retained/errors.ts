import { MessageRefusedError } from '@iotcore/engine';
import type { PermanentQuota } from '@iotcore/store/data-plane';

/** Too much waits to be stored: of everybody together, or of this registry. */
export class StoreOverflowError extends Error {
  override readonly name = 'StoreOverflowError';
}

/** The device, or the registry for its own topics, has used up its quota of stored topics or of their bytes. */
export class PermanentQuotaError extends MessageRefusedError {
  override readonly name = 'PermanentQuotaError';

  constructor(what: keyof PermanentQuota) {
    const text = `quota of ${what === 'topics' ? 'permanent topics' : 'bytes of permanent topics'} used up`;
    super({ code: 'permanent quota used up', text });
  }
}
