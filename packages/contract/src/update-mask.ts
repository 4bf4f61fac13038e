import { z } from 'zod';

const camelCase = (path: string): string =>
  path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The names in a mask, in camelCase. */
function masked(mask: string): string[] {
  return mask.split(',').map((path) => camelCase(path.trim()));
}

/** `updateMask` of a message whose fields `updatable` can be changed. */
export function updateMask(updatable: readonly string[]) {
  const known = new Set(updatable);
  return z
    .string()
    .superRefine((mask, context) => {
      if (mask === '') return;
      const seen = new Set<string>();
      for (const field of masked(mask)) {
        if (!known.has(field))
          context.addIssue(`unknown field "${field}"; there are ${updatable.join(', ')}`);
        else if (seen.has(field)) context.addIssue(`"${field}" is named twice`);
        seen.add(field);
      }
    })
    .meta({
      description:
        'Comma-separated names of the fields to change. A named field that is absent is reset to its default. No mask: every field is set, absent ones are reset.',
      examples: [updatable.slice(0, 2).join(',')],
    });
}

/**
 * What an update sets: of the fields in `defaults`, those that the mask names (all, without one), with the value that
 * `body` has for them, or their default.
 */
export function fieldsToSet<T extends object>(
  body: { readonly updateMask?: string | undefined } & { readonly [K in keyof T]?: T[K] | undefined },
  defaults: T,
): Partial<T> {
  const names = body.updateMask ? masked(body.updateMask) : Object.keys(defaults);
  const given: { readonly [K in keyof T]?: T[K] | undefined } = body;
  const set: Partial<T> = {};
  for (const name of names as (keyof T)[]) set[name] = given[name] ?? defaults[name];
  return set;
}
