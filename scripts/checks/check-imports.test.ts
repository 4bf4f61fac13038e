import { describe, expect, test } from 'vitest';
import { findCycles, findForbiddenImports, importsOf, type Manifest } from './check-imports.ts';

const manifests = new Map<string, Manifest>([
  ['', { devDependencies: { vitest: '1' } }],
  ['packages/model', { name: '@iotcore/model', exports: { '.': './src/index.ts' } }],
  [
    'packages/store',
    {
      name: '@iotcore/store',
      exports: { '.': './src/index.ts', './control': './src/control/index.ts' },
      dependencies: { '@iotcore/model': '1', pg: '1' },
      devDependencies: { '@types/pg': '1' },
    },
  ],
  ['packages/engine', { exports: { '.': './src/index.ts' } }],
  [
    'packages/engine-aedes',
    { exports: { '.': './src/index.ts' }, dependencies: { '@iotcore/engine': '1', aedes: '1' } },
  ],
  [
    'packages/testkit',
    { name: '@iotcore/testkit', exports: { '.': './src/index.ts' }, dependencies: { mqtt: '1' } },
  ],
  ['apps/api', { dependencies: { '@iotcore/store': '1', pg: '1' } }],
  ['packages/credentials', { exports: { '.': './src/index.ts', './certificates': './src/sign.ts' } }],
  ['apps/cli', { exports: { './program': './src/program.ts' } }],
  ['tests/sdk', { dependencies: { sdk: '1' } }],
]);

function problems(path: string, ...specifiers: string[]): string[] {
  const text = specifiers.map((specifier) => `import { x } from '${specifier}';`).join('\n');
  return findForbiddenImports([{ path, text }], manifests).map((line) => line.replace(/^.*': /, ''));
}

describe('forbidden imports', () => {
  test.each([
    ['packages/model/src/a.ts', '@iotcore/store', 'the domain is pure: it knows no other part'],
    ['packages/store/src/a.ts', '@iotcore/engine', 'the store keeps the domain, and knows nobody who asks'],
    ['apps/api/src/a.ts', '@iotcore/engine', 'the control plane speaks no MQTT'],
    ['apps/api/src/a.ts', '@iotcore/mqtt', 'there is no such package (apps are imported by nobody)'],
    [
      'packages/model/src/a.ts',
      '@iotcore/cli/program',
      'there is no such package (apps are imported by nobody)',
    ],
    ['tests/cli/a.ts', '@iotcore/cli/main', 'a deep import; its package.json exports ./program'],
    [
      'apps/api/src/a.ts',
      '@iotcore/credentials/certificates',
      'its library needs a polyfill of globals, which no server loads (docs/dependencies.md)',
    ],
    [
      'apps/cli/src/a.ts',
      '@peculiar/x509',
      'it needs a polyfill of globals, which no server loads (docs/dependencies.md)',
    ],
    [
      'packages/credentials/src/certificates/a.ts',
      'node-forge',
      'certificates of servers are made in one place (docs/dependencies.md)',
    ],
    ['apps/api/src/a.ts', 'pg', 'only the store knows how state is kept'],
    [
      'packages/engine/src/native/a.ts',
      'aedes',
      'aedes stands behind the port of the engine, and can be replaced',
    ],
    [
      'packages/engine/src/a.ts',
      '@iotcore/engine-aedes',
      'the engine is a general MQTT server: it knows no other part',
    ],
    ['apps/api/src/a.ts', '@iotcore/store/src/b.ts', 'a deep import; its package.json exports ., ./control'],
    [
      'apps/api/src/a.ts',
      '../../../packages/store/src/b.ts',
      'it leaves its package; import the other by its name',
    ],
    ['tests/a.test.ts', '../packages/store/src/b.ts', 'a deep import; import the package by its name'],
    ['scripts/a.mjs', '../packages/store/src/b.mjs', 'a deep import; import the package by its name'],
    ['tests/api/a.test.ts', 'sdk', 'the root/package.json does not declare it'],
    ['apps/api/src/a.ts', 'fastify', 'apps/api/package.json does not declare it'],
    ['apps/api/src/a.ts', '@iotcore/model', 'apps/api/package.json does not declare it'],
    ['apps/api/src/a.ts', '@iotcore/testkit', 'the test harness is for tests'],
    [
      'packages/new/src/a.ts',
      '@iotcore/model',
      'packages/new has no rule yet in scripts/checks/check-imports.ts',
    ],
  ])('in %s: %s', (path, specifier, because) => {
    expect(problems(path, specifier)).toEqual([because]);
  });
});

describe('allowed imports', () => {
  test.each([
    ['apps/api/src/a.ts', ['@iotcore/store/control', 'node:fs', './b.ts', '../src/b.ts']],
    ['apps/api/src/a.test.ts', ['@iotcore/testkit', 'vitest']],
    ['packages/store/src/a.ts', ['pg', '@iotcore/model']],
    ['packages/engine-aedes/src/a.ts', ['aedes', '@iotcore/engine']],
    ['tests/a.test.ts', ['@iotcore/testkit', '@iotcore/store', 'vitest', './b.ts']],
    ['tests/sdk/a.test.ts', ['sdk', '@iotcore/testkit', 'vitest']],
    ['scripts/bootstrap/a.mjs', ['../../packages/process/src/b.mjs']],
  ])('in %s', (path, specifiers) => {
    expect(problems(path, ...specifiers)).toEqual([]);
  });
});

describe('inside a package', () => {
  test.each([
    ['packages/store/src/control/a.ts', '../data-plane/b.ts'],
    ['packages/store/src/control/deeper/a.ts', '../../data-plane/index.ts'],
    ['packages/store/src/data-plane/a.ts', '../control/b.ts'],
  ])('%s does not import %s', (path, specifier) => {
    expect(problems(path, specifier)).toEqual([
      expect.stringContaining('control and data-plane do not import each other'),
    ]);
  });

  test.each([
    ['packages/store/src/control/a.ts', '../records/b.ts'],
    ['packages/store/src/control/a.ts', './b.ts'],
    ['packages/store/src/control/a.test.ts', '../data-plane/b.ts'],
    ['packages/store/src/backup/a.ts', '../control/b.ts'],
    ['packages/engine/src/native/testing/a.ts', '../../behaviour/b.ts'],
  ])('%s may import %s', (path, specifier) => {
    expect(problems(path, specifier)).toEqual([]);
  });

  test.each([
    [
      'packages/engine/src/native/io/a.ts',
      '../publish/b.ts',
      'buffers, timing, io, messages, deliver, publish',
    ],
    ['packages/engine/src/codec/a.ts', '../native/b.ts', 'routing, codec, native, behaviour'],
    ['packages/model/src/topics/names/a.ts', '../rights/b.ts', 'names, exports, rights, testing'],
  ])('%s does not import %s', (path, specifier, order) => {
    const [problem] = problems(path, specifier);
    expect(problem).toBe(
      `inside ${path.split('/').slice(0, -2).join('/')} imports go from later to earlier: ${order}`,
    );
  });

  test.each([
    ['packages/engine/src/native/publish/a.ts', '../io/b.ts'],
    ['packages/engine/src/native/engine.ts', './publish/b.ts'],
    ['packages/engine/src/native/io/a.test.ts', '../publish/b.ts'],
  ])('%s imports %s', (path, specifier) => {
    expect(problems(path, specifier)).toEqual([]);
  });
});

test('finds files that import one another in a circle, types included', () => {
  const files = [
    { path: 'a/one.ts', text: "import type { Two } from './two.ts';" },
    { path: 'a/two.ts', text: "export * from '../b/three.ts';" },
    { path: 'b/three.ts', text: "import { one } from '../a/one.ts';" },
    { path: 'a/apart.ts', text: "import { one } from './one.ts';" },
  ];
  expect(findCycles(files)).toEqual(['a/one.ts → a/two.ts → b/three.ts → a/one.ts: imports in a circle']);
  expect(findCycles(files.slice(1))).toEqual([]);
});

test('finds imports in every form, and none in comments', () => {
  // IMPORT, so that the script does not take these for imports of this file.
  const source = [
    "IMPORT type { A } from 'a';",
    "IMPORT {\n  b,\n} from 'b';",
    "IMPORT 'c';",
    "export * from 'd';",
    "export { e } from 'e';",
    "const f = await IMPORT('f');",
    "// IMPORT { g } from 'g';",
    "/** IMPORT { h } from 'h'; */",
    "export const from = 'i';",
  ]
    .join('\n')
    .replaceAll('IMPORT', 'import');
  expect(importsOf(source).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});
