import { apiCodes, apiErrors, fieldObjections, refusalRules } from '@iotcore/testkit/refusals';
import { expect, test } from 'vitest';
import { reasonInRussian, sentenceInRussian } from './in-russian.ts';
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
  expect(sentenceInRussian('publish to topic "$devices/a(b)/events" not allowed')).toBe(
    'публиковать в топик «$devices/a(b)/events» не разрешено',
  );
});

test('what is not known stays as it came', () => {
  expect(sentenceInRussian('The moon is full.')).toBeUndefined();
  expect(reasonInRussian('constructor')).toBeUndefined();
});
