/**
 * What the generator leaves untidy: it names each component twice, `X` as it is sent by us and `XInput` as it is sent to
 * us, used or not. Here only the used ones stay, and an `XInput` that stands alone or equals its `X` becomes `X`.
 */
import { isDeepStrictEqual } from 'node:util';

export interface Document {
  readonly paths: object;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const referencePrefix = '#/components/schemas/';
const inputSuffix = 'Input';

export function tidyDocument<D extends Document>(document: D): D {
  const renamed = mergeInputs(document);
  const used = usedSchemas(renamed);
  const schemas = Object.entries(renamed.components.schemas).filter(([name]) => used.has(name));
  return {
    ...renamed,
    components: {
      ...renamed.components,
      schemas: Object.fromEntries(schemas.sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

/** Renames every `XInput` that can be one with `X`. */
function mergeInputs<D extends Document>(document: D): D {
  const { schemas } = document.components;
  const used = usedSchemas(document);
  const mergeable = new Set(
    Object.keys(schemas).filter((name) => {
      const output = outputName(name);
      if (output === undefined) return false;
      return !used.has(output) || isDeepStrictEqual(asOutput(schemas[name]), asOutput(schemas[output]));
    }),
  );
  const rename = (name: string) => (mergeable.has(name) ? (outputName(name) ?? name) : name);
  const rewritten = mapReferences(document, rename);
  const entries = Object.entries(rewritten.components.schemas);
  // Outputs first, so that of two equal ones the input's is kept out, and a lone input takes the place of an unused output.
  const ordered = [
    ...entries.filter(([name]) => !mergeable.has(name)),
    ...entries.filter(([name]) => mergeable.has(name)),
  ];
  const merged: Record<string, object> = {};
  for (const [name, schema] of ordered) {
    if (!mergeable.has(name) || !used.has(outputName(name) ?? '')) merged[rename(name)] = schema;
  }
  return { ...rewritten, components: { ...rewritten.components, schemas: merged } };
}

function outputName(name: string): string | undefined {
  return name.endsWith(inputSuffix) ? name.slice(0, -inputSuffix.length) : undefined;
}

/** A schema as it would read with every reference to an input turned into one to its output. */
function asOutput(schema: unknown): unknown {
  return mapReferences(schema, (name) => outputName(name) ?? name);
}

function mapReferences<T>(value: T, rename: (name: string) => string): T {
  return JSON.parse(JSON.stringify(value), (key, item) =>
    key === '$ref' && typeof item === 'string' && item.startsWith(referencePrefix)
      ? referencePrefix + rename(item.slice(referencePrefix.length))
      : item,
  );
}

/** The schemas that the paths reach, directly or through others. */
function usedSchemas({ paths, components }: Document): Set<string> {
  const used = new Set<string>();
  const visit = (value: object): void => {
    mapReferences(value, (name) => {
      const schema = components.schemas[name];
      if (!used.has(name) && schema) {
        used.add(name);
        visit(schema);
      }
      return name;
    });
  };
  visit(paths);
  return used;
}
