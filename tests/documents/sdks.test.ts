/** docs/sdks.md: the client for a project of one's own is generated as the page says, from the registry that npm knows. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fullTest, repositoryRoot } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';

const page = readFileSync(join(repositoryRoot, 'docs/sdks.md'), 'utf8');
const [, block = ''] = /```sh\n(npm install --save-dev @hey-api.*?)```/s.exec(page) ?? [];

fullTest('a project that has nothing gets a TypeScript client of the API', async () => {
  const folder = mkdtempSync('/tmp/iotcore-sdk-docs-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const commands = block.replace('path/to/openapi.yaml', join(repositoryRoot, 'openapi.yaml'));
  expect(commands).not.toBe(block);
  await promisify(execFile)('bash', ['-ec', commands], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  expect(readFileSync(join(folder, 'src/iotcore/sdk.gen.ts'), 'utf8')).toContain('createDevice');
});
