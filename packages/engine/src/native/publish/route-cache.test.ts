import { describe, expect, test } from 'vitest';
import type { TopicPlan } from './plan.ts';
import { RouteBudget, RouteCache } from './route-cache.ts';

function plan(topic: string): TopicPlan & { basis: { stale: boolean } } {
  const topicBytes = Buffer.from(topic);
  return {
    topic,
    topicBytes,
    basis: { stale: false },
    retainAs: undefined,
    taps: undefined,
    route: { topicNames: [], publish: () => {} },
    ownTopicName: undefined,
  };
}

const bytes = Buffer.from('xx/topic/ab');

describe('the routes of a connection', () => {
  test('are found by the bytes of the last topic, and by no others', () => {
    const routes = new RouteCache(new RouteBudget());
    const last = plan('topic/a');
    routes.add(last);
    expect(routes.findByBytes(bytes, 3, 10)).toBe(last);
    expect(routes.findByBytes(bytes, 3, 11)).toBeUndefined();
    expect(routes.findByBytes(bytes, 2, 9)).toBeUndefined();
  });

  test('are not used once they are stale', () => {
    const routes = new RouteCache(new RouteBudget());
    const [a, b] = [plan('topic/a'), plan('b')];
    routes.add(a);
    routes.add(b);
    a.basis.stale = b.basis.stale = true;
    expect(routes.find('topic/a')).toBeUndefined();
    expect(routes.findByBytes(Buffer.from('b'), 0, 1)).toBeUndefined();
  });

  test('replace the one of the same topic', () => {
    const budget = new RouteBudget();
    const routes = new RouteCache(budget);
    for (let i = 0; i < 3; i++) routes.add(plan('same'));
    expect([routes.size, budget.used]).toEqual([1, 1]);
  });

  test('are all kept while the budget lasts, and given back in the end', () => {
    const budget = new RouteBudget(1_000);
    const routes = new RouteCache(budget);
    for (let i = 0; i < 1_000; i++) routes.add(plan(`t/${i}`));
    expect(routes.find('t/0')).toBeDefined();
    expect(budget.used).toBe(1_000);
    routes.clear();
    expect([routes.size, budget.used]).toEqual([0, 0]);
  });

  test('stay within the budget of all connections together, but for a few of each', () => {
    const budget = new RouteBudget(100);
    const connections = Array.from({ length: 20 }, () => new RouteCache(budget));
    for (let i = 0; i < 50; i++) for (const routes of connections) routes.add(plan(`t/${i}`));
    expect(budget.used).toBe(connections.reduce((sum, { size }) => sum + size, 0));
    expect(budget.used).toBeLessThanOrEqual(100 + 20 * 16);
    expect(connections.every((routes) => routes.find('t/49'))).toBe(true);
  });
});
