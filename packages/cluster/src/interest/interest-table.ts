/**
 * Which of the other nodes want what: for the hash of a namespace a bit for each node. Open addressing in plain arrays, so
 * that a million namespaces take some 16 MiB and a look costs a fraction of a microsecond.
 *
 * It is made of many small tables, each for the hashes that begin alike, since one that grows is built anew in one go: with
 * a million namespaces one table would keep the event loop for 50 ms, each of these keeps it for less than one.
 */

/** Tables that it is made of: the first eight bits of the hash say which. The other bits find the slot. */
const parts = 256;
const partShift = 24;
const fewestSlots = 16;
/** Beyond this share of its slots a part grows. */
const mostFilled = 0.6;
/** It grows to hold so many times what it holds. */
const growth = 1.5;

/** Of all tables together, so that no two states of any have one number. */
let lastRevision = 0;

export class InterestTable {
  /** Changes with what is wanted. */
  revision = ++lastRevision;
  readonly #parts = Array.from({ length: parts }, () => new Part());

  /** The nodes that want a namespace with this hash. */
  wanting(hash: number): number {
    return this.#part(hash).wanting(hash);
  }

  add(hash: number, bit: number): void {
    this.revision = ++lastRevision;
    this.#part(hash).add(hash, bit);
  }

  remove(hash: number, bit: number): void {
    this.revision = ++lastRevision;
    this.#part(hash).remove(hash, bit);
  }

  /** Forgets all that a node wanted. */
  removeAll(bit: number): void {
    this.revision = ++lastRevision;
    for (const part of this.#parts) part.removeAll(bit);
  }

  /** How many hashes are wanted by at least one node. */
  get size(): number {
    return this.#parts.reduce((size, part) => size + part.size, 0);
  }

  /** The hashes that a node wants, in no order. */
  *of(bit: number): IterableIterator<number> {
    for (const part of this.#parts) yield* part.of(bit);
  }

  #part(hash: number): Part {
    return this.#parts[hash >>> partShift] as Part;
  }
}

class Part {
  #hashes = new Uint32Array(fewestSlots);
  #bits = new Uint32Array(fewestSlots);
  /** Slots in use, also by hashes that no node wants any more. */
  #taken = new Uint8Array(fewestSlots);
  #used = 0;

  wanting(hash: number): number {
    const slot = this.#find(hash);
    return this.#taken[slot] ? (this.#bits[slot] as number) : 0;
  }

  add(hash: number, bit: number): void {
    let slot = this.#find(hash);
    if (!this.#taken[slot]) {
      if (this.#used >= this.#hashes.length * mostFilled) {
        this.#rebuild();
        slot = this.#find(hash);
      }
      this.#taken[slot] = 1;
      this.#hashes[slot] = hash;
      this.#used++;
    }
    (this.#bits[slot] as number) |= bit;
  }

  remove(hash: number, bit: number): void {
    const slot = this.#find(hash);
    if (this.#taken[slot]) (this.#bits[slot] as number) &= ~bit;
  }

  removeAll(bit: number): void {
    for (let slot = 0; slot < this.#bits.length; slot++) (this.#bits[slot] as number) &= ~bit;
  }

  get size(): number {
    let size = 0;
    for (const bits of this.#bits) if (bits !== 0) size++;
    return size;
  }

  *of(bit: number): IterableIterator<number> {
    for (let slot = 0; slot < this.#bits.length; slot++)
      if (((this.#bits[slot] as number) & bit) !== 0) yield this.#hashes[slot] as number;
  }

  /** The slot of the hash, or the free one where it would be. */
  #find(hash: number): number {
    const mask = this.#hashes.length - 1;
    let slot = hash & mask;
    while (this.#taken[slot] && this.#hashes[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  #rebuild(): void {
    const hashes = this.#hashes;
    const bits = this.#bits;
    let slots = fewestSlots;
    while (slots * mostFilled <= growth * this.size) slots *= 2;
    this.#hashes = new Uint32Array(slots);
    this.#bits = new Uint32Array(slots);
    this.#taken = new Uint8Array(slots);
    this.#used = 0;
    for (const [index, one] of bits.entries()) if (one !== 0) this.add(hashes[index] as number, one);
  }
}
