import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** 12 bytes leave no chance to guess, and a token of the longest ID under 100 characters. */
const macBytes = 12;

/**
 * Page tokens: where the next page of a list begins, sealed. A token works for just the list that it came from (its
 * method and filter), for any sender; anything else is refused, so that no key of another list can be smuggled in.
 */
export class PageTokens {
  readonly #secret: () => KeyObject;

  /** `secret`: asked each time, since it changes with the installation's keys. */
  constructor(secret: () => KeyObject) {
    this.#secret = secret;
  }

  /** `list` names the list with its filter; `after` is the key of the last row shown. */
  seal(list: string, after: string): string {
    const key = Buffer.from(after);
    return Buffer.concat([this.#mac(list, key), key]).toString('base64url');
  }

  /** The key in a token; undefined if the token is not one of this list. */
  open(list: string, token: string): string | undefined {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length <= macBytes || bytes.toString('base64url') !== token) return undefined;
    const key = bytes.subarray(macBytes);
    return timingSafeEqual(bytes.subarray(0, macBytes), this.#mac(list, key)) ? key.toString() : undefined;
  }

  #mac(list: string, key: Buffer): Buffer {
    return createHmac('sha256', this.#secret())
      .update(list)
      .update('\0')
      .update(key)
      .digest()
      .subarray(0, macBytes);
  }
}
