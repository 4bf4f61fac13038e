export {
  type Address,
  type Addressable,
  type Exchange,
  LocalExchange,
  type Subscriber,
  type TopicName,
} from './exchange.ts';
export {
  type TopicLimits,
  type TopicProblem,
  topicFilterProblem,
  topicNameProblem,
} from './topic-name.ts';
