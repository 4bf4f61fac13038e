import { z } from 'zod';

const camelCase = (path: string): string =>
  path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The names in a mask, as they were given. */
function given(mask: string): string[] {
  return mask.split(',').map((path) => path.trim());
}

/** The names in a mask, in camelCase. */
function masked(mask: string): string[] {
  return given(mask).map(camelCase);
}

/** `updateMask` of a message whose fields `updatable` can be changed; some of them are fields within a field: `a.b`. */
export function updateMask(updatable: readonly string[]) {
  const known = new Set(updatable);
  const top = updatable.filter((name) => !name.includes('.'));
  return z
    .string()
    .superRefine((mask, context) => {
      if (mask === '') return;
      const seen = new Set<string>();
      for (const name of given(mask)) {
        const field = camelCase(name);
        if (!known.has(field)) context.addIssue(`unknown field "${name}"; there are ${top.join(', ')}`);
        else if (seen.has(field)) context.addIssue(`"${name}" is named twice`);
        seen.add(field);
      }
    })
    .meta({
      description:
        'Comma-separated names of the fields to change. A named field that is absent is reset to its default. No mask: every field is set, absent ones are reset.',
      examples: [top.slice(0, 2).join(',')],
    });
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Every field in `defaults`, with the value that `body` has for it, or its default. */
export function allFields<T extends object>(body: Given<T>, defaults: T): T {
  return Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, body[name as keyof T] ?? value]),
  ) as T;
}

/** What an update sets: of all fields those that the mask names, or all without one. */
export function fieldsToSet<T extends object>(
  body: Given<T> & { readonly updateMask?: string | undefined },
  defaults: T,
): Partial<T> {
  const all = allFields(body, defaults);
  if (!body.updateMask) return all;
  const names = new Set(masked(body.updateMask));
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name))) as Partial<T>;
}

/** Of a field that the mask names by parts (`logOptions.minLevel`): the names of the parts. */
export function partsInMask(mask: string | undefined, field: string): string[] {
  const prefix = `${field}.`;
  return masked(mask ?? '').flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}
