import { expect, test } from 'vitest';
import { tidyDocument } from './tidy.ts';

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const tidy = (paths: object, schemas: Record<string, object>) =>
  tidyDocument({ paths, components: { schemas } });

test('a component that nothing reaches is left out', () => {
  const { components } = tidy({ a: ref('Used') }, { Used: { x: ref('Inner') }, Inner: {}, Unused: {} });
  expect(Object.keys(components.schemas)).toEqual(['Inner', 'Used']);
});

test('an input that stands alone takes the plain name', () => {
  const document = tidy({ a: ref('ThingInput') }, { Thing: { as: 'output' }, ThingInput: { as: 'input' } });
  expect(document).toEqual({
    paths: { a: ref('Thing') },
    components: { schemas: { Thing: { as: 'input' } } },
  });
});

test('an input that equals its output becomes one with it', () => {
  const schemas = {
    Thing: { part: ref('Part') },
    ThingInput: { part: ref('PartInput') },
    Part: { type: 'string' },
    PartInput: { type: 'string' },
  };
  const document = tidy({ a: ref('Thing'), b: ref('ThingInput') }, schemas);
  expect(document.paths).toEqual({ a: ref('Thing'), b: ref('Thing') });
  expect(Object.keys(document.components.schemas)).toEqual(['Part', 'Thing']);
});

test('an input that differs from its output keeps its own name', () => {
  const document = tidy({ a: ref('Thing'), b: ref('ThingInput') }, { Thing: { a: 1 }, ThingInput: { a: 2 } });
  expect(document.components.schemas).toEqual({ Thing: { a: 1 }, ThingInput: { a: 2 } });
});
