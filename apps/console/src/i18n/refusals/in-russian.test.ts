import { engineReasons, logLines, otherLogCodes, serverReasons } from '@iotcore/testkit/reasons';
import { apiCodes, apiErrors, fieldObjections, refusalRules } from '@iotcore/testkit/refusals';
import { expect, test } from 'vitest';
import { findingsInRussian, reasonInRussian, sentenceInRussian } from './in-russian.ts';
import { titleOf } from './titles.ts';

const isRussian = (text: string | undefined) => /[а-яё]/i.test(text ?? '');

test('every reason to refuse a client has a name and a rule in Russian', () => {
  expect(refusalRules.size).toBeGreaterThan(50);
  const unknown = [...refusalRules.keys()].filter((code) => {
    const said = reasonInRussian(code);
    return !isRussian(said?.name) || !isRussian(said?.rule);
  });
  expect(unknown).toEqual([]);
});

test('every code of an error of the API has a title', () => {
  for (const code of Object.values(apiCodes)) expect(titleOf(code), String(code)).toMatch(/^failure\./);
  expect(titleOf(undefined)).toBeUndefined();
});

test('every error of the API is said in Russian', () => {
  // What these say comes from elsewhere.
  const { invalidArgument, storageQuotaExceeded, tooManyWatches, unimplemented, unavailable, ...others } =
    apiErrors;
  const make = Object.values(others) as ((given: string | number) => Error)[];
  const messages = [unavailable(), ...make.map((error) => error(7))].map(({ message }) => message);
  expect(messages.filter((message) => !isRussian(sentenceInRussian(message)))).toEqual([]);
});

test('what the API says of the fields of a request is said in Russian', () => {
  const objections = [...fieldObjections()];
  expect(objections).toContain('At least 14 characters.');
  const unknown = objections.filter((objection) => sentenceInRussian(objection) === undefined);
  expect(unknown).toEqual([]);
});

test('what a sentence names stands in the Russian one, in Russian where it is the name of a thing', () => {
  expect(sentenceInRussian('Registry not found.')).toBe('Не найдено: реестр.');
  expect(sentenceInRussian('A whole number from 1 to 100.')).toBe('Целое число от 1 до 100.');
  // But not what somebody chose.
  expect(sentenceInRussian('publish to topic "device" not allowed')).toBe(
    'публиковать в топик "device" не разрешено',
  );
});

test('every reason that the connection log names is said in Russian, alone and in its lines', () => {
  for (const code of [...engineReasons, ...serverReasons, ...otherLogCodes]) {
    const name = reasonInRussian(code)?.name ?? sentenceInRussian(code) ?? '';
    expect(name).toMatch(/[а-яё]/i);
    expect(sentenceInRussian(`disconnected: ${code}`)).toBe(`отключение: ${name}`);
  }
});

test('every line of the connection log is said in Russian, without a word of English that nobody chose', () => {
  const known = /"[^"]*"|client ID|backlog\.maxBytes|\d+(-\d+)*T[\d:.]+Z/g;
  for (const line of logLines) {
    const said = sentenceInRussian(line)?.replaceAll(known, '');
    expect(said, line).toMatch(/^[^a-z]*[а-яё][^a-z]*$/i);
  }
});

test('each of several findings in an entry of an import is said in Russian', () => {
  expect(
    findingsInRussian(
      'name: Invalid input: expected string, received number labels: At most 64 labels. topicAliases.pump/7: An alias may not be empty. id: The moon is full.',
    ),
  ).toBe(
    'name: Неверное значение: нужно string, а пришло number. labels: Не больше 64 меток. topicAliases.pump/7: Алиас не может быть пустым. id: The moon is full.',
  );
  expect(findingsInRussian('The moon is full.')).toBe('The moon is full.');
});

test('what is not known stays as it came', () => {
  expect(sentenceInRussian('The moon is full.')).toBeUndefined();
  expect(reasonInRussian('constructor')).toBeUndefined();
});
