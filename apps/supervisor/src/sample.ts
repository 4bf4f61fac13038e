import type { Settings } from '@iotcore/process';

/**
 * What the API is told of the sample. It is for trying out: a database that somebody brings is for their own data, unless their
 * environment asks for it; a file of settings can only decline it, since there `on` cannot be told from the default.
 */
export function sampleFor(
  env: NodeJS.ProcessEnv,
  { sample, databaseUrl }: Pick<Settings, 'sample' | 'databaseUrl'>,
): string {
  return env['IOT_SAMPLE'] || (sample && databaseUrl === undefined ? 'on' : 'off');
}
