import type { AedesPublishPacket } from 'aedes';
import type { Publication } from '../publisher.ts';
import type { Session } from '../session.ts';
import type { Subscription } from '../subscriptions.ts';
import type { Tokens } from './tokens.ts';

type Done = (error?: Error | null) => void;

/**
 * The message queue that aedes emits to and subscribes at. Routing is not by aedes' topics but by namespaces (../routing):
 * what is emitted is a token for a publication whose route is known, and what is subscribed is a token for a subscription
 * that the bus knows already.
 */
export function createMq<P>(
  subscriptions: Tokens<Subscription<Session<P>>>,
  publications: Tokens<Publication>,
) {
  return {
    /** The session has subscribed at the bus when it was granted (session.ts). */
    on(_token: string, _deliver: unknown, done?: () => void): void {
      done?.();
    },

    /** aedes changes the QoS of a subscription by leaving and subscribing anew: only UNSUBSCRIBE, with `done`, is meant. */
    removeListener(token: string, _deliver: unknown, done?: () => void): void {
      const subscription = done && subscriptions.meaningOf(token);
      subscription?.subscriber.subscriptions.remove(subscription);
      done?.();
    },

    /** What has no publication is aedes speaking of itself ($SYS/…), which is nobody's business. */
    emit(packet: AedesPublishPacket, done: Done): void {
      const publish = publications.redeem(packet.topic);
      publish?.(packet.payload as Buffer, packet.qos === 0 ? 0 : 1);
      done();
    },

    close(done: () => void): void {
      done();
    },
  };
}
