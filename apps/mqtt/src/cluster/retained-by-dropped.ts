/**
 * What a node stored, and may not have handed over before the others went on without it: subscribers here get it now, unless
 * something newer of its topic was heard. So the last that is heard of a permanent topic is what is stored, also after a node has died.
 */
import type { RetainedOrder } from '@iotcore/cluster';
import type { PublishRoute } from '@iotcore/engine';
import type { WrittenMessage } from '@iotcore/store/data-plane';

export interface RetainedByDroppedParts {
  /** A page of what a node stored last, in the order of the versions; an empty one is the end. */
  read(incarnation: string, afterVersion: number): Promise<readonly WrittenMessage[]>;
  readonly order: Pick<RetainedOrder, 'isNews'>;
  /** Where the messages of a permanent topic go. Undefined: its device is gone. */
  route(registryId: string, topic: string): Promise<PublishRoute | undefined>;
  /** To the subscribers of this node alone. */
  deliver(route: PublishRoute, message: WrittenMessage): void | Promise<void>;
  failed(error: unknown): void;
  /** While the database is away: until it is to be asked again. */
  pause(): Promise<void>;
}

/** `isNeeded`: does this node still have the subscribers of then? The database may be away for as long as it has. */
export async function handOverRetainedBy(
  parts: RetainedByDroppedParts,
  incarnation: string,
  isNeeded: () => boolean,
): Promise<void> {
  let after = 0;
  while (isNeeded()) {
    try {
      const page = await parts.read(incarnation, after);
      if (page.length === 0) return;
      for (const message of page) {
        await handOver(parts, message);
        after = message.version;
      }
    } catch (error) {
      parts.failed(error);
      await parts.pause();
    }
  }
}

async function handOver(
  { order, route, deliver }: RetainedByDroppedParts,
  message: WrittenMessage,
): Promise<void> {
  const { registryId, topic, version } = message;
  const place = { namespace: registryId, topic, version };
  if (!order.isNews(place)) return;
  const found = await route(registryId, topic);
  // Something newer may have come while the device was looked up.
  if (found && order.isNews(place)) await deliver(found, message);
}
