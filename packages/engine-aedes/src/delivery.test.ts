import type { EngineLimits, Qos } from '@iotcore/engine';
import { testLimits } from '@iotcore/engine/behaviour';
import { describe, expect, test } from 'vitest';
import { Delivery } from './delivery.ts';

const payload = Buffer.from('x');

/** A delivery whose outlet writes at once, and numbers as aedes does: round and round, without looking. */
function setUp(limits: Partial<EngineLimits> = {}) {
  const sent: { topic: string; qos: Qos; id: number }[] = [];
  const outlet = { waiting: 0, dropped: 0, overflowed: 0, lastId: 0 };
  const delivery: Delivery = new Delivery(
    {
      send: (topic, _payload, qos, written) => {
        let id = 0;
        if (qos === 1) {
          outlet.lastId = (outlet.lastId % 65_535) + 1;
          id = outlet.lastId;
          delivery.numbered(id);
        }
        sent.push({ topic, qos, id });
        written();
      },
      waitingBytes: () => outlet.waiting,
      dropped: () => outlet.dropped++,
      overflowed: () => outlet.overflowed++,
    },
    { ...testLimits, ...limits },
  );
  return { delivery, sent, outlet };
}

describe('delivery to one subscriber', () => {
  test('drops QoS 0 messages while the output is full, and lets QoS 1 messages wait', () => {
    const { delivery, sent, outlet } = setUp({ maxOutputBytes: 100 });
    outlet.waiting = 100;

    delivery.deliver('a', payload, 0);
    delivery.deliver('b', payload, 1);
    expect(sent).toEqual([]);
    expect(outlet).toMatchObject({ dropped: 1, overflowed: 0 });

    outlet.waiting = 0;
    delivery.roomChanged();
    expect(sent.map(({ topic }) => topic)).toEqual(['b']);
  });

  test('overflows with one message more than may wait', () => {
    const { delivery, outlet } = setUp({ maxInflightMessages: 1, maxQueuedMessages: 2 });

    for (let i = 0; i < 3; i++) delivery.deliver('a', payload, 1);
    expect(outlet.overflowed).toBe(0);
    delivery.deliver('a', payload, 1);
    expect(outlet.overflowed).toBe(1);
  });

  test('sends nothing after its end', () => {
    const { delivery, sent, outlet } = setUp({ maxInflightMessages: 1 });
    delivery.deliver('a', payload, 1);
    delivery.deliver('b', payload, 1);

    delivery.close();
    delivery.acknowledged(1);
    delivery.deliver('c', payload, 0);

    expect(sent.map(({ topic }) => topic)).toEqual(['a']);
    expect(outlet.dropped).toBe(0);
  });

  test('never gives a message the identifier of one that is not acknowledged, in 200,000 [MQTT-2.3.1-4]', () => {
    const { delivery, sent, outlet } = setUp({ maxQueuedMessages: 10 });
    delivery.deliver('never acknowledged', payload, 1);

    for (let i = 0; i < 200_000 && outlet.overflowed === 0; i++) {
      delivery.deliver('a', payload, 1);
      const last = sent.at(-1)?.id;
      if (last !== undefined && last !== 1) delivery.acknowledged(last);
    }

    expect(sent.filter(({ id }) => id === 1)).toHaveLength(1);
    // It waits for that one acknowledgement instead, until it has waited too long.
    expect(outlet.overflowed).toBe(1);
    expect(sent.length).toBeGreaterThan(60_000);
  });

  test('admits retained messages as there is room, and none after its end', async () => {
    const { delivery } = setUp({ maxInflightMessages: 1 });
    expect(await delivery.admitStored(1)).toBe(true);
    const second = delivery.admitStored(1);
    delivery.numbered(7);
    delivery.acknowledged(7);
    expect(await second).toBe(true);

    const third = delivery.admitStored(1);
    delivery.close();
    expect(await third).toBe(false);
  });

  test('tells which topics were heard live while somebody watches', () => {
    const { delivery } = setUp();
    delivery.deliver('before', payload, 0);
    const watch = delivery.watchOvertaking();
    delivery.deliver('during', payload, 0);
    watch.stop();
    delivery.deliver('after', payload, 0);

    expect(['before', 'during', 'after'].map((topic) => watch.has(topic))).toEqual([false, true, false]);
  });
});
