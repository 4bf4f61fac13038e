import { type TopicProblem, topicFilterProblem, topicNameProblem } from '../../routing/index.ts';
import { PacketError, type PacketErrorCode } from './packet-error.ts';
import type { CodecLimits } from './packet-type.ts';

/** The most filters in one packet: reading them must not delay other clients, and no session may have more. */
export const mostFilters = 10_000;

const topicErrors: Record<TopicProblem, PacketErrorCode> = {
  empty: 'topicEmpty',
  'null character': 'nullCharacter',
  'too long': 'topicTooLong',
  'too many levels': 'topicTooDeep',
  'wildcard misplaced': 'topicWildcard',
};

/** @throws PacketError unless it is the name of a topic [MQTT-3.3.2-2][MQTT-4.7.1-1][MQTT-4.7.3-1] */
export function checkTopicName(topic: string, limits: CodecLimits): void {
  const problem = topicNameProblem(topic, limits);
  if (problem) throw new PacketError(topicErrors[problem]);
}

/** @throws PacketError unless it is a topic filter [MQTT-4.7.1-2][MQTT-4.7.1-3][MQTT-4.7.3-1] */
export function checkTopicFilter(filter: string, limits: CodecLimits): void {
  const problem = topicFilterProblem(filter, limits);
  if (problem)
    throw new PacketError(problem === 'wildcard misplaced' ? 'filterWildcard' : topicErrors[problem]);
}
