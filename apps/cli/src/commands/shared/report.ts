import type { Operation } from '@iotcore/sdk';
import type { CliContext } from '../../context.ts';

/** Prints what a change made of its resource, and `shown` of what the API does not answer. */
export async function reportChange(
  { out }: CliContext,
  operation: Operation,
  shown: object = {},
): Promise<void> {
  const { '@type': _type, ...resource } = operation.response ?? {};
  await out.result({ ...resource, ...shown });
  noteOperation(out, operation);
}

/** Tells what was done, and where it is recorded. */
export function reportRemoval({ out }: CliContext, operation: Operation, what: string): void {
  out.note(`deleted ${what}`);
  noteOperation(out, operation);
}

function noteOperation(out: CliContext['out'], { id, description = '' }: Operation): void {
  out.note(`operation ${id} is done`);
  // After the name of the call stands what else there is to know.
  const [, note] = description.split('. ');
  if (note !== undefined) out.note(note);
}
