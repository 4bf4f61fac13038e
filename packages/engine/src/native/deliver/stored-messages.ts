import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EngineHost, Qos } from '../../port.ts';
import type { Session } from './session.ts';

/** Stored messages that one session is sent in one turn; others get theirs in between. */
const messagesPerTurn = 64;

/**
 * Sends a new subscription what is stored under its filter [MQTT-3.3.1-6], with the retain flag [MQTT-3.3.1-8], no faster
 * than the client takes it. A
 * topic that has delivered a live message meanwhile is left out: the client would take the older message for the newer.
 */
export async function sendStored<P>(
  host: Pick<EngineHost<P>, 'stored'>,
  session: Session<P>,
  subscriptions: readonly { readonly filter: string; readonly qos: Qos }[],
): Promise<void> {
  let sent = 0;
  await session.watchingLiveTopics(async (live) => {
    for (const { filter, qos } of subscriptions) {
      const messages = host.stored(session.principal, filter);
      if (messages === undefined) continue;
      for await (const { topic, payload, qos: storedQos } of messages) {
        if (++sent % messagesPerTurn === 0) await nextTurn();
        await session.room();
        if (!session.isOpen || !session.hasSubscription(filter)) break;
        if (live.has(topic)) continue;
        const lower = Math.min(qos, storedQos) as Qos;
        session.send({ topic, topicBytes: Buffer.from(topic) }, payload, lower, true);
      }
    }
  });
}
