import { readFileSync } from 'node:fs';

/** The version of IoT Core, as the package.json above all programs says it: in the source, a release and an image. */
export const version: string = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
).version;
