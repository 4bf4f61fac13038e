import type { PublishRoute, RouteTap } from '../../port.ts';
import type { BusRoute, TopicName } from '../../routing/index.ts';
import type { OutgoingMessage } from '../messages/outgoing-message.ts';

/** What the messages of a topic are handed over by. */
export interface Plan {
  readonly retainAs: PublishRoute['retainAs'];
  /** Undefined: no log gets it. */
  readonly taps: readonly RouteTap[] | undefined;
  readonly route: BusRoute<OutgoingMessage>;
  /** The address of the topic's own name, under which a packet can go out as it came. */
  readonly ownTopicName: TopicName | undefined;
}

/** A route that the host gave, made ready to be used for one message after the other until its basis is stale. */
export interface TopicPlan extends Plan {
  readonly topic: string;
  readonly topicBytes: Buffer;
  readonly basis: PublishRoute['basis'];
}
