/**
 * A prefix of topics that all have the same route and the same receivers. So a topic that was never published to before
 * costs no more than one that is published to again and again.
 */
import type { Destination } from '../port.ts';
import type { TopicName } from './address.ts';
import {
  type Addressable,
  type LocalAddress,
  LocalRoute,
  type Subscriber,
  type Ticks,
} from './local-route.ts';
import type { Receivers } from './matching/receivers.ts';
import type { Router } from './matching/router.ts';
import type { HandOver } from './under-way.ts';

/** Makes the route of a topic from what follows the prefix. */
export interface TopicPrefix<M> {
  /**
   * The route of the topic whose rest is bytes [start, end), which are ASCII and stay as they are, with the names under which
   * subscribers receive it. Undefined: the receivers now depend on the whole topic.
   */
  readonly route: (bytes: Buffer, start: number, end: number) => PrefixedRoute<M> | undefined;
}

/** The route of one topic with the prefix. */
export interface PrefixedRoute<M> {
  readonly topicNames: readonly PrefixedName[];
  readonly publish: (message: M) => HandOver;
}

export interface PrefixedName extends TopicName {
  /** What all topics begin with in this namespace. */
  readonly prefix: string;
}

/** The prefix in one namespace, and the subscribers that receive topics that begin with it. */
class NamespacePrefix<S> {
  readonly namespace: string;
  readonly text: string;
  receivers: Receivers<S>;

  constructor(namespace: string, text: string, receivers: Receivers<S>) {
    this.namespace = namespace;
    this.text = text;
    this.receivers = receivers;
  }
}

/** A prefix on the bus of one process. */
export class LocalTopicPrefix<S extends Subscriber<M>, M extends Addressable> implements TopicPrefix<M> {
  readonly #router: Router<S>;
  readonly #prefixes: readonly NamespacePrefix<S>[];
  readonly #ticks: Ticks<M> | undefined;
  #heard: readonly NamespacePrefix<S>[];

  private constructor(
    router: Router<S>,
    prefixes: readonly NamespacePrefix<S>[],
    ticks: Ticks<M> | undefined,
  ) {
    this.#router = router;
    this.#ticks = ticks;
    this.#prefixes = prefixes;
    this.#heard = prefixes.filter(isHeard);
  }

  /** `prefixes`: one for each destination, with a slash at the end. Undefined: receivers depend on the whole topic. */
  static of<S extends Subscriber<M>, M extends Addressable>(
    router: Router<S>,
    prefixes: readonly Destination[],
    ticks?: Ticks<M>,
  ): LocalTopicPrefix<S, M> | undefined {
    const found: NamespacePrefix<S>[] = [];
    for (const { namespace, topic } of prefixes) {
      const receivers = router.prefixReceivers(namespace, topic);
      if (receivers === undefined) return undefined;
      found.push(new NamespacePrefix(namespace, topic, receivers));
    }
    return new LocalTopicPrefix(router, found, ticks);
  }

  route(bytes: Buffer, start: number, end: number): PrefixedRoute<M> | undefined {
    if (!this.#isFresh && !this.#refresh()) return undefined;
    const topicNames = this.#heard.map((prefix) => new LocalPrefixAddress(prefix, bytes, start, end));
    return new LocalPrefixedRoute<S, M>(this.#router, topicNames, this.#ticks);
  }

  get #isFresh(): boolean {
    for (const { receivers } of this.#prefixes) if (receivers.stale) return false;
    return true;
  }

  #refresh(): boolean {
    for (const prefix of this.#prefixes) {
      const receivers = this.#router.prefixReceivers(prefix.namespace, prefix.text);
      if (receivers === undefined) return false;
      prefix.receivers = receivers;
    }
    this.#heard = this.#prefixes.filter(isHeard);
    return true;
  }
}

function isHeard<S>({ receivers }: NamespacePrefix<S>): boolean {
  return receivers.atQos0.length > 0 || receivers.atQos1.length > 0;
}

class LocalPrefixedRoute<S extends Subscriber<M>, M extends Addressable> extends LocalRoute<S, M> {
  declare readonly topicNames: readonly LocalPrefixAddress<S>[];
}

/** Lives as long as its message; strings are made only when they are asked for. */
class LocalPrefixAddress<S> implements PrefixedName, LocalAddress<S> {
  readonly #prefix: NamespacePrefix<S>;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;
  #topicBytes: Buffer | undefined;
  receivers: Receivers<S>;

  constructor(prefix: NamespacePrefix<S>, bytes: Buffer, start: number, end: number) {
    this.#prefix = prefix;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.receivers = prefix.receivers;
  }

  get namespace(): string {
    return this.#prefix.namespace;
  }

  get prefix(): string {
    return this.#prefix.text;
  }

  get topic(): string {
    return this.#prefix.text + this.#bytes.toString('latin1', this.#start, this.#end);
  }

  get topicBytes(): Buffer {
    this.#topicBytes ??= Buffer.from(this.topic);
    return this.#topicBytes;
  }
}
