import { expect, test } from 'vitest';
import { shellWords } from './shell-words.ts';

test.each([
  ['a  b', ['a', 'b']],
  [" 'a b' c", ['a b', 'c']],
  ["-t '$devices/x/#'", ['-t', '$devices/x/#']],
  [String.raw`"a \"b\" \$c"d ''`, ['a "b" $cd', '']],
  [String.raw`a\ b`, ['a b']],
])('%s', (line, words) => {
  expect(shellWords(line)).toEqual(words);
});

test.each(['a $b', 'a; b', 'a | b', '$(a)', '`a`', "'a", 'a > b', 'a *'])('%s is refused', (line) => {
  expect(() => shellWords(line)).toThrow(SyntaxError);
});
