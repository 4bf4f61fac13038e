import { expect, test } from 'vitest';
import { payloadTemplate } from './payload-template.ts';

const moment = { deviceId: 'are1', counter: 7, now: new Date(0), random: () => 0 };
const made = (text: string, random = 0) => payloadTemplate(text)({ ...moment, random: () => random });

test.each([
  '{{rand 1 2}}',
  '{{random 1}}',
  '{{random 2 1}}',
  '{{random a b}}',
  '{{pick}}',
  '{{counter 1}}',
  '{{}}',
])('%s is refused, with what there is', (text) => {
  expect(() => payloadTemplate(text)).toThrow(/\{\{random 18 25\}\}/);
});

test.each([
  ['plain text', 0, 'plain text'],
  ['temperature={{random 18 25}}', 0, 'temperature=18'],
  ['temperature={{random 18 25}}', 0.999999, 'temperature=25'],
  ['{{random 18.0 25}}', 0.5, '21.5'],
  ['{{random -2 -2}}', 0.7, '-2'],
  [
    '{"n":{{counter}},"at":"{{time}}","of":"{{ device }}"}',
    0,
    '{"n":7,"at":"1970-01-01T00:00:00.000Z","of":"are1"}',
  ],
  ['{{pick on off}}', 0.6, 'off'],
])('%s with %d is %s', (text, random, expected) => {
  expect(made(text, random)).toBe(expected);
});
