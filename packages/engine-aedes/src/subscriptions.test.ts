import { type Addressable, LocalMessageBus, type Subscriber, type TopicName } from '@iotcore/engine/routing';
import { describe, expect, test } from 'vitest';
import { Tokens } from './aedes/tokens.ts';
import { type Subscription, Subscriptions } from './subscriptions.ts';

class Message implements Addressable {
  readonly qos = 1;
  addressTo(_name: TopicName): void {}
}

class Ear implements Subscriber<Message> {
  heard: number[] = [];
  deliver(_message: Message, qos: number): void {
    this.heard.push(qos);
  }
}

function setUp(maxSubscriptions = 10) {
  const bus = new LocalMessageBus<Ear, Message>();
  const tokens = new Tokens<Subscription<Ear>>('s');
  const ear = new Ear();
  const subscriptions = new Subscriptions(ear, bus, tokens, maxSubscriptions);
  const subscriptionOf = (filter: string, qos: 0 | 1 | 2 = 1) => {
    const [request] = subscriptions.tokensFor([{ filter, qos }]);
    return tokens.meaningOf(request?.token ?? '') as Subscription<Ear>;
  };
  const hear = () => {
    ear.heard = [];
    void bus.route([{ namespace: 'all', topic: 'x' }]).publish(new Message());
    return ear.heard;
  };
  return { bus, subscriptions, subscriptionOf, hear, tokens };
}

const x = [{ namespace: 'all', filter: 'x' }];

describe('the subscriptions of a session', () => {
  test('have tokens that no client can send, one for each line of a packet', () => {
    const { subscriptions, tokens } = setUp(1);

    const requests = subscriptions.tokensFor([
      { filter: 'a', qos: 2 },
      { filter: 'a', qos: 0 },
      { filter: 'beyond the limit', qos: 0 },
    ]);

    expect(new Set(requests.map(({ token }) => token)).size).toBe(3);
    expect(requests.every(({ token }) => token.startsWith('\0'))).toBe(true);
    expect(requests.map(({ qos }) => qos)).toEqual([1, 0, 0]);
    expect(requests.map(({ token }) => tokens.meaningOf(token)?.filter)).toEqual(['a', 'a', undefined]);
  });

  test('that come to the same filter of a namespace deliver one copy at the highest QoS, until the last is gone', () => {
    const { subscriptions, subscriptionOf, hear, bus } = setUp();
    const one = subscriptionOf('one');
    const two = subscriptionOf('two');
    subscriptions.grant(one, 1, x);
    subscriptions.grant(two, 0, x);
    expect(hear()).toEqual([1]);

    subscriptions.remove(one);
    expect(hear()).toEqual([0]);

    subscriptions.remove(two);
    expect(hear()).toEqual([]);
    expect(bus.hasSubscribers('all')).toBe(false);
  });

  test('keep what a new grant has in common with the former, and drop the rest', () => {
    const { subscriptions, subscriptionOf, hear, bus } = setUp();
    const one = subscriptionOf('one');
    subscriptions.grant(one, 0, [...x, { namespace: 'other', filter: 'x' }]);

    subscriptions.grant(one, 1, x);

    expect(hear()).toEqual([1]);
    expect(bus.hasSubscribers('other')).toBe(false);
  });

  test('leave nothing behind', () => {
    const { subscriptions, subscriptionOf, bus, tokens } = setUp();
    const one = subscriptionOf('one');
    subscriptions.grant(one, 0, x);
    subscriptionOf('never granted');

    subscriptions.clear();

    expect(bus.subscriptions).toBe(0);
    expect(subscriptions.size).toBe(0);
    expect(tokens.size).toBe(0);
  });
});
