import { expect, test } from 'vitest';
import { ThrottledLog } from './throttled-log.ts';

test('holds back repeated lines of one name, counts them, and leaves other names alone', () => {
  let now = 0;
  const throttled = new ThrottledLog(1000, () => now);
  const lines: string[] = [];
  const say = (name: string) => throttled.say(name, (heldBack) => lines.push(`${name} ${heldBack}`));
  for (let n = 0; n < 5; n++) say('a');
  say('b');
  now = 1000;
  say('a');
  expect(lines).toEqual(['a 0', 'b 0', 'a 4']);
});
