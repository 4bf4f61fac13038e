import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly format?: string;
}

/** Each property of each schema, by its path. */
function properties(name: string, schema: Schema): [string, Schema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([property, inner]) => [
    [`${name}.${property}`, inner] as [string, Schema],
    ...properties(`${name}.${property}`, inner),
  ]);
}

/**
 * The one thing that calls addresses which callers name. It is asked of administrators alone, and refuses addresses of our own
 * network (docs/exports.md).
 */
const ofExports = [
  'ExportTarget.webhook',
  'PostgresTarget.url',
  'ShownExportTarget.postgres.url',
  'ShownExportTarget.webhook',
  'ShownExportTarget.webhook.url',
  'WebhookTarget.url',
];

test('no field of a request makes the server call an address, but for the targets of exports', () => {
  const document = parse(readFileSync(join(repositoryRoot, 'openapi.yaml'), 'utf8'));
  const schemas = Object.entries(document.components.schemas as Record<string, Schema>);
  const all = schemas.flatMap(([name, schema]) => properties(name, schema));
  expect(all.length).toBeGreaterThan(100);
  const suspicious = all.filter(
    ([path, { format }]) =>
      /^ur[il]/.test(format ?? '') || /(ur[il]|host|endpoint|webhook|callback)$/i.test(path),
  );
  expect(suspicious.map(([path]) => path).sort()).toEqual(ofExports);
});
