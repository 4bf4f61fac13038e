/**
 * Generates the messages of the gRPC API into packages/proto/src/generated from proto/. With --check it fails instead if
 * the committed code is stale.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureInstalled } from '../bootstrap/install.mjs';
import { keepFresh } from './generated-folder.ts';

const root = join(import.meta.dirname, '..', '..');
const tools = join(import.meta.dirname, 'proto');
const buf = join(tools, 'node_modules/@bufbuild/buf/bin/buf');
const generator = join(tools, 'node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es');

/** JavaScript with declarations: TypeScript would have enums, which Node does not strip. */
const options = ['target=js+dts', 'import_extension=js'];

await keepFresh(
  'The code of the gRPC messages',
  join(root, 'packages/proto/src/generated'),
  async (workplace) => {
    await ensureInstalled(tools, { dev: true, signal: new AbortController().signal });
    const template = {
      version: 'v2',
      plugins: [{ local: ['node', generator], out: join(workplace, 'generated'), opt: options }],
    };
    await writeFile(join(workplace, 'buf.gen.json'), JSON.stringify(template));
    execFileSync(
      process.execPath,
      [buf, 'generate', '--template', join(workplace, 'buf.gen.json'), 'proto'],
      {
        cwd: root,
        // The generator is a program of the same Node.
        env: { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}` },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    return join(workplace, 'generated');
  },
);
