import { describe, expect, test } from 'vitest';
import { findRetiredWords } from './check-words.ts';

const problems = (text: string, path = 'packages/engine/src/a.ts') => findRetiredWords({ path, text });

describe('a retired word is found', () => {
  test.each([
    ['in a name', 'const ownSpace = 1;', 'ownSpace'],
    ['in a type', 'export interface Verdict {}', 'Verdict'],
    ['in a private name', 'this.#audiences.add(group);', 'audiences'],
    ['in a template', 'const text = `a`; const turn = 2;', 'turn'],
    ['as a name of two words', 'tenant.takeStoredReader(signal);', 'takeStoredReader'],
    ['in the name of a type of two words', 'interface PermanentMessageRow {}', 'PermanentMessageRow'],
    ['in a comment at the end of a line', 'const a = 1; // who judges it', 'judges'],
    ['in a comment of its own', '/** The spelling of a topic. */', 'spelling'],
    ['in a line of a longer comment', ' * what the canary hears', 'canary'],
    ['in a string', "test('the verdict is told', () => {});", 'verdict'],
  ])('%s', (_where, text, word) => {
    expect(problems(text)).toEqual([expect.stringMatching(`^packages/engine/src/a\\.ts:1: "${word}", say `)]);
  });

  test('in a document', () => {
    expect(problems('A *canary* listens.', 'docs/promises.md')).toEqual([
      expect.stringContaining('docs/promises.md:1: "canary"'),
    ]);
  });

  test('by its line', () => {
    expect(problems('const a = 1;\nconst world = 2;')).toEqual([expect.stringContaining(':2: "world"')]);
  });
});

describe('a word is left alone', () => {
  test.each([
    ['in a string that uses it in plain English', "const text = 'a space in the world, a party';"],
    ['as part of another word', 'const namespace = partyline(returned, gospel);'],
    [
      'as a part of a name that means something else',
      'const unstored = new UnstoredMessages(permanentQuotas);',
    ],
    ['in plain English', '// what takes its turn leaves a space'],
  ])('%s', (_where, text) => {
    expect(problems(text)).toEqual([]);
  });

  test('where a standard means something else by it', () => {
    expect(problems('const audience = 1;', 'packages/control/src/auth/access-tokens.ts')).toEqual([]);
    expect(problems('const audience = 1;')).toHaveLength(1);
  });
});

test('a word that means one thing in one part is not used there for another, and is free elsewhere', () => {
  const problem = (path: string) => problems('const change = 1;', path);
  expect(problem('packages/control/src/pipeline/a.ts')).toEqual([expect.stringContaining('say mutation')]);
  expect(problem('packages/store/src/changes/a.ts')).toEqual([]);
});
