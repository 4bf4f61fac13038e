/** docs/topics.md is true: its examples happen as written, and its limits are those of the code. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { play } from './testing/scenario.ts';

const page = readFileSync(new URL('../../../../docs/topics.md', import.meta.url), 'utf8');

/** Every section that has examples, by its heading. */
const sections = page.split(/^(?=##+ )/m).map((section) => ({
  heading: /^##+ (.*)$/m.exec(section)?.[1] ?? '',
  examples: [...section.matchAll(/^```topics\n([\s\S]*?)^```$/gm)].map(([, example]) => example ?? ''),
}));

const withoutExamples = ['', 'Filters', 'Names of topics', 'Limits'];

describe('the page about topics', () => {
  test('has an example for each of its rules', () => {
    const bare = sections.filter(({ examples }) => examples.length === 0).map(({ heading }) => heading);
    expect(bare).toEqual(withoutExamples);
    expect(sections.length).toBeGreaterThan(20);
  });

  test.each(sections.filter(({ examples }) => examples.length > 0))(
    'is true in: $heading',
    ({ examples }) => {
      for (const example of examples) expect(play(example)).toEqual([]);
    },
  );

  test('is not believed if it is wrong', () => {
    const scene = 'registry home\ndevice lamp of home\nhome subscribes to $devices/#\n';
    expect(play(`${scene}lamp publishes to $me/device/events`)).toHaveLength(1);
    expect(play(`${scene}lamp publishes to $me/device/events\n  home hears $me/device/events`)).toHaveLength(
      1,
    );
    expect(play(`${scene}lamp publishes to $me/device/commands`)).toHaveLength(1);
    expect(play(`${scene}lamp subscribes to # - refused`)).toHaveLength(1);
    expect(() => play('lamp sings')).toThrow(SyntaxError);
  });

  test('names the limits that hold', () => {
    const named = page.slice(page.indexOf('## Limits'));
    for (const { max, unit } of [
      limits.subtopic,
      limits.topic,
      limits.topicLevels,
      limits.alias,
      limits.payload,
    ]) {
      expect(named).toContain(`${max.toLocaleString('en')} ${unit}`);
    }
    expect(named).toContain(`| aliases of a device | ${limits.aliases.max} |`);
  });
});
