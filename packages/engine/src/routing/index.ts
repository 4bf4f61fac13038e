export {
  type Address,
  type Addressable,
  type Exchange,
  LocalExchange,
  type Subscriber,
  type TopicName,
} from './exchange.ts';
export type { ReceiverLists, Receivers } from './receivers.ts';
export { defaultRouterLimits, Router, type RouterLimits } from './router.ts';
export {
  hasWildcard,
  levelsOf,
  type TopicLimits,
  type TopicProblem,
  topicFilterProblem,
  topicNameProblem,
} from './topic-name.ts';
