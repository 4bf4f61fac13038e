import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { MqttSession } from './session.ts';

/**
 * Proves that a listener got nothing, without waiting for time to pass: `sendCanary` sends a marked message that the
 * listener does hear, over the same path and after whatever must not arrive. Since delivery keeps the order, anything
 * that was going to arrive would be there before it.
 */
export async function expectSilence(
  listener: MqttSession,
  sendCanary: (payload: string) => Promise<void>,
): Promise<void> {
  const canary = `canary ${randomUUID()}`;
  await sendCanary(canary);
  const { topic, payload } = await listener.messages.next();
  expect({ topic, payload: payload.toString() }, 'the first message is the canary').toEqual({
    topic: expect.any(String),
    payload: canary,
  });
}
