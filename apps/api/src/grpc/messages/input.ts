/** A request message as the input of its operation: proto3 JSON, camelCase, and what is wrong with its field mask. */
import { clone, type DescMessage, fromBinary, type Message, toJson } from '@bufbuild/protobuf';
import type { FieldMask } from '@bufbuild/protobuf/wkt';
import { ApiError, type CallInput, type FieldViolation } from '@iotcore/control';

type Input = Pick<CallInput, 'fields' | 'violations'>;

/** @throws ApiError INVALID_ARGUMENT if the bytes are no such message */
export function readMessage(schema: DescMessage, bytes: Uint8Array): Message {
  try {
    return fromBinary(schema, bytes);
  } catch {
    throw new ApiError('INVALID_ARGUMENT', `The bytes are no message of type ${schema.typeName}.`);
  }
}

/** All fields that are set. A scalar that is empty is absent, as proto3 says. */
export function toInput(schema: DescMessage, message: Message): Input {
  const { updateMask } = message as { updateMask?: FieldMask };
  // In JSON a mask is one string, and its conversion refuses paths that are camelCase already: it is read by itself.
  const rest = updateMask ? Object.assign(clone(schema, message), { updateMask: undefined }) : message;
  const fields = toJson(schema, rest) as CallInput['fields'];
  if (!updateMask || updateMask.paths.length === 0) return { fields };
  const violations = violationsOf(updateMask);
  return violations.length > 0
    ? { fields, violations }
    : { fields: { ...fields, updateMask: updateMask.paths.join(',') } };
}

/** Joined with commas, these would mean something else. */
function violationsOf({ paths }: FieldMask): FieldViolation[] {
  return paths.some((path) => path.trim() === '' || path.includes(','))
    ? [{ field: 'updateMask', description: 'Each path names one field.' }]
    : [];
}
