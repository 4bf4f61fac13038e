import type { z } from 'zod';
import { fieldAsGiven, whyUnknown } from './proto-json.ts';

/** An entry of a list that is not as it must be. */
export class BadEntry {
  /** Anything at all. */
  readonly #given: unknown;
  /** What is wrong with it, for people. */
  readonly reason: string;

  constructor(given: unknown, reason: string) {
    this.#given = given;
    this.reason = reason;
  }

  /** The text of a field, if what was given is an object that has such a one. */
  text(field: string): string | undefined {
    const given = this.#given;
    if (typeof given !== 'object' || given === null || !Object.hasOwn(given, field)) return undefined;
    const text: unknown = given[field as keyof typeof given];
    return typeof text === 'string' ? text : undefined;
  }
}

/** Of an entry that is wrong in many places these are named. */
const maxNamed = 5;
const maxFieldCharacters = 100;

/** A schema for entries that are checked one by one: a bad one is a `BadEntry`, and does not make the list a bad one. */
export function checkedAlone<S extends z.ZodType>(schema: S): z.ZodType<z.output<S> | BadEntry, z.input<S>> {
  // While OpenAPI is generated there is no context: a default is asked for, and there is none.
  const catching = (context?: { readonly input: unknown; readonly error: { issues: z.core.$ZodIssue[] } }) =>
    context && new BadEntry(context.input, reasonOf(context.error.issues, context.input));
  return schema.catch(catching as never) as unknown as z.ZodType<z.output<S> | BadEntry, z.input<S>>;
}

/** Such as `name: At most 50 characters.` */
function reasonOf(issues: readonly z.core.$ZodIssue[], entry: unknown): string {
  return issues
    .slice(0, maxNamed)
    .map((issue) => sentence(issue, entry))
    .join(' ');
}

function sentence({ path, message, ...issue }: z.core.$ZodIssue, entry: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const [first = ''] = issue.keys;
    const reason =
      path.length === 0 && issue.keys.length === 1 ? whyUnknown(first, entry) : whyUnknown('', undefined);
    return `${fieldName(issue.keys.slice(0, maxNamed).join(', '))}: ${reason}`;
  }
  return path.length === 0 ? message : `${fieldName(fieldAsGiven(path.join('.'), entry))}: ${message}`;
}

function fieldName(name: string): string {
  return name.slice(0, maxFieldCharacters).toWellFormed();
}
