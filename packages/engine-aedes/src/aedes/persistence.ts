import { Readable } from 'node:stream';
import type { Session } from '../session.ts';
import type { Subscription } from '../subscriptions.ts';
import type { Tokens } from './tokens.ts';

/**
 * What aedes asks of a store, for a server that keeps no sessions: every client is clean to aedes, so it asks only what
 * is here. Nothing is remembered; retained messages come from the host.
 */
export function createPersistence<P>(subscriptions: Tokens<Subscription<Session<P>>>) {
  const nothing = async (): Promise<void> => {};
  return {
    /** aedes insists on an async function. */
    async setup(): Promise<void> {},

    // Sessions: no subscriptions or messages of absent clients [MQTT-3.1.2-6].
    cleanSubscriptions: nothing,
    cleanIncoming: nothing,
    subscriptionsByTopic: async (): Promise<never[]> => [],
    outgoingEnqueueCombi: nothing,
    outgoingStream: () => Readable.from([]),

    // Wills live with their session, which fires them; a crash of this process is not survived by anything here.
    putWill: nothing,
    delWill: nothing,
    streamWill: () => Readable.from([]),

    /** The retained messages for the filters of one SUBSCRIBE. aedes pipes them on without looking after errors. */
    createRetainedStreamCombi(tokens: readonly string[]): Readable {
      const granted = new Set<Subscription<Session<P>>>();
      for (const token of tokens) {
        const subscription = subscriptions.meaningOf(token);
        if (subscription) granted.add(subscription);
      }
      const [first] = granted;
      return Readable.from(first ? first.subscriber.retainedMessages(granted) : []);
    },
  };
}
