/**
 * Which nodes are to be condemned: a pure function of the rows, and of how long each node has been silent. The observer
 * measures silence by its own clock, as the time since it last saw a new renewal, so a jump of the database's clock condemns
 * no node.
 */
import { isAlive, type NodeRow } from './node-row.ts';
import { times } from './rules.ts';

export interface Silence {
  /** For how long the observer has seen no new renewal of this row, in ms. */
  silentMs(row: NodeRow): number;
  /** What a joiner waits before it condemns a row of this state. */
  joinerPatienceMs(state: NodeRow['state']): number;
}

/** Answers the incarnations to be condemned. */
export function findCondemnable(rows: readonly NodeRow[], observer: string, silence: Silence): string[] {
  const living = rows.filter(isAlive);
  const self = living.find(({ incarnation }) => incarnation === observer);
  if (!self) return [];
  const renewing = living.filter((row) => silence.silentMs(row) < times.silentMs);
  const apart = findSplit(renewing.filter(isMember), isMember);
  const left = renewing.filter(({ incarnation }) => !apart.includes(incarnation));
  const joinersApart = findSplit(left, isJoining);
  if (isJoining(self)) return [...findLongSilent(living, observer, silence), ...joinersApart];
  // A joiner that reaches nobody misses everybody: only members have had a link that they can miss.
  const missed = new Set(renewing.filter(isMember).flatMap(({ misses }) => misses));
  const silent = living.filter(
    (row) =>
      !renewing.includes(row) &&
      row.incarnation !== observer &&
      (isJoining(row) || missed.has(row.incarnation)),
  );
  return [...silent.map(({ incarnation }) => incarnation), ...apart, ...joinersApart];
}

/** A joiner has no links: it cannot tell the dead from those that have lost the database, and waits until these must have stopped. */
function findLongSilent(living: readonly NodeRow[], observer: string, silence: Silence): string[] {
  return living
    .filter(
      (row) => row.incarnation !== observer && silence.silentMs(row) >= silence.joinerPatienceMs(row.state),
    )
    .map(({ incarnation }) => incarnation);
}

/**
 * Among nodes that renew while one misses another: the node in most such pairs, or the youngest; of those that `mayGo`. Members go by what
 * members miss, and joiners afterwards: no number of joiners that do not reach a member can put an end to it.
 */
function findSplit(renewing: readonly NodeRow[], mayGo: (row: NodeRow) => boolean): string[] {
  const condemned: string[] = [];
  let left = renewing;
  for (;;) {
    const pairs = countPairs(left);
    const worst = left
      .filter((row) => mayGo(row) && (pairs.get(row.incarnation) ?? 0) > 0)
      .toSorted((a, b) => worse(a, b, pairs))[0];
    if (!worst) return condemned;
    condemned.push(worst.incarnation);
    left = left.filter((row) => row !== worst);
  }
}

function worse(a: NodeRow, b: NodeRow, pairs: ReadonlyMap<string, number>): number {
  const byPairs = (pairs.get(b.incarnation) ?? 0) - (pairs.get(a.incarnation) ?? 0);
  return byPairs || b.number - a.number;
}

function isJoining({ state }: NodeRow): boolean {
  return state === 'joining';
}

function isMember({ state }: NodeRow): boolean {
  return state === 'member';
}

/** In how many pairs each is of which one misses the other. */
function countPairs(rows: readonly NodeRow[]): ReadonlyMap<string, number> {
  const pairs = new Map<string, number>();
  for (const [index, a] of rows.entries()) {
    for (const b of rows.slice(index + 1)) {
      if (!a.misses.includes(b.incarnation) && !b.misses.includes(a.incarnation)) continue;
      for (const { incarnation } of [a, b]) pairs.set(incarnation, (pairs.get(incarnation) ?? 0) + 1);
    }
  }
  return pairs;
}
