import { describe, expect, test } from 'vitest';
import type { Qos } from '../port.ts';
import type { TopicName } from './address.ts';
import type { Addressable, Ticks } from './local-route.ts';
import { LocalMessageBus } from './message-bus.ts';

class Message implements Addressable {
  readonly qos: Qos = 1;
  /** In which tick it may be handed over. */
  readonly tick: number;
  topic = '';

  constructor(tick: number) {
    this.tick = tick;
  }

  addressTo({ topic }: TopicName): void {
    this.topic = topic;
  }
}

class Ear {
  readonly heard: { readonly topic: string; readonly tick: number; readonly qos: Qos }[] = [];

  deliver({ topic, tick }: Message, qos: Qos): void {
    this.heard.push({ topic, tick, qos });
  }
}

const perTick = 1_000;

/** Ticks of a thousand receivers each, which begin when the test says so. */
function setUp() {
  let number = 0;
  let begin = Promise.withResolvers<void>();
  const ticks: Ticks<Message> = {
    get number() {
      return number;
    },
    async each(items, work) {
      let inTick = 0;
      for (const item of items) {
        if (inTick++ === perTick) {
          await begin.promise;
          inTick = 1;
        }
        work(item);
      }
    },
    again: () => new Message(number),
    served: () => {},
  };
  const bus = new LocalMessageBus<Ear, Message>(undefined, ticks);
  const nextTick = async () => {
    number++;
    begin.resolve();
    begin = Promise.withResolvers<void>();
    for (let n = 0; n < 10; n++) await Promise.resolve();
  };
  const join = (qos: Qos, filter = 't') => {
    const ear = new Ear();
    void bus.subscribe('s', filter, ear, qos);
    return ear;
  };
  const publish = () => {
    const handed = bus.route([{ namespace: 's', topic: 't' }]).publish(new Message(number));
    let isDone = handed === undefined;
    void Promise.resolve(handed).then(() => {
      isDone = true;
    });
    return { isDone: () => isDone };
  };
  return { bus, join, publish, nextTick };
}

describe('a message to more receivers than one tick has time for', () => {
  test('comes to each once, in a tick of its own, at the QoS of each', async () => {
    const { join, publish, nextTick } = setUp();
    const ears = Array.from({ length: 3_500 }, (_, n) => join(n < 500 ? 0 : 1));
    const { isDone } = publish();
    const heardBy = () => ears.filter(({ heard }) => heard.length > 0).length;
    const seen: number[] = [];
    for (let tick = 0; tick < 8 && !isDone(); tick++) {
      await nextTick();
      seen.push(heardBy());
    }
    expect(isDone()).toBe(true);
    expect(Math.max(...seen.map((all, n) => all - (seen[n - 1] ?? 0)).slice(1))).toBeLessThanOrEqual(perTick);
    for (const [n, { heard }] of ears.entries()) {
      expect(heard).toHaveLength(1);
      expect(heard[0]).toMatchObject({ topic: 't', qos: n < 500 ? 0 : 1 });
    }
    expect(new Set(ears.map(({ heard }) => heard[0]?.tick)).size).toBeGreaterThan(2);
  });

  test('does not come to those who unsubscribe meanwhile, nor to those who subscribe', async () => {
    const { bus, join, publish, nextTick } = setUp();
    const ears = Array.from({ length: 3_000 }, () => join(1));
    const last = ears.at(-1) as Ear;
    const { isDone } = publish();
    await nextTick();
    expect(last.heard).toEqual([]);
    bus.unsubscribe('s', 't', last);
    const late = join(1);
    while (!isDone()) await nextTick();
    expect([last.heard, late.heard]).toEqual([[], []]);
    expect(ears.at(-2)?.heard).toHaveLength(1);
  });

  test('comes to those who still have another filter for it', async () => {
    const { bus, join, publish, nextTick } = setUp();
    const ears = Array.from({ length: 3_000 }, () => join(1));
    const last = ears.at(-1) as Ear;
    void bus.subscribe('s', '+', last, 1);
    const { isDone } = publish();
    await nextTick();
    bus.unsubscribe('s', 't', last);
    while (!isDone()) await nextTick();
    expect(last.heard).toHaveLength(1);
  });
});

test('a message to as many as one tick has time for is handed over at once', () => {
  const { join, publish } = setUp();
  const ears = Array.from({ length: 2_000 }, () => join(1));
  expect(publish().isDone()).toBe(true);
  expect(ears.every(({ heard }) => heard.length === 1)).toBe(true);
});
