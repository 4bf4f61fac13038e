import { operations } from '@iotcore/control';
import { expect, test } from 'vitest';
import { restMethods } from './routes.ts';

test('every operation has a place in REST, and every place is of an operation', () => {
  expect(Object.keys(restMethods).sort()).toEqual(operations.map(({ name }) => name).sort());
});

test('no two operations have the same place', () => {
  const places = Object.values(restMethods).map(({ method, path }) => `${method} ${path}`);
  expect(new Set(places).size).toBe(places.length);
});

test.each(operations.map((operation) => [operation.name, operation] as const))(
  'the path of %s has exactly the fields that name what it is about',
  (name, { ids }) => {
    const parameters = [...(restMethods[name]?.path.matchAll(/\{(\w+)\}/g) ?? [])].map(([, field]) => field);
    expect(parameters.sort()).toEqual(Object.keys(ids ?? {}).sort());
  },
);
