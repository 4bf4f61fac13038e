import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const manifest = readFileSync(resolve(import.meta.dirname, '../package.json'), 'utf8');
const { start } = JSON.parse(manifest).scripts as { start: string };
const shells = ['/bin/sh', '/bin/bash', '/bin/dash'].filter((shell) => existsSync(shell));

/** A folder with nothing, and one behind it with a Node whose first step brings a newer one into the first. */
function folders(): string[] {
  const top = mkdtempSync(join(tmpdir(), 'iotcore-start-'));
  onTestFinished(() => rmSync(top, { recursive: true }));
  const [installed, machine] = ['installed', 'machine'].map((name) => join(top, name)) as [string, string];
  for (const folder of [installed, machine]) mkdirSync(folder);
  const newer = join(top, 'newer');
  writeFileSync(newer, '#!/bin/sh\necho newer $1\n');
  writeFileSync(
    join(machine, 'node'),
    `#!/bin/sh\necho older $1\n[ -e ${installed}/node ] || cp ${newer} ${installed}/node\n`,
  );
  for (const file of [newer, join(machine, 'node')]) chmodSync(file, 0o755);
  return [installed, machine];
}

// npm runs the line by the shell that its setting `script-shell` names.
test.each(shells)('%s runs the Node that the first step of `npm start` has installed', (shell) => {
  const env = { PATH: [...folders(), '/usr/bin', '/bin'].join(delimiter) };
  const { stdout } = spawnSync(shell, ['-c', start], { env, encoding: 'utf8' });
  expect(stdout).toBe('older scripts/install.mjs\nnewer scripts/run.mjs\n');
});
