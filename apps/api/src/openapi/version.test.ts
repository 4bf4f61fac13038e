import { expect, test } from 'vitest';
import { inVersion } from './version.ts';

const document = (schema: object) => ({ paths: {}, components: { schemas: { Thing: schema } } });

test('3.0 has one example where 3.1 has a list, however deep', () => {
  const schema = { examples: [{ a: 1 }, { a: 2 }], properties: { a: { type: 'integer', examples: [1] } } };
  expect(inVersion('3.1.0', document(schema))).toEqual(document(schema));
  expect(inVersion('3.0.3', document(schema))).toEqual(
    document({ example: { a: 1 }, properties: { a: { type: 'integer', example: 1 } } }),
  );
});
