import { expect, test } from 'vitest';
import { compiledPath, rewriteSpecifiers } from './rewrite.ts';

/** Apart, so that no check takes these texts for imports of this file. */
const prisma = '@prisma/client';

const entries = new Map([
  ['@iotcore/store', 'packages/store/src/index.ts'],
  ['@iotcore/store/data-plane', 'packages/store/src/data-plane/index.ts'],
]);
const rewritten = (code: string, path = 'apps/mqtt/src/main.ts') => rewriteSpecifiers(code, path, entries);

test.each([
  [`import { a } from './b/c.ts';`, `import { a } from './b/c.js';`],
  [`export * from "../b.ts";`, `export * from "../b.js";`],
  [`await import('./native/index.ts')`, `await import('./native/index.js')`],
  [`entry: '../../api/src/main.ts',`, `entry: '../../api/src/main.js',`],
  [`import { x } from '@iotcore/store';`, `import { x } from '../../../packages/store/src/index.js';`],
  [`import('@iotcore/store/data-plane')`, `import('../../../packages/store/src/data-plane/index.js')`],
  [
    `import * as runtime from "${prisma}/runtime/client"`,
    `import * as runtime from "../../../vendor/prisma-client/runtime/client.mjs"`,
  ],
  [
    `const wasm = '${prisma}/runtime/a.wasm-base64.mjs'`,
    `const wasm = '../../../vendor/prisma-client/runtime/a.wasm-base64.mjs'`,
  ],
  [`import fastify from 'fastify';`, `import fastify from 'fastify';`],
  [`throw new Error('run it.ts')`, `throw new Error('run it.ts')`],
])('%s becomes %s', (code, expected) => {
  expect(rewritten(code)).toBe(expected);
});

test('a file of the same folder is named as one', () => {
  expect(rewritten(`import '@iotcore/store';`, 'packages/store/src/other.ts')).toBe(`import './index.js';`);
  expect(compiledPath('a/b.ts')).toBe('a/b.js');
});

test('an import of ours that no package exports ends the build', () => {
  expect(() => rewritten(`import { x } from '@iotcore/nothing';`)).toThrow('@iotcore/nothing');
});
