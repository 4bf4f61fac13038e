import type { TopicName } from '../../routing/index.ts';
import type { WaitingAccount } from './waiting-account.ts';

/** What a waiting message costs each session beside its topic and payload. */
export const keptOverheadBytes = 128;

/** A payload that waits for slow subscribers: one copy, however many of them there are. */
export class KeptPayload {
  readonly bytes: Buffer;
  #holders = 0;
  #account: WaitingAccount | undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** One more session needs it; the first one's account is charged. False: the account takes no more. */
  hold(account: WaitingAccount): boolean {
    if (this.#holders === 0) {
      if (!account.take(this.bytes.length)) return false;
      this.#account = account;
    }
    this.#holders++;
    return true;
  }

  release(): void {
    if (--this.#holders === 0) this.#account?.give(this.bytes.length);
  }
}

/** A message that waits in the queue of a session. */
export interface KeptMessage extends TopicName {
  readonly payload: KeptPayload;
  readonly retain: boolean;
}

/** What it adds to the bound of its session. */
export function costOf({ topicBytes, payload }: KeptMessage): number {
  return payload.bytes.length + topicBytes.length + keptOverheadBytes;
}
