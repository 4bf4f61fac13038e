/** Writes the files of an export: the same that the old service's command line leaves. */
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { snakeCase } from '../../output/snake-case.ts';

export class ExportWriter {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  has(name: string): boolean {
    return existsSync(join(this.#folder, name));
  }

  makeFolder(name: string): void {
    mkdirSync(join(this.#folder, name), { recursive: true });
  }

  /** A file of entries, as they come. It has its name only once it is whole. */
  async stream(name: string, entries: AsyncIterable<object>): Promise<void> {
    const path = join(this.#folder, name);
    const file = createWriteStream(`${path}.part`);
    // An error that nothing awaits would end the process; the next write is told of it.
    file.on('error', () => {});
    let separator = '[\n';
    for await (const entry of entries) {
      const text = separator + JSON.stringify(snakeCase(entry), null, 2);
      if (!file.write(text)) await once(file, 'drain');
      separator = ',\n';
    }
    file.end(separator === '[\n' ? '[]\n' : '\n]\n');
    await once(file, 'close');
    if (file.errored) throw file.errored;
    renameSync(`${path}.part`, path);
  }

  /** A small file. */
  put(name: string, entries: readonly object[]): void {
    const path = join(this.#folder, name);
    writeFileSync(`${path}.part`, `${JSON.stringify(snakeCase(entries), null, 2)}\n`);
    renameSync(`${path}.part`, path);
  }
}
