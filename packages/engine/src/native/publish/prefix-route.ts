/** The route of all topics with one prefix, made ready to be used for one message after the other until it is stale. */
import { type CodecLimits, isPlainTopicRest } from '../../codec/index.ts';
import type { PublishRoute, RoutePrefix, RouteTap } from '../../port.ts';
import type { MessageBus, TopicPrefix } from '../../routing/index.ts';
import type { OutgoingMessage } from '../messages/outgoing-message.ts';
import { equalsAt } from './equals-at.ts';
import type { Plan } from './plan.ts';

export class PrefixRoute {
  /** Ends with a slash. */
  readonly prefix: string;
  readonly #prefixBytes: Buffer;
  readonly #maxRestBytes: number;
  /** Levels after the prefix. */
  readonly #maxRestLevels: number;
  readonly #basis: PublishRoute['basis'];
  readonly #receivers: TopicPrefix<OutgoingMessage>;
  /** Their topics without the rest. */
  readonly #taps: readonly RouteTap[] | undefined;

  private constructor(
    topic: string,
    { length, maxRestBytes }: RoutePrefix,
    basis: PublishRoute['basis'],
    receivers: TopicPrefix<OutgoingMessage>,
    taps: readonly RouteTap[] | undefined,
    limits: CodecLimits,
  ) {
    this.prefix = topic.slice(0, length);
    this.#prefixBytes = Buffer.from(this.prefix);
    this.#maxRestBytes = Math.min(maxRestBytes, limits.maxTopicBytes - this.#prefixBytes.length);
    this.#maxRestLevels = limits.maxTopicLevels - this.prefix.split('/').length + 1;
    this.#basis = basis;
    this.#receivers = receivers;
    this.#taps = taps;
  }

  /** Undefined if the route, or its list of receivers, depends on the whole topic. */
  static of(
    topic: string,
    { prefix, destinations, basis, taps }: PublishRoute,
    bus: Pick<MessageBus<never, OutgoingMessage>, 'prefix'>,
    limits: CodecLimits,
  ): PrefixRoute | undefined {
    if (prefix === undefined) return undefined;
    const restLength = topic.length - prefix.length;
    const receivers = bus.prefix(
      destinations.map(({ namespace, topic: name }) => ({
        namespace,
        topic: name.slice(0, name.length - restLength),
      })),
    );
    const withoutRest = ({ log, topic: name }: RouteTap) => ({
      log,
      topic: name.slice(0, name.length - restLength),
    });
    return receivers && new PrefixRoute(topic, prefix, basis, receivers, taps?.map(withoutRest), limits);
  }

  get isStale(): boolean {
    return this.#basis.stale;
  }

  /** The plan for the topic at [start, end), if it begins with the prefix. */
  find(bytes: Buffer, start: number, end: number): Plan | undefined {
    const restStart = start + this.#prefixBytes.length;
    const restBytes = end - restStart;
    if (restBytes < 0 || restBytes > this.#maxRestBytes) return undefined;
    if (!equalsAt(bytes, start, this.#prefixBytes)) return undefined;
    if (!isPlainTopicRest(bytes, restStart, end, this.#maxRestLevels)) return undefined;
    const route = this.#receivers.route(bytes, restStart, end);
    if (route === undefined) return undefined;
    const ownTopicName = route.topicNames.find(({ prefix }) => prefix === this.prefix);
    return { retainAs: undefined, taps: this.#tapsOf(bytes, restStart, end), route, ownTopicName };
  }

  /** The rest is ASCII. */
  #tapsOf(bytes: Buffer, restStart: number, end: number): readonly RouteTap[] | undefined {
    if (this.#taps === undefined) return undefined;
    const rest = bytes.toString('latin1', restStart, end);
    return this.#taps.map(({ log, topic }) => ({ log, topic: topic + rest }));
  }
}
