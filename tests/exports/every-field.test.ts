/**
 * Every field of an export, as the API describes it, with one value for each thing that the description says of it (type, range, length,
 * pattern, number of items, what items and values of maps are), and a field that no object has: the refusal names the field.
 */
import { readFileSync } from 'node:fs';
import { sharedInstallation } from '@iotcore/testkit';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { expectRefusal } from '../api/support/answers.ts';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
  readonly items?: Schema;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | false;
}

const document = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));
const schemas: Readonly<Record<string, Schema>> = document.components.schemas;

function resolved(schema: Schema): Schema {
  const { $ref, allOf: [first] = [] } = schema;
  if ($ref) return resolved(schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  return first ? { ...resolved(first), ...schema } : schema;
}

/** A number is the place of an item in a list. */
type Path = readonly (string | number)[];

interface Case {
  readonly path: Path;
  readonly what: string;
  readonly value: unknown;
}

function casesOf(schema: Schema, path: Path): Case[] {
  const { properties = {}, items, additionalProperties: values, ...own } = resolved(schema);
  const inner = Object.entries(properties).map(([name, one]): [Schema, string | number] => [one, name]);
  if (items) inner.push([items, 0]);
  if (values) inner.push([values, 'key']);
  const wrong = path.length === 0 ? [] : wrongValues({ type: 'string', ...own });
  return [
    ...wrong.map(([what, value]) => ({ path, what, value })),
    ...(values === false
      ? [{ path: [...path, 'surprise'], what: 'a field that there is not', value: 1 }]
      : []),
    ...inner.flatMap(([one, name]) => casesOf(one, [...path, name])),
  ];
}

function wrongValues(schema: Schema): [string, unknown][] {
  const { type, minimum, maximum, minLength = 0, maxLength, minItems = 0, maxItems } = schema;
  const values: [string, unknown][] = [['another type', type === 'object' ? 'text' : { a: 1 }]];
  if (type === 'integer') values.push(['half of a number', (minimum ?? 0) + 0.5]);
  if (schema.enum) values.push(['an unknown value', 'NO_SUCH']);
  if (minimum !== undefined) values.push(['too little', minimum - 1]);
  if (maximum !== undefined) values.push(['too much', maximum + 1]);
  if (minLength > 0) values.push(['nothing', '']);
  if (maxLength !== undefined) values.push(['too long a text', 'x'.repeat(maxLength + 1)]);
  if (schema.pattern !== undefined) values.push(['a text of another form', 'Not this!']);
  if (minItems > 0) values.push(['no items', []]);
  if (maxItems !== undefined) values.push(['too many items', Array(maxItems + 1).fill('a.example:1')]);
  if (schema.maxProperties !== undefined) values.push(['too many keys', numbered(schema.maxProperties + 1)]);
  if (schema.propertyNames?.pattern) values.push(['a key of another form', { 'Not this!': 'x' }]);
  return values;
}

function numbered(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`key-${n}`, 'x']));
}

function bodyWith({ path, value }: Case): object {
  return path.reduceRight<unknown>(
    (inner, name) => (typeof name === 'number' ? [inner] : { [name]: inner }),
    value,
  ) as object;
}

function fieldOf(path: Path): string {
  return path.reduce<string>(
    (before, name) => (typeof name === 'number' ? `${before}[${name}]` : `${before && `${before}.`}${name}`),
    '',
  );
}

const installation = sharedInstallation();
let registryId: string;

beforeAll(async () => {
  registryId = (await installation().api.createRegistry()).id;
});

const cases = casesOf(schemas['CreateExportRequest'] ?? {}, []);

test('the description has the fields of every target', () => {
  const named = cases.filter(({ path }) => path[0] === 'target' && path[1] !== 'surprise');
  const targets = new Set(named.map(({ path }) => path[1]));
  expect([...targets].sort()).toEqual([undefined, 'kafka', 'nats', 'postgres', 'pull', 'webhook'].sort());
  expect(cases.length).toBeGreaterThan(150);
});

test.each(cases.map((one) => [fieldOf(one.path), one.what, one] as const))(
  '%s: %s',
  async (field, _, one) => {
    const { api } = installation();
    const given = bodyWith(one) as { readonly source?: unknown; readonly target?: unknown };
    const source = typeof given.source === 'object' ? { registryId, ...given.source } : { registryId };
    const body = { target: { pull: {} }, ...given, source: given.source === 'text' ? 'text' : source };
    const answer = await api.call('POST', '/ext/v1/exports', body);
    expectRefusal(answer, 'INVALID_ARGUMENT');
    const [{ fieldViolations }] = answer.body.details;
    const named = fieldViolations.filter((violation: { field: string }) => violation.field === field);
    expect(named, JSON.stringify(fieldViolations)).toEqual([
      { field, description: expect.stringMatching(/\w/) },
    ]);
    expect((await api.must('GET', `/ext/v1/exports?registryId=${registryId}`)).exports).toEqual([]);
  },
);
