export type { Address, TopicName } from './address.ts';
export type { Branch } from './branch.ts';
export {
  type Addressable,
  type Exchange,
  LocalExchange,
  type Subscriber,
} from './exchange.ts';
export {
  type TopicLimits,
  type TopicProblem,
  topicFilterProblem,
  topicNameProblem,
} from './topic-name.ts';
