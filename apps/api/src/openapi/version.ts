import type { Document } from './tidy.ts';

export type OpenApiVersion = '3.1.0' | '3.0.3';

/** What the versions write differently and the generator does not: 3.0 knows only one `example` in a schema. */
export function inVersion<D extends Document>(version: OpenApiVersion, document: D): D {
  if (version !== '3.0.3') return document;
  const { schemas } = document.components;
  const rewritten = JSON.parse(JSON.stringify(schemas), (_key, value: unknown) => withOneExample(value));
  return { ...document, components: { ...document.components, schemas: rewritten } };
}

function withOneExample(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('examples' in value)) return value;
  const { examples, ...others } = value;
  return Array.isArray(examples) ? { ...others, example: examples[0] } : value;
}
