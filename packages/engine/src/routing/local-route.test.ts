import { describe, expect, test } from 'vitest';
import type { Qos } from '../port.ts';
import type { TopicName } from './address.ts';
import type { Addressable, Turns } from './local-route.ts';
import { LocalMessageBus } from './message-bus.ts';

class Message implements Addressable {
  readonly qos: Qos = 1;
  /** In which turn it may be handed over. */
  readonly turn: number;
  topic = '';

  constructor(turn: number) {
    this.turn = turn;
  }

  addressTo({ topic }: TopicName): void {
    this.topic = topic;
  }
}

class Ear {
  readonly heard: { readonly topic: string; readonly turn: number; readonly qos: Qos }[] = [];

  deliver({ topic, turn }: Message, qos: Qos): void {
    this.heard.push({ topic, turn, qos });
  }
}

const perTurn = 1_000;

/** Turns of a thousand receivers each, which begin when the test says so. */
function setUp() {
  let number = 0;
  let begin = Promise.withResolvers<void>();
  const turns: Turns<Message> = {
    get number() {
      return number;
    },
    async each(items, work) {
      let inTurn = 0;
      for (const item of items) {
        if (inTurn++ === perTurn) {
          await begin.promise;
          inTurn = 1;
        }
        work(item);
      }
    },
    again: () => new Message(number),
    served: () => {},
  };
  const bus = new LocalMessageBus<Ear, Message>(undefined, turns);
  const nextTurn = async () => {
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
  return { bus, join, publish, nextTurn };
}

describe('a message to more receivers than one turn has time for', () => {
  test('comes to each once, in a turn of its own, at the QoS of each', async () => {
    const { join, publish, nextTurn } = setUp();
    const ears = Array.from({ length: 3_500 }, (_, n) => join(n < 500 ? 0 : 1));
    const { isDone } = publish();
    const heardBy = () => ears.filter(({ heard }) => heard.length > 0).length;
    const seen: number[] = [];
    for (let turn = 0; turn < 8 && !isDone(); turn++) {
      await nextTurn();
      seen.push(heardBy());
    }
    expect(isDone()).toBe(true);
    expect(Math.max(...seen.map((all, n) => all - (seen[n - 1] ?? 0)).slice(1))).toBeLessThanOrEqual(perTurn);
    for (const [n, { heard }] of ears.entries()) {
      expect(heard).toHaveLength(1);
      expect(heard[0]).toMatchObject({ topic: 't', qos: n < 500 ? 0 : 1 });
    }
    expect(new Set(ears.map(({ heard }) => heard[0]?.turn)).size).toBeGreaterThan(2);
  });

  test('does not come to those who unsubscribe meanwhile, nor to those who subscribe', async () => {
    const { bus, join, publish, nextTurn } = setUp();
    const ears = Array.from({ length: 3_000 }, () => join(1));
    const last = ears.at(-1) as Ear;
    const { isDone } = publish();
    await nextTurn();
    expect(last.heard).toEqual([]);
    bus.unsubscribe('s', 't', last);
    const late = join(1);
    while (!isDone()) await nextTurn();
    expect([last.heard, late.heard]).toEqual([[], []]);
    expect(ears.at(-2)?.heard).toHaveLength(1);
  });

  test('comes to those who still have another filter for it', async () => {
    const { bus, join, publish, nextTurn } = setUp();
    const ears = Array.from({ length: 3_000 }, () => join(1));
    const last = ears.at(-1) as Ear;
    void bus.subscribe('s', '+', last, 1);
    const { isDone } = publish();
    await nextTurn();
    bus.unsubscribe('s', 't', last);
    while (!isDone()) await nextTurn();
    expect(last.heard).toHaveLength(1);
  });
});

test('a message to as many as one turn has time for is handed over at once', () => {
  const { join, publish } = setUp();
  const ears = Array.from({ length: 2_000 }, () => join(1));
  expect(publish().isDone()).toBe(true);
  expect(ears.every(({ heard }) => heard.length === 1)).toBe(true);
});
