export type { Address, TopicName } from './address.ts';
export type { Addressable, Subscriber, Ticks } from './local-route.ts';
export {
  hasWildcard,
  levelCount,
  type TopicLimits,
  type TopicProblem,
  topicFilterProblem,
  topicNameProblem,
} from './matching/topic-name.ts';
export { type BusRoute, LocalMessageBus, type MessageBus } from './message-bus.ts';
export type { PrefixedRoute, TopicPrefix } from './topic-prefix.ts';
export { type HandOver, handedOver, UnderWay } from './under-way.ts';
