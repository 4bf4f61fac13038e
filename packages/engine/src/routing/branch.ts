/**
 * A branch of topics: they begin alike, have the same route, and are heard by the same receivers, however they go on. So
 * a topic of a branch that was never seen before costs no more than one that comes again and again.
 */
import type { Destination } from '../port.ts';
import type { Address } from './address.ts';
import type { Receivers } from './receivers.ts';
import type { Router } from './router.ts';

/** Makes addresses of topics from how they go on. */
export interface Branch {
  /**
   * One address for each name under which somebody hears the topic that goes on with bytes [start, end), which are ASCII
   * and stay as they are. Undefined: the branch is one no more, since receivers depend on how it goes on.
   */
  addresses(bytes: Buffer, start: number, end: number): readonly BranchAddress[] | undefined;
}

/** What the names of a branch share in one space. */
class Beginning<S> {
  readonly space: string;
  readonly text: string;
  receivers: Receivers<S>;

  constructor(space: string, text: string, receivers: Receivers<S>) {
    this.space = space;
    this.text = text;
    this.receivers = receivers;
  }
}

/** The branch of one process's exchange. */
export class LocalBranch<S extends object> implements Branch {
  readonly #router: Router<S>;
  readonly #beginnings: readonly Beginning<S>[];
  #heard: readonly Beginning<S>[];

  private constructor(router: Router<S>, beginnings: readonly Beginning<S>[]) {
    this.#router = router;
    this.#beginnings = beginnings;
    this.#heard = beginnings.filter(isHeard);
  }

  /** `beginnings`: as far as the branch's topics are alike, with a slash at the end. Undefined: they make no branch. */
  static of<S extends object>(
    router: Router<S>,
    beginnings: readonly Destination[],
  ): LocalBranch<S> | undefined {
    const found: Beginning<S>[] = [];
    for (const { space, topic } of beginnings) {
      const receivers = router.branchReceivers(space, topic);
      if (receivers === undefined) return undefined;
      found.push(new Beginning(space, topic, receivers));
    }
    return new LocalBranch(router, found);
  }

  addresses(bytes: Buffer, start: number, end: number): readonly LocalBranchAddress<S>[] | undefined {
    if (!this.#isFresh && !this.#refresh()) return undefined;
    return this.#heard.map((beginning) => new LocalBranchAddress(beginning, bytes, start, end));
  }

  get #isFresh(): boolean {
    for (const { receivers } of this.#beginnings) if (receivers.stale) return false;
    return true;
  }

  #refresh(): boolean {
    for (const beginning of this.#beginnings) {
      const receivers = this.#router.branchReceivers(beginning.space, beginning.text);
      if (receivers === undefined) return false;
      beginning.receivers = receivers;
    }
    this.#heard = this.#beginnings.filter(isHeard);
    return true;
  }
}

function isHeard<S>({ receivers }: Beginning<S>): boolean {
  return receivers.atQos0.length > 0 || receivers.atQos1.length > 0;
}

export interface BranchAddress extends Address {
  /** What all topics of the branch begin with in this space. */
  readonly beginning: string;
}

/** Lives as long as its message; texts are made only for who keeps them. */
class LocalBranchAddress<S> implements BranchAddress {
  readonly #beginning: Beginning<S>;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;
  #topicBytes: Buffer | undefined;
  receivers: Receivers<S>;

  constructor(beginning: Beginning<S>, bytes: Buffer, start: number, end: number) {
    this.#beginning = beginning;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.receivers = beginning.receivers;
  }

  get space(): string {
    return this.#beginning.space;
  }

  get beginning(): string {
    return this.#beginning.text;
  }

  get topic(): string {
    return this.#beginning.text + this.#bytes.toString('latin1', this.#start, this.#end);
  }

  get topicBytes(): Buffer {
    this.#topicBytes ??= Buffer.from(this.topic);
    return this.#topicBytes;
  }
}
