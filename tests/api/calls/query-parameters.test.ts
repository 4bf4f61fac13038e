/** Walks openapi.yaml: every parameter of every query takes what its type says, in both of its names, once, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { expectViolations } from '../support/answers.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema: {
    readonly type?: string;
    readonly format?: string;
    readonly enum?: unknown;
    readonly $ref?: string;
  };
}

const document = parse(readFileSync(join(repositoryRoot, 'openapi.yaml'), 'utf8'));
const parameters = Object.entries<Record<string, { parameters?: Parameter[] }>>(document.paths).flatMap(
  ([path, { get }]) =>
    (get?.parameters ?? [])
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, schema }) => ({ path, name, kind: kindOf(schema) })),
);

function kindOf({
  type,
  format,
  enum: values,
  $ref,
}: Parameter['schema']): 'number' | 'time' | 'enum' | 'text' {
  if (type === 'integer') return 'number';
  if (format === 'date-time') return 'time';
  return $ref !== undefined || values !== undefined ? 'enum' : 'text';
}

/** As they stand in an address. */
const bad = {
  number: [
    '1e3',
    '0x10',
    '%2010',
    '10%20',
    '10.0',
    '+10',
    '-0',
    '-1',
    '007',
    '1_000',
    '',
    'NaN',
    'true',
    '%D9%A1',
  ],
  time: [
    '2026',
    '1700000000',
    '2026-02-30T00:00:00Z',
    '2026-01-01T00:00:00',
    '0000-01-01T00:00:00Z',
    'now',
    '',
  ],
  enum: ['full', '%20FULL', '7', '1.0', '-1', '0x1', ''],
  text: [],
} as const;

const call = (path: string, query: string) =>
  installation().api.call('GET', `${path.replaceAll(/\{\w+\}/g, 'are00000000000000000')}?${query}`);
const originalName = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What is said of one field, whatever is wrong besides. */
async function violation(path: string, query: string, field: string): Promise<string | undefined> {
  const { status, body } = await call(path, query);
  if (status !== 400) return undefined;
  const [{ fieldViolations }] = body.details as [
    { fieldViolations: { field: string; description: string }[] },
  ];
  return fieldViolations.find((one) => one.field === field)?.description;
}

test('there are parameters of each kind', () => {
  expect(new Set(parameters.map(({ kind }) => kind))).toEqual(new Set(['number', 'time', 'enum', 'text']));
});

describe.each(parameters)('$name of $path', ({ path, name, kind }) => {
  test('is refused with anything but its type, more than once, and under both names', async () => {
    for (const value of bad[kind]) {
      for (const field of new Set([name, originalName(name)]))
        expect(await violation(path, `${field}=${value}`, field), value).toBeDefined();
    }
    expect(await violation(path, `${name}=1&${name}=1`, name)).toBeDefined();
    const original = originalName(name);
    if (original === name) return;
    expect(await violation(path, `${name}=1&${original}=1`, original)).toMatch('give it once');
    expect(await violation(path, `${original}=%00!`, name)).toBeUndefined();
  });
});

test('a parameter that is given twice is told so', async () => {
  const answer = await call('/iot-devices/v1/registries', 'folderId=a&folderId=a&folderId=a');
  expectViolations(answer, 'folderId');
  expect(answer.body.message).toBe('Invalid request: folderId: It is given more than once: give it once.');
});

test.each(['%', '%F', '%zz', '%FF', '%C0%AF', '%ED%A0%80', '%F4%90%80%80'])(
  'a query with %s, which is no UTF-8, is refused',
  async (value) => {
    for (const query of [
      `folderId=${value}`,
      `${value}=a`,
      `folderId=a&colour=${value}`,
      `folderId=a?${value}`,
    ]) {
      const answer = await call('/iot-devices/v1/registries', query);
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 3, message: expect.stringContaining('UTF-8') },
      });
    }
  },
);
