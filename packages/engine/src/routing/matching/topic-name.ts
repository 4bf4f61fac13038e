/** The grammar of topic names and filters, MQTT 3.1.1 section 4.7. Text is opaque: no normalising, no folding of case [MQTT-4.7.3-4]. */

export interface TopicLimits {
  /** UTF-8 bytes, at most 65,535 [MQTT-4.7.3-3]. */
  readonly maxTopicBytes: number;
  /** Levels, so slashes + 1. Bounds what one name can cost in the trie and in a host's rules. */
  readonly maxTopicLevels: number;
}

export type TopicProblem = 'empty' | 'null character' | 'too long' | 'too many levels' | 'wildcard misplaced';

const separator = '/';

/** What keeps `topic` from being the name of a topic, or undefined. */
export function topicNameProblem(topic: string, limits: TopicLimits): TopicProblem | undefined {
  // Neither wildcard may stand in a topic name [MQTT-3.3.2-2][MQTT-4.7.1-1].
  if (topic.includes('+') || topic.includes('#')) return 'wildcard misplaced';
  return commonProblem(topic, limits);
}

/** What keeps `filter` from being a topic filter, or undefined. */
export function topicFilterProblem(filter: string, limits: TopicLimits): TopicProblem | undefined {
  const problem = commonProblem(filter, limits);
  if (problem) return problem;
  const hash = filter.indexOf('#');
  // `#` is the last character, and alone in its level [MQTT-4.7.1-2].
  if (hash !== -1 && (hash !== filter.length - 1 || !startsLevel(filter, hash))) return 'wildcard misplaced';
  for (let plus = filter.indexOf('+'); plus !== -1; plus = filter.indexOf('+', plus + 1)) {
    // `+` occupies an entire level [MQTT-4.7.1-3].
    const endsLevel = plus === filter.length - 1 || filter[plus + 1] === separator;
    if (!startsLevel(filter, plus) || !endsLevel) return 'wildcard misplaced';
  }
  return undefined;
}

export function hasWildcard(filter: string): boolean {
  return filter.endsWith('#') || filter.includes('+');
}

export function levelsOf(name: string): string[] {
  return name.split(separator);
}

/** Their number, from 1. */
export function levelCount(name: string): number {
  let levels = 1;
  for (let slash = name.indexOf(separator); slash !== -1; slash = name.indexOf(separator, slash + 1))
    levels++;
  return levels;
}

function startsLevel(filter: string, index: number): boolean {
  return index === 0 || filter[index - 1] === separator;
}

function commonProblem(name: string, limits: TopicLimits): TopicProblem | undefined {
  if (name.length === 0) return 'empty'; // [MQTT-4.7.3-1]
  if (name.includes('\0')) return 'null character'; // [MQTT-4.7.3-2]
  // A UTF-16 unit is at most three bytes of UTF-8: most names need not be measured.
  if (name.length * 3 > limits.maxTopicBytes && Buffer.byteLength(name) > limits.maxTopicBytes)
    return 'too long';
  return levelCount(name) > limits.maxTopicLevels ? 'too many levels' : undefined;
}
