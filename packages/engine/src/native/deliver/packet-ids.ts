/**
 * The packet identifiers of QoS 1 messages that a session was sent and has not acknowledged, in the order of sending.
 * Only the identifiers are kept: a message is sent again on no connection but a new one, and sessions do not outlive theirs.
 */
const idCount = 65_535;
const firstCapacity = 16;
/**
 * Sequence numbers stay below this, so that V8 has them as integers of 32 bits: the remainder of a double is a call out of
 * JavaScript, a third of what it took to take and release an identifier.
 */
const mostSequence = 1_048_576;

export class PacketIds {
  /** A ring of sequence numbers; the identifier is 1 + sequence number mod 65,535. */
  #ring: Int32Array | undefined;
  #head = 0;
  #size = 0;
  #next = 0;

  /** Identifiers in use. */
  get size(): number {
    return this.#size;
  }

  /** Takes the next identifier that is not in use [MQTT-2.3.1-2][MQTT-2.3.1-4]. At most 65,534 may be in use before. */
  take(): number {
    // Only a message that was sent 65,535 identifiers ago can still hold the next one.
    while (this.#size > 0 && this.#next - this.#at(0) >= idCount && this.#indexOf(this.#next) >= 0)
      this.#next++;
    if (this.#next >= mostSequence) this.#renumber();
    const sequence = this.#next++;
    this.#push(sequence);
    return idOf(sequence);
  }

  /** False if the identifier is not in use. Clients acknowledge in the order of sending [MQTT-4.6.0-2]: the first is it. */
  release(id: number): boolean {
    if (this.#size === 0) return false;
    const index = idOf(this.#at(0)) === id ? 0 : this.#indexOf(id - 1);
    if (index < 0) return false;
    this.#remove(index);
    return true;
  }

  /** Smaller sequence numbers for the same identifiers. Of those sent 65,535 identifiers ago or more, only that is kept. */
  #renumber(): void {
    const next = 2 * idCount + (this.#next % idCount);
    const less = this.#next - next;
    const ring = this.#ring;
    for (let i = 0; ring !== undefined && i < this.#size; i++) {
      const sequence = this.#at(i);
      const smaller = sequence - less;
      ring[(this.#head + i) & (ring.length - 1)] = smaller >= idCount ? smaller : sequence % idCount;
    }
    this.#next = next;
  }

  #at(index: number): number {
    const ring = this.#ring as Int32Array;
    return ring[(this.#head + index) & (ring.length - 1)] as number;
  }

  #indexOf(sequence: number): number {
    const id = idOf(sequence);
    for (let i = 0; i < this.#size; i++) {
      if (idOf(this.#at(i)) === id) return i;
    }
    return -1;
  }

  #push(sequence: number): void {
    let ring = this.#ring;
    if (ring === undefined || this.#size === ring.length) {
      const larger = new Int32Array(ring ? 2 * ring.length : firstCapacity);
      for (let i = 0; i < this.#size; i++) larger[i] = this.#at(i);
      ring = this.#ring = larger;
      this.#head = 0;
    }
    ring[(this.#head + this.#size) & (ring.length - 1)] = sequence;
    this.#size++;
  }

  #remove(index: number): void {
    const ring = this.#ring as Int32Array;
    // The older ones move up by one place: none, for the first.
    for (let i = index; i > 0; i--) ring[(this.#head + i) & (ring.length - 1)] = this.#at(i - 1);
    this.#head = (this.#head + 1) & (ring.length - 1);
    this.#size--;
    if (this.#size === 0 && ring.length > 1024) this.#ring = undefined;
  }
}

function idOf(sequence: number): number {
  return 1 + (sequence % idCount);
}
