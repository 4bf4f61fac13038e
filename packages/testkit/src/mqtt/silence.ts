import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { MqttSession } from './session.ts';

/**
 * Proves that a listener got nothing, without waiting for time to pass: `sendMarker` sends a marked message that the
 * listener does hear, over the same path and after whatever must not arrive. Since delivery keeps the order, anything
 * that was going to arrive would be there before it.
 */
export async function expectSilence(
  listener: MqttSession,
  sendMarker: (payload: string) => Promise<void>,
): Promise<void> {
  const marker = `marker ${randomUUID()}`;
  await sendMarker(marker);
  const { topic, payload } = await listener.messages.next();
  expect({ topic, payload: payload.toString() }, 'the first message is the marker').toEqual({
    topic: expect.any(String),
    payload: marker,
  });
}
