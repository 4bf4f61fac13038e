import type { z } from 'zod';

/** What the OpenAPI document says of a component beside its shape. An example is true: a test parses it. */
interface ComponentMeta {
  readonly description: string;
  readonly examples?: readonly unknown[];
}

/** Names a schema: it becomes the component `id` of the OpenAPI document, and a type of generated clients. */
export function component<S extends z.ZodType>(id: string, schema: S, meta: ComponentMeta): S {
  return schema.meta({ id, ...meta });
}
