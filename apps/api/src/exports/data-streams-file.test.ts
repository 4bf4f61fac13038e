import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readDataStreams } from './data-streams-file.ts';

async function fileWith(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-data-streams-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'streams.json');
  await writeFile(path, content);
  return path;
}

test.each([
  ['no JSON', '{"*": {"password": "hush"', 'is not JSON'],
  ['a list', '["hush"]', 'the whole'],
  ['a database without servers', '{"*": {"password": "hush"}}', '*.bootstrapServers'],
  ['no servers', '{"*": {"bootstrapServers": [], "password": "hush"}}', '*.bootstrapServers'],
  ['a field that there is not', '{"*": {"bootstrapServers": ["a:1"], "passwort": "hush"}}', 'passwort'],
  ['a topic, which the caller names', '{"*": {"bootstrapServers": ["a:1"], "topic": "hush"}}', 'topic'],
])('a file with %s is refused by its field, and nothing of its content is said', async (_, content, said) => {
  const error = await readDataStreams(await fileWith(content)).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ name: 'StartupError', message: expect.stringContaining(said) });
  expect(String(error)).not.toContain('hush');
});

test('a file that is not there is refused; without the setting there are no data streams', async () => {
  await expect(readDataStreams('/nowhere/streams.json')).rejects.toThrow('cannot be read (ENOENT)');
  expect((await readDataStreams(undefined)).areNone).toBe(true);
});
