/**
 * Clients of gRPC take messages of 4 MiB unless they are told otherwise, and fail the call beyond. A page that would be larger
 * ends early: its token names the rest, and clients that walk a list to its end find everything.
 */
import { ApiError } from '@iotcore/control';

const maxAnswerBytes = 3.5 * 1024 * 1024;
/** Items differ in size: a smaller page is asked for than would fit if they were alike. */
const margin = 0.8;

/**
 * The first answer that is small enough.
 *
 * @throws ApiError RESOURCE_EXHAUSTED if not even one item is, or the list has no pages
 */
export async function fitting(
  fields: Readonly<Record<string, unknown>>,
  isPaged: boolean,
  answer: (fields: Readonly<Record<string, unknown>>) => Promise<{ output: unknown; bytes: Uint8Array }>,
): Promise<Uint8Array> {
  let { output, bytes } = await answer(fields);
  while (bytes.length > maxAnswerBytes) {
    const pageSize = Math.floor(countItems(output) * (maxAnswerBytes / bytes.length) * margin);
    if (!isPaged || pageSize < 1) throw tooLarge();
    ({ output, bytes } = await answer({ ...fields, pageSize }));
  }
  return bytes;
}

function countItems(output: unknown): number {
  const list = Object.values(output as object).find((value) => Array.isArray(value));
  return Array.isArray(list) ? list.length : 0;
}

function tooLarge(): ApiError {
  return new ApiError(
    'RESOURCE_EXHAUSTED',
    'The answer is larger than clients of gRPC take (4 MiB): read it by the REST API.',
  );
}
