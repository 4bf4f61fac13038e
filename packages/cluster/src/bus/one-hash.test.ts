/** Nodes are told of each other's namespaces by hashes: two tenants may share one, and must not notice. */
import { startServer } from '@iotcore/engine/behaviour';
import { connectMqtt } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { namespaceHash } from '../interest/namespace-hash.ts';
import { clusteredEngine } from '../testing/clustered-engine.ts';
import { oneHash } from '../testing/one-hash.ts';

test.each([
  ['a topic with a route of its own', 'events'],
  ['a topic with a known prefix', 'events/inside'],
])(
  'what goes to a namespace is heard by nobody in another one with the same hash: %s',
  async (_what, topic) => {
    const { port, host } = await startServer(clusteredEngine(2), onTestFinished);
    // A namespace for each user.
    const prefix = topic.includes('/') ? { length: topic.indexOf('/') + 1, maxRestBytes: 1_000 } : undefined;
    host.onGrant = (namespace, filter) => ({ filters: [{ namespace, filter }] });
    host.onRoute = (namespace, name) => ({
      ...{ destinations: [{ namespace, topic: name }], basis: { stale: false }, retainAs: undefined, prefix },
    });
    const [one, other] = oneHash;
    expect(namespaceHash(one)).toBe(namespaceHash(other));
    // Connections come to both nodes in turn.
    const stranger = await connectMqtt({ port, username: other });
    const listener = await connectMqtt({ port, username: one });
    const owner = await connectMqtt({ port, username: one });
    await listener.subscribe('#');

    for (const payload of ['not yours', 'nor this']) await stranger.publish(topic, payload, { qos: 1 });
    await owner.publish(topic, 'yours', { qos: 1 });

    expect(String((await listener.messages.next()).payload)).toBe('yours');
  },
);
