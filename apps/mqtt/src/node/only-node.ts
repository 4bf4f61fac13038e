/**
 * Two nodes that do not know of each other would each serve half of a fleet: messages would reach some subscribers and not
 * others, and nobody would hear of it. So a process that cannot be one of several refuses to start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StartupError } from '@iotcore/process';
import type { ListedNode } from '@iotcore/store/data-plane';

export interface OnlyNodeParts {
  /** Is this node one of a cluster? Then others of it are welcome, and only those that are none are not. */
  readonly inCluster: boolean;
  /** Do frames get from this node to that one of a cluster, as far as is known? */
  canReach(node: ListedNode): boolean;
  /** The nodes that were on the list before this one and whose lease has not passed. */
  list(): Promise<readonly ListedNode[]>;
  /** Has the process of that place ended for certain? */
  hasEnded(place: string): boolean;
  /** Takes nodes off the list whose processes have ended. */
  remove(ids: readonly string[]): Promise<void>;
  /** For the log: the start waits until it is known whether they live. */
  waiting(urls: readonly string[]): void;
}

const lookMs = 250;

/**
 * Resolves once no other node lives that this one could not work with. One that died without a word is waited for until its
 * lease has passed, 15 s at most.
 *
 * @throws StartupError if one lives
 */
export async function requireNoStrangers(parts: OnlyNodeParts, signal: AbortSignal): Promise<void> {
  const firstSeen = new Map<string, string>();
  for (;;) {
    const listed = await parts.list();
    const dead = listed.filter(({ place }) => place !== undefined && parts.hasEnded(place));
    if (dead.length > 0) await parts.remove(dead.map(({ id }) => id));
    const isStranger = (node: ListedNode) => !(parts.inCluster && node.inCluster && parts.canReach(node));
    const strangers = listed.filter((node) => !dead.includes(node) && isStranger(node));
    if (strangers.length === 0) return;
    const living = strangers.find(({ id, seen }) => (firstSeen.get(id) ?? seen) !== seen);
    if (living) throw new StartupError(whyRefused(parts.inCluster, living));
    if (firstSeen.size === 0) parts.waiting(strangers.map(({ url }) => url));
    for (const { id, seen } of strangers) if (!firstSeen.has(id)) firstSeen.set(id, seen);
    await sleep(lookMs, undefined, { signal });
  }
}

function whyRefused(inCluster: boolean, { url, inCluster: isOtherInCluster }: ListedNode): string {
  const why = 'two that do not know of each other would each reach a part of the subscribers';
  if (inCluster && !isOtherInCluster)
    return `IOT_NATS_SERVERS: another MQTT server that is not part of a cluster uses this database (${url}): ${why}; stop it first`;
  const where = inCluster ? ', on another machine or in another container,' : '';
  const hint = 'stop it first, or set the same IOT_NATS_SERVERS for both (docs/cluster.md)';
  return `IOT_NATS_SERVERS: another MQTT server${where} uses this database (${url}): ${why}; ${hint}`;
}
