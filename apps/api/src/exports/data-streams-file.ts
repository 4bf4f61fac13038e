/** Reads where the servers of data streams are. What is wrong is said by field, and never with a value: there are passwords. */
import { readFile } from 'node:fs/promises';
import { DataStreams } from '@iotcore/control';
import { StartupError } from '@iotcore/process';
import { ZodError } from 'zod';

/** @throws StartupError that says what is wrong with the file */
export async function readDataStreams(path: string | undefined): Promise<DataStreams> {
  if (path === undefined) return new DataStreams();
  const wrong = (what: string) => new StartupError(`IOT_DATA_STREAMS_FILE: ${path} ${what}`);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw wrong(`cannot be read (${error.code})`);
  });
  try {
    return DataStreams.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong('is not JSON');
    if (!(error instanceof ZodError)) throw error;
    const [issue] = error.issues;
    throw wrong(`is not as it must be: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
  }
}
