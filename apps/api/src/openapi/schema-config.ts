import type { z } from 'zod';

/** How schemas are written where zod says more than is meant. */
export const schemaConfig = {
  override({
    zodSchema,
    jsonSchema,
  }: {
    zodSchema: z.core.$ZodTypes;
    jsonSchema: z.core.JSONSchema.BaseSchema;
  }) {
    const { def } = zodSchema._zod;
    // Answers may get new fields; only what is refused in requests is closed, and that says so by its catchall.
    if (def.type === 'object' && def.catchall === undefined) delete jsonSchema.additionalProperties;
    // That a number is exact in JavaScript is no business of the API's.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  },
};
