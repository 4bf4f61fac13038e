/** Stack traces of bundles name lines of bundles: here they get the lines of the sources, of which their maps tell. */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const farRight = 1_000_000;
const place = /(file:\/\/[^\s:"']+\.mjs):(\d+)(?::(\d+))?/g;

/** What a process wrote, or an error of it, with each place in a bundle as the place in its source. */
export function withSourceLines(text: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return text.replaceAll(place, (found, url: string, line: string, column?: string) => {
    const file = fileURLToPath(url);
    if (!maps.has(file)) maps.set(file, readMap(file));
    // Stack traces count from 1, maps from 0. A line without a column is that of what stands last in it.
    const entry = maps
      .get(file)
      ?.findEntry(Number(line) - 1, column === undefined ? farRight : Number(column) - 1);
    if (!entry || !('originalSource' in entry)) return found;
    const source = resolve(dirname(file), entry.originalSource);
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function readMap(file: string): SourceMap | undefined {
  const map = `${file}.map`;
  return existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, 'utf8'))) : undefined;
}
