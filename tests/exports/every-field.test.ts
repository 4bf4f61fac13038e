/** Every field of an export, as the API describes it, with each value that it cannot have: the refusal names the field. */
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
}

const document = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));
const schemas: Readonly<Record<string, Schema>> = document.components.schemas;

function resolved(schema: Schema): Schema {
  const { $ref, allOf: [first] = [] } = schema;
  if ($ref) return resolved(schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  return first ? { ...resolved(first), ...schema } : schema;
}

interface Case {
  readonly path: readonly string[];
  readonly what: string;
  readonly value: unknown;
}

function casesOf(schema: Schema, path: readonly string[]): Case[] {
  const { type, properties = {}, ...rest } = resolved(schema);
  const own = path.length === 0 ? [] : wrongValues({ type: type ?? 'string', ...rest });
  return [
    ...own.map(([what, value]) => ({ path, what, value })),
    ...Object.entries(properties).flatMap(([name, inner]) => casesOf(inner, [...path, name])),
  ];
}

function wrongValues(schema: Schema): [string, unknown][] {
  const { type, minimum, maximum, minLength = 0, maxLength, minItems = 0, maxItems } = schema;
  const values: [string, unknown][] = [['another type', type === 'object' ? 'text' : { a: 1 }]];
  if (schema.enum) values.push(['an unknown value', 'NO_SUCH']);
  if (minimum !== undefined) values.push(['too little', minimum - 1]);
  if (maximum !== undefined) values.push(['too much', maximum + 1]);
  if (minLength > 0) values.push(['nothing', '']);
  if (maxLength !== undefined) values.push(['too long a text', 'x'.repeat(maxLength + 1)]);
  if (minItems > 0) values.push(['no items', []]);
  if (maxItems !== undefined) values.push(['too many items', Array(maxItems + 1).fill('a.example:1')]);
  return values;
}

function bodyWith({ path, value }: Case): object {
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;
}

const installation = sharedInstallation();
let registryId: string;

beforeAll(async () => {
  registryId = (await installation().api.createRegistry()).id;
});

const cases = casesOf(schemas['CreateExportRequest'] ?? {}, []);

test('the description has the fields of every target', () => {
  const targets = new Set(cases.filter(({ path }) => path[0] === 'target').map(({ path }) => path[1]));
  expect([...targets].sort()).toEqual([undefined, 'kafka', 'nats', 'postgres', 'pull', 'webhook'].sort());
  expect(cases.length).toBeGreaterThan(60);
});

test.each(cases.map((one) => [one.path.join('.'), one.what, one] as const))(
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
