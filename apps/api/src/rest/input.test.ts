import { operations } from '@iotcore/control';
import { describe, expect, test } from 'vitest';
import { readRequest } from './input.ts';

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
