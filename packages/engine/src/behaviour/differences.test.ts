/**
 * The differences between engines that their nature forces; docs/decisions/0011-engine-differences.md says why. What is
 * not listed here is the same, and tested for every engine in the files beside this one.
 */
import { connectMqtt } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

/** Levels of a topic that are served when 150 are allowed. aedes closes beyond 100 before it asks the host. */
const levelsServed: Readonly<Record<string, number>> = { aedes: 100, native: 150 };

describe(`the ${name} engine, by its nature,`, () => {
  const levels = levelsServed[name] as number;

  test(`serves topics of ${levels} levels when 150 are allowed, and closes beyond`, async () => {
    const { port, host } = await startServer(create, onTestFinished, { maxTopicLevels: 150 });
    const client = await connectMqtt({ port });
    const deepest = 'a/'.repeat(levels - 1);
    await client.subscribe(deepest);

    await client.publish(deepest, 'x');

    expect((await client.messages.next()).topic).toBe(deepest);
    await expect(client.publish(`${deepest}/`, 'x')).rejects.toThrow('closed');
    expect((await host.nth('disconnected')).reason).toBe('topic has more levels than allowed');
    expect(host.routesAsked).toEqual([deepest]);
  });
});
