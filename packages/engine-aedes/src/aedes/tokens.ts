/**
 * Names that stand for something of ours inside aedes, where only a topic or a filter fits. They begin with U+0000, which
 * no topic of a client can hold [MQTT-1.5.3-2], so that neither can ever be taken for the other.
 */
export class Tokens<T> {
  readonly #meanings = new Map<string, T>();
  readonly #prefix: string;
  #last = 0;

  /** `kind` is a letter that keeps the tokens of one purpose apart from all others. */
  constructor(kind: string) {
    this.#prefix = `\0${kind}`;
  }

  /** How many stand for something. */
  get size(): number {
    return this.#meanings.size;
  }

  issue(meaning: T): string {
    const token = `${this.#prefix}${++this.#last}`;
    this.#meanings.set(token, meaning);
    return token;
  }

  meaningOf(token: string): T | undefined {
    return this.#meanings.get(token);
  }

  /** What it stood for; from now on it stands for nothing. */
  redeem(token: string): T | undefined {
    const meaning = this.#meanings.get(token);
    this.#meanings.delete(token);
    return meaning;
  }
}
