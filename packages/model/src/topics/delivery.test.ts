import { tries } from '@iotcore/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { routeTopic } from './rights/route.ts';
import {
  broker,
  brokers,
  type Fixture,
  fixtures,
  membersOf,
  registry,
  registryIds,
  topicFilters,
  topicNames,
} from './testing/fixture.ts';
import { Oracle } from './testing/oracle.ts';
import { oneRequest, RequestMaker, someRequests, topicPools } from './testing/requests.ts';
import { type Copy, Server } from './testing/server.ts';

function enter(fixture: Fixture, pool: readonly string[]) {
  const oracle = new Oracle(fixture.devices);
  const members = membersOf(fixture);
  const server = new Server(() => fixture.devices);
  return { oracle, members, server, requests: new RequestMaker(oracle, members, pool) };
}

/** Sorted, so that sets of copies can be compared. */
const sentences = (copies: Iterable<Copy>) =>
  [...copies].map(({ by, name }) => `${by.kind} ${by.id} hears ${name}`).sort();

describe('delivery through namespaces', () => {
  test('gives each client exactly the copies, under exactly the names, that the rules say', () => {
    let copies = 0;
    fc.assert(
      fc.property(
        fixtures,
        topicPools,
        someRequests,
        someRequests,
        (fixture, pool, subscriptions, publications) => {
          const { oracle, server, requests } = enter(fixture, pool);
          const subscribed = subscriptions
            .map((requestSeed) => requests.subscription(requestSeed))
            .filter(({ by, filter }) => server.subscribe(by, filter) !== undefined);
          for (const { by, topic } of publications.map((requestSeed) => requests.publication(requestSeed))) {
            const full = oracle.meaning(by, topic);
            const heard = server.publish(by, topic);
            if (full === undefined || !oracle.mayPublish(by, full)) {
              expect(heard, `${by.id} may not publish to ${topic}`).toBeUndefined();
              continue;
            }
            const expected = subscribed.flatMap(({ by: reader, filter }) =>
              oracle.heard(reader, filter, full).map((name) => ({ by: reader, name })),
            );
            // Filters of one client that overlap in one form make one copy.
            const once = [...new Set(sentences(expected))];
            expect(sentences(heard ?? []), `${by.id} publishes to ${topic}`).toEqual(once);
            copies += once.length;
          }
        },
      ),
      { numRuns: tries(1_000) },
    );
    expect(copies).toBeGreaterThan(tries(1_000));
  });

  test('goes the same way for every topic with the same prefix', () => {
    const ends = fc.array(fc.constantFrom('a', 'b', '/', 'ices/', 'x', 'events', '$me', ' ', '~'), {
      maxLength: 4,
    });
    let opened = 0;
    fc.assert(
      fc.property(fixtures, topicPools, oneRequest, ends, (fixture, pool, requestSeed, parts) => {
        const { by, topic } = enter(fixture, pool).requests.publication(requestSeed);
        const route = routeTopic(by, topic, fixture.devices);
        if (route?.prefix === undefined) return;
        opened++;
        const [rest, { length }] = [parts.join(''), route.prefix];
        const other = routeTopic(by, topic.slice(0, length) + rest, fixture.devices);
        const exchanged = route.destinations.map(({ namespace, topic: name }) => ({
          namespace,
          topic: name.slice(0, name.length - (topic.length - length)) + rest,
        }));
        expect(other?.destinations).toEqual(exchanged);
        expect([topic.charAt(length - 1), other?.permanent]).toEqual(['/', undefined]);
        const fixed = route.destinations.map(({ topic: name }) =>
          name.slice(0, name.length - (topic.length - length)),
        );
        for (const beginning of fixed) expect(beginning).toContain('/');
      }),
      { numRuns: tries(3_000) },
    );
    expect(opened).toBeGreaterThan(tries(200));
  });

  test('grants a filter exactly when it can match a topic that its subscriber may hear', () => {
    const outcomes = { granted: 0, refused: 0 };
    fc.assert(
      fc.property(fixtures, topicPools, oneRequest, (fixture, pool, requestSeed) => {
        const { oracle, server, requests } = enter(fixture, pool);
        const { by, filter } = requests.subscription(requestSeed);
        const isGranted = server.subscribe(by, filter) !== undefined;
        expect(isGranted, `${by.id} subscribes to ${filter}`).toBe(oracle.isGranted(by, filter));
        outcomes[isGranted ? 'granted' : 'refused'] += 1;
      }),
      { numRuns: tries(500) },
    );
    // One in fifty of the tries: either outcome comes by chance, more often than that; without it half of the claim was not tried.
    expect(Math.min(outcomes.granted, outcomes.refused)).toBeGreaterThan(tries(10));
  });

  test('gives a subscription exactly the retained messages that it covers, but none through an alias with wildcards', () => {
    let copies = 0;
    fc.assert(
      fc.property(
        fixtures,
        topicPools,
        someRequests,
        someRequests,
        (fixture, pool, publications, subscriptions) => {
          const { oracle, server, requests } = enter(fixture, pool);
          const stored = new Set<string>();
          for (const { by, topic } of publications.map((requestSeed) => requests.publication(requestSeed))) {
            const full = server.publish(by, topic) && oracle.meaning(by, topic);
            if (full !== undefined && /^\$\w+\/\w+\/(state|config)/.test(full)) stored.add(full);
          }
          for (const { by, filter } of subscriptions.map((requestSeed) =>
            requests.subscription(requestSeed),
          )) {
            const isAliasPattern = /[+#]/.test(filter) && !/^(\$|devices\/|registries\/)/.test(filter);
            const expected = isAliasPattern
              ? []
              : [...stored].flatMap((full) => oracle.heard(by, filter, full));
            expect((server.subscribe(by, filter) ?? []).sort(), `${by.id} subscribes to ${filter}`).toEqual(
              expected.sort(),
            );
            copies += expected.length;
          }
        },
      ),
      { numRuns: tries(1_000) },
    );
    expect(copies).toBeGreaterThan(tries(500));
  });

  test('gives monitoring to the registry of a device and to all devices of it', () => {
    fc.assert(
      fc.property(fixtures, fc.array(topicFilters), (fixture, filters) => {
        const { oracle, members, server } = enter(fixture, []);
        const subscribed = members
          .flatMap((by) => [...filters, '$monitoring/+/json', '$me/#'].map((filter) => ({ by, filter })))
          .filter(({ by, filter }) => server.subscribe(by, filter) !== undefined);
        for (const device of fixture.devices) {
          const expected = subscribed.flatMap(({ by, filter }) =>
            oracle.heard(by, filter, `$monitoring/${device.id}/json`).map((name) => ({ by, name })),
          );
          expect(sentences(server.publishMonitoring(device))).toEqual([...new Set(sentences(expected))]);
        }
      }),
    );
  });
});

describe('no message crosses the border', () => {
  const everything = ['#', '+/#', '$devices/#', '$registries/#', '$monitoring/#', '$me/#', 'devices/#'];

  test('of a registry, whatever is subscribed and published under whatever name', () => {
    fc.assert(
      fc.property(
        fixtures,
        topicPools,
        fc.array(topicFilters),
        someRequests,
        (fixture, pool, filters, publications) => {
          const { members, server, requests } = enter(fixture, pool);
          for (const by of [...members, ...brokers.map(broker)]) {
            for (const filter of [...everything, ...filters]) server.subscribe(by, filter);
          }
          for (const { by, topic } of publications.map((requestSeed) => requests.publication(requestSeed))) {
            const home = by.kind === 'device' ? by.registryId : by.id;
            const foreign = (server.publish(by, topic) ?? []).filter(
              (copy) => (copy.by.kind === 'device' ? copy.by.registryId : copy.by.id) !== home,
            );
            expect(foreign).toEqual([]);
          }
        },
      ),
      { numRuns: tries(1_000) },
    );
  });

  test('of a broker, which hears every topic of its own that a filter matches', () => {
    fc.assert(
      fc.property(fixtures, topicFilters, topicNames, (fixture, filter, topic) => {
        const { members, server } = enter(fixture, []);
        const [publisher, other] = [broker('b1'), broker('b2')];
        for (const by of [publisher, other, ...members]) server.subscribe(by, '#');
        expect(server.subscribe(publisher, filter) === undefined).toBe(filter.startsWith('$'));
        const heard = server.publish(publisher, topic);
        expect(heard).toEqual(topic.startsWith('$') ? undefined : [{ by: publisher, name: topic }]);
        for (const by of members) {
          expect((server.publish(by, topic) ?? []).filter((copy) => copy.by.kind === 'broker')).toEqual([]);
        }
      }),
    );
  });

  test('even if a registry, a device and a broker have one ID', () => {
    const device = { id: 'same', registryId: 'same', aliases: new Map([['same', '$devices/same/']]) };
    const server = new Server(() => [device]);
    const clients = [registry('same'), broker('same'), ...registryIds.map(registry)];
    for (const by of clients) for (const filter of everything) server.subscribe(by, filter);
    const heard = server.publish(broker('same'), 'same/events');
    expect(heard).toEqual([{ by: clients[1], name: 'same/events' }]);
  });
});
