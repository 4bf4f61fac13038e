import { errors } from '../../errors/catalogue.ts';

const form = /^\s*name\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*$/;

/**
 * The name that a filter asks for: `name = "x"`, which is all that clients of the old service say. Undefined without a filter.
 *
 * @throws INVALID_ARGUMENT for any other filter
 */
export function nameIn(filter: string | undefined): string | undefined {
  if (filter === undefined || filter.trim() === '') return undefined;
  const match = form.exec(filter);
  if (!match)
    throw errors.invalidArgument([{ field: 'filter', description: 'The one filter is name = "…".' }]);
  return match[1] ?? match[2] ?? match[3];
}

/** @throws INVALID_ARGUMENT for any other filter than of the name */
export function isNamed(filter: string | undefined): (one: { readonly name: string }) => boolean {
  const wanted = nameIn(filter);
  return ({ name }) => wanted === undefined || name === wanted;
}
