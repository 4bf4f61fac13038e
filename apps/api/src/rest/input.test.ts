import { errors, operations } from '@iotcore/control';
import { describe, expect, test } from 'vitest';
import { namedAsGiven, readRequest } from './input.ts';

const named = (name: string) => {
  const operation = operations.find((one) => one.name === name);
  if (!operation) throw new Error(`no operation ${name}`);
  return operation;
};
const update = named('updateDevice');
const get = named('getDevice');
const nothing = { params: {}, query: {}, body: undefined };
const path = { deviceId: 'a' };

describe('a field in the wrong part of a request is told', () => {
  test.each([
    ['of the message, in the query of a PATCH', update, 'PATCH', { query: { name: 'n' }, body: {} }, 'name'],
    ['of the path, in the body', update, 'PATCH', { body: { deviceId: 'b' } }, 'deviceId'],
    ['of the path, in the query', get, 'GET', { query: { deviceId: 'b' } }, 'deviceId'],
    ['of the message, in the body of a GET', get, 'GET', { body: { deviceView: 'FULL' } }, 'deviceView'],
    ['of any name, in the body of a DELETE', named('deleteDevice'), 'DELETE', { body: { x: 1 } }, 'x'],
  ])('%s', (_, operation, method, parts, field) => {
    const { fields, violations } = readRequest(operation, { ...nothing, params: path, ...parts, method });
    expect(violations).toEqual([{ field, description: 'There is no such field.' }]);
    expect(fields['deviceId']).toBe('a');
  });
});

test.each([[undefined], [null], [[]], ['text'], [1]])('the body %j of a PATCH is refused', (body) => {
  expect(() => readRequest(update, { ...nothing, params: path, method: 'PATCH', body })).toThrow(
    expect.objectContaining({ status: 'INVALID_ARGUMENT' }),
  );
});

test('a parameter of the query that comes several times is told, and nothing else of it', () => {
  const query = { deviceView: ['FULL', '!'] };
  expect(readRequest(get, { ...nothing, params: path, method: 'GET', query })).toEqual({
    fields: { deviceId: 'a', deviceView: 'FULL' },
    violations: [{ field: 'deviceView', description: 'It is given more than once: give it once.' }],
  });
});

test('what is thrown later names the fields as they were given', () => {
  const body = { topic_aliases: { a_b: 'x' } };
  const { fields } = readRequest(update, { ...nothing, params: path, method: 'PATCH', body });
  expect(fields).toEqual({ deviceId: 'a', topicAliases: { a_b: 'x' } });
  const thrown = errors.invalidArgument([{ field: 'topicAliases.a_b', description: 'Wrong.' }]);
  expect(namedAsGiven(thrown, fields)).toMatchObject({
    message: 'Invalid request: topic_aliases.a_b: Wrong.',
    details: [{ fieldViolations: [{ field: 'topic_aliases.a_b', description: 'Wrong.' }] }],
  });
  const other = new Error('another');
  expect(namedAsGiven(other, fields)).toBe(other);
});

test('a POST that takes no message needs no body', () => {
  const enable = named('enableRegistry');
  const params = { registryId: 'a' };
  expect(readRequest(enable, { ...nothing, params, method: 'POST' })).toEqual({
    fields: { registryId: 'a' },
    violations: [],
  });
});

test('path and body become one object, without the fields that are null', () => {
  const body = { name: 'n', description: null };
  expect(readRequest(update, { ...nothing, params: path, method: 'PATCH', body })).toEqual({
    fields: { deviceId: 'a', name: 'n' },
    violations: [],
  });
});
