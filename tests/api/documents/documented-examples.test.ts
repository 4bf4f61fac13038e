/** docs/api.md shows real requests with real answers: here they are made, in order, as a reader would paste them. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const run = promisify(execFile);

const page = readFileSync(join(repositoryRoot, 'docs/api.md'), 'utf8');
const examples = [...page.matchAll(/```sh\n((?:(?!```).)*?)```\n```json\n(.*?)```/gs)].map((match) => ({
  command: match[1] ?? '',
  answer: match[2] ?? '',
}));

/** What differs each time, in place of itself. */
function withoutChance(text: string): unknown {
  return JSON.parse(
    text
      .replaceAll(/are[0-9a-v]{17}/g, '<ID>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replaceAll(/iotcore_[\w-]{43}/g, '<secret>')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<UUID>')
      .replaceAll(/curl\/[\d.]+/g, '<curl>'),
  );
}

/** `registryId` of an operation's metadata is `$REGISTRY_ID` in the examples after it. */
function variablesOf({ metadata = {} }: { metadata?: Record<string, string> }): Record<string, string> {
  const ids = Object.entries(metadata).filter(([name]) => name !== '@type');
  return Object.fromEntries(ids.map(([name, id]) => [name.replaceAll(/[A-Z]/g, '_$&').toUpperCase(), id]));
}

test('every example answers as the page says', async () => {
  expect(examples.length).toBeGreaterThan(12);
  const { apiUrl, adminToken } = installation();
  let variables: Record<string, string> = { API: apiUrl, TOKEN: adminToken };
  for (const { command, answer } of examples) {
    const { stdout } = await run('bash', ['-c', command], { env: { ...process.env, ...variables } });
    expect({ command, answer: withoutChance(stdout) }).toEqual({ command, answer: withoutChance(answer) });
    variables = { ...variables, ...variablesOf(JSON.parse(stdout)) };
  }
});
