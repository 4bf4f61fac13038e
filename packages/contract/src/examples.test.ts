import { expect, test } from 'vitest';
import { z } from 'zod';
import * as contract from './index.ts';

/** Everything that is exported and is a schema, however deep. */
function schemasIn(value: unknown): z.ZodType[] {
  if (value instanceof z.ZodType) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(schemasIn);
}

const withExamples = schemasIn({ ...contract }).flatMap((schema) => {
  const { id, examples = [] } = (schema.meta() ?? {}) as { id?: string; examples?: unknown[] };
  return id === undefined ? [] : examples.map((example) => ({ id, schema, example }));
});

test('there are examples', () => {
  expect(withExamples.length).toBeGreaterThan(20);
});

test.each(withExamples)('the example of $id is true', ({ schema, example }) => {
  expect(schema.safeParse(example)).toMatchObject({ success: true });
});
