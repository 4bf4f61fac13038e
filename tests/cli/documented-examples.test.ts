/** docs/cli.md shows every command in use: here all of it is run, in order, against what `npm start` runs. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fullTest, repositoryRoot, sharedInstallation, within } from '@iotcore/testkit';
import { expect, onTestFinished, vi } from 'vitest';
import { bin } from './support/iotcore.ts';

const installation = sharedInstallation({ programs: ['supervisor'] });
const run = promisify(execFile);

const page = readFileSync(join(repositoryRoot, 'docs/cli.md'), 'utf8');
const examples = [...page.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);

/** A shell that knows `iotcore`, as a reader's does, in a folder with the files that the page mentions. */
function makeShell(variables: Map<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-cli-docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'password.txt'), 'Greenhouse-2026\n');
  writeFileSync(join(folder, 'reading.json'), '{"level":7}');
  const { dataDir, mqttsPort, adminToken } = installation();
  symlinkSync(dataDir, join(folder, 'data'));
  variables.set('TOKEN', adminToken);
  const { PATH = '' } = process.env;
  return (line: string): [string, string[], object] => {
    const here = line.replaceAll('localhost:8883', `localhost:${mqttsPort}`).replace(/^npx /, '');
    const script = `iotcore() { '${process.execPath}' '${bin}' "$@"; }; set -o pipefail -u; ${here}`;
    const env = {
      PATH,
      HOME: folder,
      IOTCORE_DATA_DIR: join(folder, 'data'),
      ...Object.fromEntries(variables),
    };
    return ['bash', ['-c', script], { cwd: folder, env }];
  };
}

/** What a reader copies from one answer into the next command. */
function remember(
  line: string,
  { stdout, stderr }: { stdout: string; stderr: string },
  into: Map<string, string>,
) {
  const field = (name: string) => new RegExp(`^${name} +(\\S+)$`, 'm').exec(stdout)?.[1];
  const keep = (name: string, value: string | undefined) => value !== undefined && into.set(name, value);
  const created = /^iotcore (registry|device|broker) create (?:greenhouse|pump|hall)/.exec(line)?.[1];
  if (created) {
    keep(`${created.toUpperCase()}_ID`, field('id'));
    keep(`${created.toUpperCase()}_PASSWORD`, field('password'));
  }
  if (line.includes(' password add ')) keep('PASSWORD_ID', field('id'));
  if (line.includes(' yds-export add ')) keep('EXPORT_ID', field('id'));
  if (line.includes(' key create ')) keep('KEY_ID', field('id'));
  if (line.includes(' api-key create ')) keep('API_KEY_ID', field('id'));
  if (line.includes(' certificate list ')) keep('FINGERPRINT', /^[0-9a-f]{40}\b/m.exec(stdout)?.[0]);
  keep('OPERATION_ID', /^operation (\S+) is done$/m.exec(stderr)?.[1]);
}

/** Some eighty processes, one after the other, also on a busy machine. */
vi.setConfig({ testTimeout: 300_000 });

fullTest('every example of docs/cli.md does what it says', async () => {
  expect(examples.length).toBeGreaterThan(60);
  const variables = new Map<string, string>();
  const shell = makeShell(variables);
  let listener: { printed: Promise<string> } | undefined;
  for (const line of examples) {
    const [command, args, options] = shell(line);
    if (line.includes('--count 1')) {
      listener = await listen(command, args, options);
      continue;
    }
    const outcome = await run(command, args, options).catch((error: { stderr?: string }) => {
      throw new Error(`${line}\n${error.stderr}`);
    });
    remember(line, outcome, variables);
  }
  expect(await listener?.printed).toBe('hello\n');
});

/** Starts a subscriber; resolves once it listens, to what it will have printed by its end. */
async function listen(command: string, args: string[], options: object) {
  const child = spawn(command, args, options);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = new Promise<string>((resolve) => child.once('close', () => resolve(text)));
  const listening = new Promise<void>((resolve) =>
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      if (chunk.includes('subscribed to')) resolve();
    }),
  );
  await within(listening, 'a subscription');
  return { printed: within(ended, 'a message') };
}
