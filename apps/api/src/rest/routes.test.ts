import { operations } from '@iotcore/control';
import { expect, test } from 'vitest';
import { grpcOnly, restMethods } from './routes.ts';

test('every operation has a place in REST unless gRPC alone has it, and every place is of an operation', () => {
  const names = operations.map(({ name }) => name).filter((name) => !grpcOnly.has(name));
  expect(Object.keys(restMethods).sort()).toEqual(names.sort());
});

test('no two operations have the same place', () => {
  const places = Object.values(restMethods).map(({ method, path }) => `${method} ${path}`);
  expect(new Set(places).size).toBe(places.length);
});

const inRest = operations.filter(({ name }) => !grpcOnly.has(name));

test.each(inRest.map((operation) => [operation.name, operation] as const))(
  'the path of %s has exactly the fields that name what it is about',
  (name, { ids }) => {
    const parameters = [...(restMethods[name]?.path.matchAll(/\{(\w+)\}/g) ?? [])].map(([, field]) => field);
    expect(parameters.sort()).toEqual(Object.keys(ids ?? {}).sort());
  },
);
