import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { EngineHost, Qos } from '../../port.ts';
import type { Session } from './session.ts';

/** Retained messages that one session is sent in one tick; others get theirs in between. */
const messagesPerTick = 64;

/**
 * Sends a new subscription what is stored under its filter [MQTT-3.3.1-6], with the retain flag [MQTT-3.3.1-8], no faster
 * than the client takes it. A
 * topic that has delivered a live message meanwhile is left out: the client would take the older message for the newer.
 */
export async function sendRetained<P>(
  host: Pick<EngineHost<P>, 'retained'>,
  session: Session<P>,
  subscriptions: readonly { readonly filter: string; readonly qos: Qos }[],
): Promise<void> {
  let sent = 0;
  await session.watchingLiveTopics(async (live) => {
    for (const { filter, qos } of subscriptions) {
      const messages = host.retained(session.principal, filter);
      if (messages === undefined) continue;
      for await (const { topic, payload, qos: retainedQos } of messages) {
        if (++sent % messagesPerTick === 0) await yieldToEventLoop();
        await session.room();
        if (!session.isOpen || !session.hasSubscription(filter)) break;
        if (live.has(topic)) continue;
        const lower = Math.min(qos, retainedQos) as Qos;
        session.send({ topic, topicBytes: Buffer.from(topic) }, payload, lower, true);
      }
    }
  });
}
