export type { Address, TopicName } from './address.ts';
export {
  type Addressable,
  LocalMessageBus,
  type MessageBus,
  type Subscriber,
} from './message-bus.ts';
export {
  type TopicLimits,
  type TopicProblem,
  topicFilterProblem,
  topicNameProblem,
} from './topic-name.ts';
export type { TopicPrefix } from './topic-prefix.ts';
