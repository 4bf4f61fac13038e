import { operations } from '@iotcore/control';

/** What is wrong somewhere: too long, too many, of another type, not to be had. */
const odd: readonly unknown[] = [
  ...[undefined, null, true, 5, -1, 1.5, 1e12],
  ...['', 'x', 'Ж y/', '\0', '99999-1', '2020-01-01T00:00:00Z', 'x'.repeat(40_000)],
  ...[[], [5], ['x'], new Array(2000).fill('x')],
  ...[{}, { a: 'x' }, { Ж: 'Ж' }],
];
const mostLevels = 5;

interface Definition {
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly innerType?: Schema;
  readonly in?: Schema;
}
type Schema = NonNullable<(typeof operations)[number]['message']>;
type Place = (value: unknown) => unknown;

/** What the schemas of all operations say of odd values, wherever one can stand. */
export function fieldObjections(): Set<string> {
  const found = new Set<string>();
  for (const { message } of operations) if (message) collect(message, message, (value) => value, found);
  return found;
}

function collect(whole: Schema, part: Schema, place: Place, found: Set<string>, level = 0): void {
  for (const value of odd) {
    const { error } = whole.safeParse(place(value));
    for (const { code, message } of error?.issues ?? []) if (code !== 'unrecognized_keys') found.add(message);
  }
  if (level === mostLevels) return;
  for (const [key, field] of Object.entries(fieldsOf(part)))
    collect(whole, field, (value) => place({ [key]: value }), found, level + 1);
}

function fieldsOf(schema: Schema): Readonly<Record<string, Schema>> {
  const { shape, innerType, in: source } = schema._zod.def as Definition;
  const inside = innerType ?? source;
  return shape ?? (inside ? fieldsOf(inside) : {});
}
