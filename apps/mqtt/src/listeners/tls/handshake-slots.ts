import { addressBlock } from '@iotcore/model';

export interface HandshakeLimits {
  /** TLS handshakes under way at the same time: each holds some 60 KiB until it ends or its time is up. */
  readonly maxHandshakes: number;
  /** Of these from one address (of IPv6: one /64), so that one host cannot keep the others out. */
  readonly maxHandshakesPerAddress: number;
}

/** Counts TLS handshakes that have begun and not ended. */
export class HandshakeSlots {
  readonly #limits: HandshakeLimits;
  readonly #byBlock = new Map<string, number>();
  #total = 0;

  constructor(limits: HandshakeLimits) {
    this.#limits = limits;
  }

  get underWay(): number {
    return this.#total;
  }

  /** Answers how to give the slot back (however often it is called), or undefined: there is none for this address now. */
  take(address: string): (() => void) | undefined {
    const block = addressBlock(address);
    const ofBlock = this.#byBlock.get(block) ?? 0;
    if (this.#total >= this.#limits.maxHandshakes || ofBlock >= this.#limits.maxHandshakesPerAddress)
      return undefined;
    this.#total++;
    this.#byBlock.set(block, ofBlock + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#giveBack(block);
    };
  }

  #giveBack(block: string): void {
    this.#total--;
    const left = (this.#byBlock.get(block) ?? 0) - 1;
    if (left > 0) this.#byBlock.set(block, left);
    else this.#byBlock.delete(block);
  }
}
