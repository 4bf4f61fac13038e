export type { Address, TopicName } from './address.ts';
export type { Addressable, Subscriber } from './local-route.ts';
export { type BusRoute, LocalMessageBus, type MessageBus } from './message-bus.ts';
export {
  type TopicLimits,
  type TopicProblem,
  topicFilterProblem,
  topicNameProblem,
} from './topic-name.ts';
export type { TopicPrefix } from './topic-prefix.ts';
