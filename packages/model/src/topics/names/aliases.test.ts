import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeviceFacts } from '../principal.ts';
import { fixtures, fullTopics } from '../testing/fixture.ts';
import { aliasCandidates, aliasesConflict, resolveAlias } from './aliases.ts';
import { aliasNotation, toWritten } from './notation.ts';

const device = (aliases: Record<string, string>) => ({
  id: 'd1',
  registryId: 'r1',
  aliases: new Map(Object.entries(aliases)),
});

/** Every name that its aliases give to a topic of the device. */
const aliasNames = ({ aliases }: DeviceFacts, full: string) =>
  aliasNotation(aliases)
    .map((rule) => toWritten(rule, full))
    .filter((name) => name !== undefined);

describe('an alias', () => {
  test('does not reach another device whose ID begins with the ID of its own', () => {
    const shortened = device({ dev: '$devices/d1' });
    expect(resolveAlias(shortened, 'dev2/commands')).toBeUndefined();
    expect(resolveAlias(shortened, 'dev/commands')).toBe('$devices/d1/commands');
  });

  test('does not read a topic in another notation, and never makes a name that is one', () => {
    const shadow = device({ dev: '$devices/d1/events/dev', temp: '$devices/d1/state' });
    expect(resolveAlias(shadow, 'devices/d1/events')).toBeUndefined();
    expect(aliasNames(shadow, '$devices/d1/events/devices/d1/events')).toEqual([]);
    expect(aliasNames(shadow, '$devices/d1/events/device')).toEqual(['device']);
  });

  test('stands for the beginning of a topic as a string, at the end of a level or inside it', () => {
    const { bedroom, id } = { bedroom: '$devices/d1/events/bedroom/temperature', id: '$devices/d1/' };
    const both = device({ temp: bedroom, 'my/alias/': id });
    expect(resolveAlias(both, 'temp')).toBe(bedroom);
    expect(resolveAlias(both, 'temp/max')).toBe(`${bedroom}/max`);
    expect(resolveAlias(both, 'temp2')).toBe(`${bedroom}2`);
    expect(resolveAlias(both, 'my/alias/commands')).toBe('$devices/d1/commands');
    expect(aliasNames(both, bedroom)).toEqual(['temp', 'my/alias/events/bedroom/temperature']);
    expect(resolveAlias(both, 'tem')).toBeUndefined();
  });

  test('named like a member of Object.prototype is an alias like any other', () => {
    const odd = device({ constructor: '$devices/d1/events' });
    expect(resolveAlias(odd, 'constructor')).toBe('$devices/d1/events');
    expect(resolveAlias(odd, 'toString')).toBeUndefined();
  });

  test('written back and resolved again is the same topic', () => {
    let names = 0;
    fc.assert(
      fc.property(fixtures, fullTopics, ({ devices }, full) => {
        for (const owner of devices.filter(({ id }) => full.startsWith(`$devices/${id}/`))) {
          for (const name of aliasNames(owner, full)) {
            names += 1;
            const readers = devices.filter(({ registryId }) => registryId === owner.registryId);
            const readings = readers.map((it) => resolveAlias(it, name)).filter((it) => it !== undefined);
            expect(readings).toEqual([full]);
          }
        }
      }),
      { numRuns: 2_000 },
    );
    expect(names).toBeGreaterThan(100);
  });

  test('resolved and written back is among the names of the topic', () => {
    let resolved = 0;
    fc.assert(
      fc.property(
        fixtures,
        fc.constantFrom('', 'events', '/events/a', 'state/b', '/ices/x', 's'),
        ({ devices }, rest) => {
          for (const owner of devices) {
            for (const alias of owner.aliases.keys()) {
              const full = resolveAlias(owner, alias + rest);
              if (full === undefined) continue;
              resolved += 1;
              expect(aliasNames(owner, full)).toContain(alias + rest);
            }
          }
        },
      ),
    );
    expect(resolved).toBeGreaterThan(50);
  });
});

describe('two aliases conflict', () => {
  test.each(['my/', 'my/ali', 'my/alias/2/', 'my/alias/', 'm'])(
    'if one is a prefix of the other: my/alias/ and %s',
    (it) => {
      expect(aliasesConflict('my/alias/', it)).toBe(true);
      expect(aliasesConflict(it, 'my/alias/')).toBe(true);
    },
  );

  test.each(['my/alias1/', 'my/alias2/', 'my/ali/', 'My/alias/'])('and else not: my/alias/ and %s', (it) => {
    expect(aliasesConflict('my/alias/', it)).toBe(false);
  });
});

describe('the candidates for the alias of a topic', () => {
  test('are all its beginnings, shortest first, and never half of a character', () => {
    expect(aliasCandidates('a/\u{1f321}b')).toEqual(['a', 'a/', 'a/\u{1f321}', 'a/\u{1f321}b']);
  });

  test('are no more than an alias can be long', () => {
    expect(aliasCandidates('a'.repeat(65_535))).toHaveLength(256);
  });
});
