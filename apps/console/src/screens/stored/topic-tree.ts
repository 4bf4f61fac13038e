/** Topics as a tree: what several of them begin with is said once. */

export interface TopicNode<Topic> {
  /** The levels that this row adds to the one above it. */
  readonly label: string;
  readonly depth: number;
  /** Unique among the rows. */
  readonly key: string;
  /** Undefined: nothing is stored here, but below. */
  readonly topic: Topic | undefined;
}

interface Level<Topic> {
  topic: Topic | undefined;
  readonly below: Map<string, Level<Topic>>;
}

/** Rows from the top down, each before those below it; a level with one way on, and nothing of its own, is no row. */
export function topicTree<Topic extends { readonly topic: string }>(
  topics: readonly Topic[],
): readonly TopicNode<Topic>[] {
  const root: Level<Topic> = { topic: undefined, below: new Map() };
  for (const one of topics) {
    let at = root;
    for (const level of one.topic.split('/')) {
      const next = at.below.get(level) ?? { topic: undefined, below: new Map() };
      at.below.set(level, next);
      at = next;
    }
    at.topic = one;
  }
  return inOrder(root).flatMap(([level, place]) => rowsOf(place, [level], [], 0));
}

function rowsOf<Topic>(
  place: Level<Topic>,
  label: readonly string[],
  above: readonly string[],
  depth: number,
): TopicNode<Topic>[] {
  const [only, ...others] = inOrder(place);
  if (place.topic === undefined && only && others.length === 0)
    return rowsOf(only[1], [...label, only[0]], above, depth);
  const path = [...above, ...label];
  const row = { label: label.join('/'), depth, key: path.join('/'), topic: place.topic };
  return [row, ...inOrder(place).flatMap(([level, next]) => rowsOf(next, [level], path, depth + 1))];
}

function inOrder<Topic>({ below }: Level<Topic>): [string, Level<Topic>][] {
  return [...below].sort(([one], [other]) => (one < other ? -1 : 1));
}
